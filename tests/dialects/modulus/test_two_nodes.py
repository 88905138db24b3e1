"""Two servers on one database make documents at once."""

import asyncio
from collections.abc import Callable

import httpx

from billingua.core.party import Party
from billingua.dialects.modulus import make_face
from billingua.engine.audit import audit
from billingua.engine.clock import SandboxClock
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.stores.postgres import open_postgres
from billingua.wire.face import Face
from tests.builders import a_caller
from tests.dialects.modulus.shop import AN_INVOICE, DETAILS, INVOICE_PATH, NOW, PLANTED, WORKSPACE, Shop
from tests.postgres import Postgres


async def test_numbers_have_no_gaps_and_a_new_customer_is_kept_once(
    postgres: Postgres, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient]
) -> None:
    clock.set(NOW)
    url = await postgres.empty_ledger()
    stores = [await open_postgres(url) for _ in range(2)]
    shops: list[Shop] = []
    for store in stores:
        ledger = Ledger(store, clock)
        shops.append(Shop(client_of(make_face(ledger, 100_000)), ledger, clock))
    await shops[0].ledger.run(a_caller(), plant, Plant(WORKSPACE, PLANTED))
    body = AN_INVOICE | {"customer_details": DETAILS | {"code": "C-NEW"}}

    made = await asyncio.gather(*(shop.made(INVOICE_PATH, body) for _ in range(15) for shop in shops))

    numbers = sorted(int(one["invoice_serial"].rpartition("_")[2]) for one in made)
    assert numbers == [*range(1, 31)]
    parties = [record.value async for record in stores[0].aggregates("demo", "party")]
    assert [isinstance(one, Party) and one.code for one in parties].count("C-NEW") == 1
    assert [one async for audited in audit(stores[0], NOW) for one in audited.breaks] == []
    for store in stores:
        await store.close()
