"""Files that are opened by a link: whoever knows the secret of one finds it, and nobody else.

The secret is made of what the file shows and of a UUID that belongs to it and is not told along: so the same file has
the same link every time, whoever could work the link out has what the file shows already, and the ledger keeps of the
secret no more than its hash, which is the name that the file is stored under.
"""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from billingua.core.file import File
from billingua.engine.plan import Caller, Decision, Needs, Plan


def link_secret(owner: UUID, shown: bytes) -> str:
    """Give the secret of the file that shows something of an owner, which is known to few by its UUID."""
    digest = hmac.digest(owner.bytes, shown, sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def linked_uuid(secret: str) -> UUID:
    """Give the UUID of the file that a secret opens."""
    return UUID(bytes=sha256(secret.encode()).digest()[:16])


def keep_file(file: File, caller: Caller, now: datetime) -> Plan[File]:
    """Keep a file under its UUID."""
    yield Needs()
    return Decision(file, files=[file])
