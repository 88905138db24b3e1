"""The faces of the ledger: one folder for each API that it speaks, with the same files in each."""
