"""Commands as plans: what is asked of the ledger, decided without I/O."""
