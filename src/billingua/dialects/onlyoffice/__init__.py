"""ONLYOFFICE Workspace CRM API 2.0, invoices: `/api/2.0/crm`, and the files that it hands out."""

from billingua.dialects.onlyoffice.crossing import show_invoice
from billingua.dialects.onlyoffice.openapi import describe
from billingua.dialects.onlyoffice.routes import make_face
from billingua.dialects.onlyoffice.settings import SETTINGS
from billingua.dialects.onlyoffice.vocabulary import FILES, NAME

PREFIXES = ("/api/2.0", FILES.lower())

__all__ = ["NAME", "PREFIXES", "SETTINGS", "describe", "make_face", "show_invoice"]
