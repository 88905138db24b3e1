"""The values of the store's own fields in a body (contract §3.3, A11)."""

from collections.abc import Mapping, Sequence

from billingua.core.errors import UnknownField
from billingua.core.invoice import Invoice
from billingua.dialects.bigcommerce.requests.members import texts
from billingua.dialects.bigcommerce.vocabulary import NAME, ExtraField, claim, is_claim
from billingua.wire.members import ListOf, ObjectOf

EXTRA_FIELDS = ListOf(ObjectOf(texts("fieldName", "fieldValue"), required=("fieldName", "fieldValue")))


def extra_values(
    invoice: Invoice, given: Sequence[Mapping[str, str]], configured: Mapping[str, ExtraField]
) -> dict[str, str]:
    """Set the extra fields that are named and keep the others (A11)."""
    values = {field["fieldName"]: field["fieldValue"] for field in invoice.extra(NAME).get("extraFields", [])}
    for field in given:
        name, value = field["fieldName"], field["fieldValue"]
        if name not in configured:
            raise UnknownField(name, "This store has no such extra field.")
        configured[name].check(value)
        values[name] = value
    return values


def claim_values(invoice: Invoice, values: Mapping[str, str], configured: Mapping[str, ExtraField]) -> tuple[str, ...]:
    """Claim the values of unique fields for the invoice, beside what other dialects claim for it."""
    others = [text for text in invoice.claims if not is_claim(text)]
    unique = {name for name, field in configured.items() if field.unique}
    return (*others, *(claim(name, value) for name, value in values.items() if value and name in unique))
