"""ONLYOFFICE Workspace CRM API 2.0, invoices: `/api/2.0/crm`."""

from billingua.dialects.onlyoffice.routes import make_face

NAME = "onlyoffice"
PREFIXES = ("/api/2.0",)

__all__ = ["NAME", "PREFIXES", "make_face"]
