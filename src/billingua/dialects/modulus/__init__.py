"""modulus Invoicing API V1: `/api/inv`, and the prefixes of the modules beside it."""

from billingua.dialects.modulus.openapi import describe
from billingua.dialects.modulus.routes import make_face, make_reading_face
from billingua.dialects.modulus.settings import SETTINGS
from billingua.dialects.modulus.vocabulary import NAME

PREFIXES = ("/api/inv", "/api/cmn", "/api/itm", "/api/csh")

__all__ = ["NAME", "PREFIXES", "SETTINGS", "describe", "make_face", "make_reading_face"]
