"""An invoice as each API shows it."""

import pytest

from tests.builders import a_party, an_invoice
from tests.console.conftest import Opening, said

PATH = "/console/invoices/35/as-seen"


async def test_an_invoice_is_shown_as_each_api_does(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="victor")
    assert f'href="{PATH}"' in (await browser.get("/console/invoices/35")).text

    page = (await browser.get(PATH)).text

    text = said(page)
    assert "Harbour Billing 200" in text
    assert '"id" : 35' in text
    assert '"a\\"b" , -1.5 , true , null' in text
    assert "Quay 404" in text
    assert "<b>not here</b>" in text
    assert '<span class="key">&#34;&lt;/pre&gt;&#34;</span>:' in page
    assert '<span class="figure">-1.5</span>' in page
    assert "<b>not here" not in page


@pytest.mark.parametrize(("party", "status"), [(12, 403), (10, 404)])
async def test_nobody_sees_more_than_they_may(console_with: Opening, party: int, status: int) -> None:
    hidden = a_party(id=12, private=True)
    browser = await console_with(hidden, an_invoice(id=35 if status == 403 else 36, party=party), as_="victor")

    assert (await browser.get(PATH)).status_code == status
