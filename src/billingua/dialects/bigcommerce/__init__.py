"""BigCommerce B2B Edition v3, invoice management: `/api/v3/io/ip`."""

from billingua.dialects.bigcommerce.crossing import show_invoice
from billingua.dialects.bigcommerce.openapi import describe
from billingua.dialects.bigcommerce.routes import make_face
from billingua.dialects.bigcommerce.settings import SETTINGS
from billingua.dialects.bigcommerce.vocabulary import NAME

PREFIXES = ("/api/v3",)

__all__ = ["NAME", "PREFIXES", "SETTINGS", "describe", "make_face", "show_invoice"]
