"""Our own API: `/v1`. It also words the answers of the server itself and of every path that nobody owns."""

from billingua.dialects.native.errors import BodyInvalid, voice
from billingua.dialects.native.requests import read_moment
from billingua.dialects.native.routes import make_face
from billingua.dialects.native.vocabulary import NAME

PREFIXES = ("/v1", "/openapi", "/docs")

__all__ = ["NAME", "PREFIXES", "BodyInvalid", "make_face", "read_moment", "voice"]
