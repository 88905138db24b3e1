"""ONLYOFFICE Workspace CRM API 2.0, invoices: `/api/2.0/crm`."""

from billingua.dialects.onlyoffice.routes import make_face
from billingua.dialects.onlyoffice.vocabulary import NAME

PREFIXES = ("/api/2.0",)

__all__ = ["NAME", "PREFIXES", "make_face"]
