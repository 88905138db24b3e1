"""Every exchange of this dialect against its OpenAPI document."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from billingua.dialects.onlyoffice.openapi import FORM, describe
from billingua.wire.openapi import JSON
from tests.dialects.described import Contract, read_json


def _read_form(content: bytes) -> Mapping[str, str]:
    """Read a form; of a name that is repeated, the first counts."""
    return dict(reversed(parse_qsl(content.decode(), keep_blank_values=True)))


def _read_json(content: bytes) -> Any:
    """Read JSON; an empty body is an empty object."""
    return read_json(content.removeprefix(b"\xef\xbb\xbf").strip() or b"{}")


CONTRACT = Contract(
    describe(),
    tail=r"(\.json|\.xml|)",
    flags=re.IGNORECASE,
    elsewhere={404: None},
    readings={JSON: _read_json, FORM: _read_form},
    otherwise=FORM,
)
