"""What Crux's clients are used to sending, over real connections (contract §1, §16)."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.server import Server

SKU = {"sku_id": "q7FSuuTXgawxPxzDs3r", "quantity": "5", "supplier_org_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001"}
STALE = {"Cookie": "sessionid=h9qjyhleectu7aef5pkwma0jn2gxgitz"}


class Client:
    """Sends what it is told, and no header more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.token = ""

    def send(self, verb: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        given = STALE | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given["Authorization"] = f"Token {self.token}"
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)) as connection:
            connection.request(verb, f"/timp/{path}", body, given, encode_chunked=True)
            answer = connection.getresponse()
            content = answer.read()
        return answer.status, json.loads(content) if content else None

    def send_in_chunks(self, verb: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        chunks = iter([bytes([byte]) for byte in json.dumps(body).encode()])
        return self.send(verb, path, chunks, Transfer_Encoding="chunked", Content_Type="application/json", **headers)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with Server("--demo", "--data", str(folder / "data"), folder=folder) as server:
        yield server.port


def a_client_of(port: int, username: str) -> Client:
    """Log in as some do: in chunks, with an empty user and password in the header."""
    client = Client(port)
    login = {"username": username, "password": "demo"}
    status, answer = client.send_in_chunks("POST", "organizations/user-login/", login, Authorization="Basic Og==")
    assert status == 200, answer
    client.token = answer["auth_token"]
    return client


def test_whatever_clients_are_used_to_sending_is_understood(port: int):
    retailer, supplier = a_client_of(port, "retailer"), a_client_of(port, "supplier")
    json_type = {"Content_Type": "application/json; charset=utf-8"}
    order = {"skus": [SKU], "address": {}, "po_number": "HABIT-1"}

    status, created = retailer.send_in_chunks("POST", "orders/create/", order)
    assert status == 201
    uuid = created["order_uuid"]

    status, shown = supplier.send("GET", f"orders/{uuid}/", "{}", **json_type)
    assert status == 200
    line = shown["line_items"][0]["line_item_uuid"]
    assert retailer.send("GET", "orders/po/HABIT-1/", "{}")[1] == [shown]

    assert retailer.send("DELETE", f"orders/items/cancel/{line}/", "{}", **json_type) == (204, None)
    assert supplier.send("PATCH", f"orders/items/cancel/{line}/reject/") == (204, None)
    assert retailer.send("DELETE", f"orders/items/cancel/{line}/") == (204, None)
    assert supplier.send("PATCH", f"orders/cancel/{uuid}/confirm/", "", **json_type) == (204, None)

    status, shown = retailer.send("GET", f"orders/{uuid}/")
    assert (status, shown["line_items"][0]["status"]) == (200, "Cancelled")
