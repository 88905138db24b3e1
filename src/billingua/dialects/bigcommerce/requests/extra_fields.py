"""The values of the store's own fields in a body (contract §3.3, A11)."""

from collections.abc import Mapping, Sequence

from billingua.core.errors import MissingField, UnknownField
from billingua.core.invoice import Invoice
from billingua.dialects.bigcommerce.requests.members import texts
from billingua.dialects.bigcommerce.vocabulary import NAME, ExtraField, claim, is_claim
from billingua.wire.members import ListOf, ObjectOf

EXTRA_FIELDS = ListOf(ObjectOf(texts("fieldName", "fieldValue"), required=("fieldName", "fieldValue")))


def kept_values(invoice: Invoice) -> dict[str, str]:
    """Give the values that an invoice has, by the names of their fields."""
    return {field["fieldName"]: field["fieldValue"] for field in invoice.extra(NAME).get("extraFields", [])}


def set_values(
    values: Mapping[str, str], given: Sequence[Mapping[str, str]], configured: Mapping[str, ExtraField]
) -> dict[str, str]:
    """Set the extra fields that are named and keep the others (A11). Refuses with `FieldRefused` and its kinds."""
    values = {**values}
    for field in given:
        name, value = field["fieldName"], field["fieldValue"]
        if name not in configured:
            raise UnknownField(name, "This store has no such extra field.")
        configured[name].check(value)
        values[name] = value
    return values


def first_values(given: Sequence[Mapping[str, str]], configured: Mapping[str, ExtraField]) -> dict[str, str]:
    """Set the extra fields of a new invoice, which has all that are required (A11). Refuses as `set_values`."""
    values = set_values({}, given, configured)
    for name, field in configured.items():
        if field.required and name not in values:
            raise MissingField(name)
    return values


def told_values(values: Mapping[str, str]) -> Sequence[Mapping[str, str]]:
    """Write values as an invoice keeps and shows them."""
    return [{"fieldName": name, "fieldValue": value} for name, value in values.items()]


def claim_values(values: Mapping[str, str], configured: Mapping[str, ExtraField]) -> tuple[str, ...]:
    """Claim the values of unique fields for an invoice."""
    unique = {name for name, field in configured.items() if field.unique}
    return tuple(claim(name, value) for name, value in values.items() if value and name in unique)


def other_claims(invoice: Invoice) -> tuple[str, ...]:
    """Give what is claimed for an invoice beside values of extra fields."""
    return tuple(text for text in invoice.claims if not is_claim(text))
