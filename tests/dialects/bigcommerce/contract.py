"""Every exchange of this dialect against its OpenAPI document."""

from billingua.dialects.bigcommerce.openapi import describe
from billingua.wire.schemas import named
from tests.dialects.described import Contract

CONTRACT = Contract(describe(), elsewhere={status: named(f"Refused{status}") for status in (404, 405)})
