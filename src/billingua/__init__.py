"""One invoice ledger that speaks the invoice APIs of several vendors."""
