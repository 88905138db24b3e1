"""One invoice, updated through three dialects: one history with three actors."""

from pathlib import Path

import httpx

from tests.end_to_end.server import Server

ONLYOFFICE_BODY = {
    "issueDate": "2023-01-01",
    "dueDate": "2023-02-01",
    "contactId": 10,
    "language": "en-US",
    "currency": "USD",
    "exchangeRate": 1,
    "terms": "45 days",
    "invoiceLines": [{"invoiceItemID": 1, "quantity": 3, "price": 10}],
}


def test_three_dialects_update_one_invoice_and_share_its_history(tmp_path: Path) -> None:
    with (
        Server("--demo", "--data", str(tmp_path / "data"), folder=tmp_path) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        before = _history(client)
        replaced = client.put(
            "/api/2.0/crm/invoice/35",
            json=ONLYOFFICE_BODY,
            headers={"Authorization": "864FE52C-1C1C-469F-9308-51DAFEFE7436"},
        )
        assert replaced.json()["response"]["number"] == "INV_2023_01_01_828"
        paid_some = client.put(
            "/api/v3/io/ip/invoices/35",
            json={"openBalance": {"code": "USD", "value": "12.0000"}},
            headers={"X-Auth-Token": "access_token", "X-Store-Hash": "store_hash"},
        )
        assert paid_some.json()["data"] == {"id": 35}
        sent = client.patch(
            "/api/inv/v1/Invoice?token=YOUR_TOKEN",
            json={"invoice_id": 35, "status": "STATUS_SENT", "invoice_number": "INV_2023_01_01_828"},
        )
        assert sent.json()["result"] is True
        told = _history(client)[len(before) :]
        shown = client.get("/v1/invoices/35", headers={"Authorization": "Bearer demo"}).json()

    assert [entry["dialect"] for entry in told] == ["onlyoffice", "bigcommerce", "modulus"]
    assert len({entry["actor"] for entry in told}) == 3
    assert [entry["previous_hash"] for entry in told[1:]] == [entry["hash"] for entry in told[:-1]]
    assert shown["status"] == "open"
    assert shown["version"] == told[-1]["version"]
    assert told[1]["changes"] == [{"path": "/open_balance", "before": "30.00", "after": "12.0000"}]


def _history(client: httpx.Client) -> list[dict[str, object]]:
    answer = client.get("/v1/invoices/35/history", headers={"Authorization": "Bearer demo"})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]
