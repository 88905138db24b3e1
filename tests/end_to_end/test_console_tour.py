"""The demo's console by a client that follows links and sends forms: from the first address to a paid invoice."""

import re
from pathlib import Path
from urllib.parse import urljoin

import httpx

from tests.end_to_end.server import Server


def test_a_visitor_finds_an_overdue_invoice_takes_a_payment_and_prints_it(tmp_path: Path) -> None:
    with (
        Server("--demo", "--data", str(tmp_path / "data"), folder=tmp_path) as server,
        httpx.Client(base_url=server.url, follow_redirects=True) as client,
    ):
        first = client.get("/")
        assert "administrator" in first.text
        overdue = client.get("/console/invoices", params={"overdue": "true"}).text
        (path, *_) = re.findall(r'<td class="number"><a href="([^"]+)"', overdue)
        pay = urljoin(server.url, f"{path}/pay")
        hidden = dict(re.findall(r'type="hidden" name="(form_token|version)" value="([^"]*)"', client.get(pay).text))

        paid = client.post(pay, data={**hidden, "memo": "Wire 2207"}, headers={"Origin": server.url})

        assert paid.url.path == path
        assert '<span class="badge paid">paid</span>' in paid.text
        assert "Wire 2207" in paid.text
        assert client.get(f"{path}/pdf").content.startswith(b"%PDF")
        seen = client.get(f"{path}/as-seen").text
        for dialect in ("Crux", "ONLYOFFICE", "BigCommerce"):
            assert f"{dialect} <span" in seen
