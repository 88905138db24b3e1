"""CRUX Connect's "TIMP" API, orders and their invoices between retailers and suppliers: `/timp`."""

from billingua.dialects.crux.crossing import show_invoice
from billingua.dialects.crux.files.dropping import DropFolder
from billingua.dialects.crux.files.working import Uploads
from billingua.dialects.crux.openapi import describe
from billingua.dialects.crux.routes import make_face
from billingua.dialects.crux.settings import SETTINGS
from billingua.dialects.crux.vocabulary import NAME

PREFIXES = ("/timp",)

__all__ = ["NAME", "PREFIXES", "SETTINGS", "DropFolder", "Uploads", "describe", "make_face", "show_invoice"]
