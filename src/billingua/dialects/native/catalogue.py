"""Where clients of our own API knock for parties, items and taxes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.item import Item
from billingua.core.party import Opportunity, Party
from billingua.core.tax import Tax
from billingua.dialects.native import answers
from billingua.dialects.native.listing import (
    DRY_RUN,
    ITEM_PARAMETERS,
    PARTY_PARAMETERS,
    Parameter,
    item_query,
    next_page,
    party_query,
)
from billingua.dialects.native.operations import JSON, MERGE_PATCH, Call, Operation
from billingua.dialects.native.requests import bodies, catalogue, read_key
from billingua.dialects.native.requests.merging import instead, patched
from billingua.dialects.native.responses import catalogue as shown
from billingua.dialects.native.vocabulary import READ, WRITE
from billingua.dialects.native.writes import Shown, reply, write
from billingua.engine.ledger import Ledger
from billingua.engine.payment_queries import PaymentQuery
from billingua.engine.plan import Command, Key, Record
from billingua.engine.queries import Buyer, InvoiceQuery, OrderQuery
from billingua.wire.conditions import is_known
from billingua.wire.replies import json_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of record: its words, and the commands by which it is found and written."""

    kind: type[Any]
    one: str
    many: str
    missing: type[errors.NotFound]
    content: type[Any]
    answer: type[Any]
    page: type[Any]
    parameters: Sequence[Parameter]
    find: Command[Any, Record[Any]]
    create: Command[Any, Record[Any]]
    rewrite: Command[Any, Record[Any]]
    delete: Command[Any, Record[Any]]
    refusals: Sequence[type[errors.Refused]]
    example: Any


FAMILIES = (
    Family(
        kind=Party,
        one="party",
        many="parties",
        missing=errors.PartyNotFound,
        content=bodies.PartyContent,
        answer=answers.Party,
        page=answers.PartyPage,
        parameters=PARTY_PARAMETERS,
        find=catalogue.find_party,
        create=catalogue.create_party,
        rewrite=catalogue.rewrite_party,
        delete=catalogue.delete_party,
        refusals=(errors.AddressNotFound, errors.ValueTaken),
        example={"name": "Larch & Sons", "code": "LARCH", "addresses": [{"category": "billing", "city": "Riga"}]},
    ),
    Family(
        kind=Item,
        one="item",
        many="items",
        missing=errors.ItemNotFound,
        content=bodies.ItemContent,
        answer=answers.Item,
        page=answers.ItemPage,
        parameters=ITEM_PARAMETERS,
        find=catalogue.find_item,
        create=catalogue.create_item,
        rewrite=catalogue.rewrite_item,
        delete=catalogue.delete_item,
        refusals=(errors.TaxNotFound, errors.SkuTaken),
        example={"title": "Lamp", "sku": "LAMP", "price": "12.50", "tax_ids": [1]},
    ),
    Family(
        kind=Tax,
        one="tax",
        many="taxes",
        missing=errors.TaxNotFound,
        content=bodies.TaxContent,
        answer=answers.Tax,
        page=answers.Taxes,
        parameters=(),
        find=catalogue.find_tax,
        create=catalogue.create_tax,
        rewrite=catalogue.rewrite_tax,
        delete=catalogue.delete_tax,
        refusals=(errors.NameTaken,),
        example={"name": "VAT", "rate": "20"},
    ),
)


class CatalogueEndpoints:
    """The endpoints of one family on one ledger."""

    def __init__(self, ledger: Ledger, family: Family) -> None:
        self._ledger = ledger
        self._family = family
        self._lists = {Party: self._list_parties, Item: self._list_items, Tax: self._list_taxes}

    def operations(self) -> Sequence[Operation]:
        """List them."""
        family = self._family
        path, tag = f"/v1/{family.many}", family.many.capitalize()
        one = f"{path}/{{{family.one}}}"
        reading: dict[str, Any] = {"verb": "GET", "tag": tag, "scope": READ}
        writing: dict[str, Any] = {"tag": tag, "scope": WRITE, "parameters": [DRY_RUN]}
        saying: dict[str, Any] = {**writing, "answers": family.answer, "reads": family.content}
        return [
            Operation(
                name=f"list_{family.many}",
                path=path,
                handler=self._lists[family.kind],
                summary=f"List {family.many}",
                answers=family.page,
                parameters=family.parameters,
                lists=bool(family.parameters),
                **reading,
            ),
            Operation(
                name=f"get_{family.one}",
                path=one,
                handler=self.get,
                summary=f"Show one of the {family.many}",
                answers=family.answer,
                refusals=[family.missing],
                tagged=True,
                **reading,
            ),
            Operation(
                name=f"create_{family.one}",
                verb="POST",
                path=path,
                handler=self.create,
                summary=f"Add to the {family.many}",
                status=201,
                refusals=family.refusals,
                example=family.example,
                **saying,
            ),
            Operation(
                name=f"replace_{family.one}",
                verb="PUT",
                path=one,
                handler=self.replace,
                summary=f"Write one of the {family.many} anew",
                refusals=[family.missing, *family.refusals],
                tagged=True,
                example=family.example,
                **saying,
            ),
            Operation(
                name=f"patch_{family.one}",
                verb="PATCH",
                path=one,
                handler=self.patch,
                summary=f"Change some of one of the {family.many}, by a JSON merge patch (RFC 7396)",
                refusals=[family.missing, *family.refusals],
                media_types=(MERGE_PATCH, JSON),
                tagged=True,
                **saying,
            ),
            Operation(
                name=f"delete_{family.one}",
                verb="DELETE",
                path=one,
                handler=self.delete,
                summary=f"Delete one of the {family.many} to which nothing refers",
                status=204,
                refusals=[family.missing, errors.InUse],
                tagged=True,
                **writing,
            ),
        ]

    async def _list_parties(self, call: Call) -> Response:
        query = party_query(call.request)
        page = await self._ledger.parties(call.caller, query)
        items = [shown.party(record) for record in page.items]
        following = next_page(call.request, page)
        return json_reply(answers.PartyPage(items=items, total=page.total, next=following))

    async def _list_items(self, call: Call) -> Response:
        query = item_query(call.request)
        page = await self._ledger.items(call.caller, query)
        items = [shown.item(record, call.session.workspace.currency) for record in page.items]
        following = next_page(call.request, page)
        return json_reply(answers.ItemPage(items=items, total=page.total, next=following))

    async def _list_taxes(self, call: Call) -> Response:
        records = await self._ledger.store.all_of(call.caller.workspace, "tax")
        return json_reply(answers.Taxes(items=[shown.tax(record) for record in records], total=len(records)))

    async def get(self, call: Call) -> Response:
        """Show one."""
        record = await self._ledger.read(call.caller, self._family.find, self._key(call.request))
        answer = reply(self._show(call)(record))
        if not is_known(call.request, record.version):
            return answer
        return Response(status_code=304, headers={"ETag": answer.headers["etag"]})

    async def create(self, call: Call) -> Response:
        """Add one."""
        values = call.body
        if self._family.kind is Tax:
            values = catalogue.CreateTax(call.body, [tax.id for tax in await self._ledger.all_of(call.caller, Tax)])
        return await write(self._ledger, call, self._family.create, values, self._show(call), status=201)

    async def replace(self, call: Call) -> Response:
        """Write one anew."""
        return await self._rewrite(call, instead(call.body))

    async def patch(self, call: Call) -> Response:
        """Change some of one."""
        return await self._rewrite(call, patched(call.body, self._family.content))

    async def _rewrite(self, call: Call, content: Callable[[Any], Any]) -> Response:
        key = self._key(call.request)
        command = catalogue.Rewrite(key, content)
        return await write(self._ledger, call, self._family.rewrite, command, self._show(call), key=key)

    async def delete(self, call: Call) -> Response:
        """Delete one to which nothing refers."""
        key = self._key(call.request)
        values = await self._deleting(call, key) if self._family.kind is Party else key
        return await write(self._ledger, call, self._family.delete, values, lambda _: (None, None), key=key, status=204)

    async def _deleting(self, call: Call, key: Key[Any]) -> catalogue.DeleteParty:
        """Count what refers to a party: nobody keeps count of that, so it is looked for."""
        record = await self._ledger.read(call.caller, catalogue.find_party, key)
        id, uuid = record.value.id, record.value.uuid
        invoices = await self._ledger.invoices(call.caller, InvoiceQuery(party=id, limit=1))
        payments = await self._ledger.store.payments(call.caller.workspace, PaymentQuery(party=id, limit=1))
        sales = await self._ledger.all_of(call.caller, Opportunity)
        taking_part = sum(id in sale.participants for sale in sales)
        traded = await self._ledger.orders(call.caller, OrderQuery(organizations=frozenset({uuid}), limit=1))
        bought = await self._ledger.orders(call.caller, OrderQuery(buyer=Buyer(id, None), limit=1))
        uses = (invoices.total, payments.total, taking_part, traded.total, bought.total)
        return catalogue.DeleteParty(key, sum(uses))

    def _key(self, request: Request) -> Key[Any]:
        return read_key(self._family.kind, request.path_params[self._family.one], self._family.missing)

    def _show(self, call: Call) -> Callable[[Record[Any]], Shown]:
        currency = call.session.workspace.currency
        shows: dict[type[Any], Callable[[Record[Any]], Any]] = {
            Party: shown.party,
            Item: lambda record: shown.item(record, currency),
            Tax: shown.tax,
        }
        return lambda record: (shows[self._family.kind](record), record.version)
