"""`ETag`, as in every dialect; no call of this one changes an invoice that `If-Match` could guard."""

import httpx
import pytest

from billingua.engine.invoices import AmendInvoice, amend_invoice
from billingua.wire.replies import encode_json
from tests.builders import a_caller
from tests.dialects.crux.conftest import ORDER, PRINTED, RETAILER, SUPPLIER, Crux, invoices_path, taking


async def shown(crux: Crux, token: str = RETAILER) -> httpx.Response:
    return await crux.send("GET", invoices_path(ORDER), token)


@pytest.mark.parametrize("token", [RETAILER, SUPPLIER])
async def test_an_answer_about_one_invoice_has_its_version_as_its_tag(crux: Crux, token: str) -> None:
    before = await shown(crux, token)
    posted = await crux.post(PRINTED)
    one = await shown(crux, token)
    amendment = AmendInvoice(invoice=(await crux.invoice(posted)).id, fields={"terms": "7 days"})
    await crux.ledger.run(a_caller(), amend_invoice, amendment)
    changed = await shown(crux, token)
    await crux.post({"invoice_number": "TI-2", "line_items": [taking(1)]})
    two = await shown(crux, token)

    tags = [answer.headers.get("etag") for answer in (before, posted, one, changed, two)]
    assert tags == [None, '"1"', '"1"', '"2"', None]
    assert len(two.json()["invoices"]) == 2


async def test_an_order_has_no_tag_of_an_invoice(crux: Crux) -> None:
    await crux.post(PRINTED)

    answer = await crux.send("GET", f"/timp/orders/{ORDER.uuid}/", RETAILER)

    assert (answer.status_code, "etag" in answer.headers) == (200, False)


async def test_a_new_invoice_matches_nothing_and_ignores_what_it_should_match(crux: Crux) -> None:
    headers = {"Content-Type": "application/json", "If-Match": '"7"'}

    answer = await crux.send("POST", invoices_path(ORDER), headers=headers, content=encode_json(PRINTED))

    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
