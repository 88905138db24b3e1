"""The console: where people see the ledger and do the day's work in it."""

from billingua.console.routes import make_face

PREFIXES = ("/", "/console")

__all__ = ["PREFIXES", "make_face"]
