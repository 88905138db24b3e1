"""Lists of orders in SQL: how many a trader sees in all, and the ids of one page in their order."""

from collections.abc import Iterable
from uuid import UUID

from billingua.core.order import Trader
from billingua.core.party import TradeRole
from billingua.engine.queries import OrderQuery, OrderSort
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.listing import hidden_parties
from billingua.stores.order_rows import (
    allocations_to_row,
    billing_to_row,
    company_to_row,
    retailer_to_row,
    trader_to_row,
)
from billingua.stores.pages import Conditions, Listing, Variant, table_listing
from billingua.stores.rows import instant_to_row


def order_listing(workspace: str, query: OrderQuery, variant: Variant) -> Listing:
    """Say in SQL which orders are asked for, as a database wants to hear it."""
    # What is put together here are our own words; whatever comes from outside is bound.
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("trader = :trader", trader=trader_to_row(query.trader))
    _add_whole(asked, query)
    _add_lines(asked, query, variant)
    _add_buyers(asked, query, variant)
    total = f"SELECT count(*) FROM order_part WHERE {asked.sql}"  # noqa: S608
    # What has no line stands before what has one.
    nullable = query.sort is not OrderSort.CREATED
    return table_listing("order_part", total, asked, [query.sort.value], query, nullable=nullable)


def _add_whole(asked: Conditions, query: OrderQuery) -> None:
    """Ask for what stands in the part's own row."""
    asked.add("number = :number", number=query.number)
    asked.add("sent = :sent", sent=query.sent)
    asked.add("created_at >= :created_from", created_from=query.created_from and instant_to_row(query.created_from))
    asked.add("created_at <= :created_to", created_to=query.created_to and instant_to_row(query.created_to))
    allocations = None if query.allocations is None else allocations_to_row(query.allocations)
    asked.add("(allocations & CAST(:allocations AS integer)) <> 0", allocations=allocations)


def _add_lines(asked: Conditions, query: OrderQuery, variant: Variant) -> None:
    """Ask for what stands elsewhere: in the lines that are seen, in names, in the parts of others."""
    lines, names = "SELECT id FROM order_line WHERE workspace = :workspace", _NAMES
    if query.trader and query.trader.role is TradeRole.SUPPLIER:
        lines += " AND supplier = :supplier"
        asked.values["supplier"] = str(query.trader.organization)
    if query.text is not None:
        says = f"{variant.place_of}({{}}, :text) > 0".format
        asked.add(
            f"({says('number_folded')} OR id IN ({names} AND {says('value')}) "
            f"OR id IN ({lines} AND ({says('sku_folded')} OR {says('title_folded')})))",
            text=query.text.casefold(),
        )
    one_of = variant.one_of.format
    asked.add(f"id IN ({names} AND value {one_of('uuids')})", uuids=_listed(query.uuids))
    asked.add(f"id IN ({lines} AND designation {one_of('designations')})", designations=_listed(query.designations))
    if query.organizations is not None and not (query.trader and query.trader.organization in query.organizations):
        others = f"{_PARTS} AND trader {one_of('others')}"
        asked.add(f"id IN ({others})", others=_others(query.trader, query.organizations))


def _add_buyers(asked: Conditions, query: OrderQuery, variant: Variant) -> None:
    """Ask for what is said of a whole order: who buys, and how much of it is invoiced."""
    whole = "SELECT id FROM order_row WHERE workspace = :workspace"
    asked.add(f"id IN ({whole} AND billing = :billing)", billing=query.billing and billing_to_row(query.billing))
    if query.buyer is not None:
        company, uuid = company_to_row(query.buyer.id), query.buyer.uuid
        asked.add(
            f"id IN ({whole} AND buyer IN (:company, :retailer))",
            company=company,
            retailer=retailer_to_row(uuid) if uuid else company,
        )
    if query.reader is not None:
        hidden = hidden_parties(variant)
        buyers = (
            f"SELECT 'company ' || id FROM ({hidden}) AS hidden UNION ALL SELECT 'retailer ' || value FROM lookup"  # noqa: S608
            f" WHERE workspace = :workspace AND kind = 'party' AND name = 'uuid' AND id IN ({hidden})"
        )
        asked.add(
            f"id NOT IN ({whole} AND buyer IN ({buyers}) AND coalesce(author, '') <> :author)",
            author=query.reader,
            reader=reader_to_row(query.reader),
        )


_PARTS = "SELECT id FROM order_part WHERE workspace = :workspace"
_NAMES = "SELECT id FROM lookup WHERE workspace = :workspace AND kind = 'order' AND name = 'uuid'"


def _listed(values: Iterable[UUID | str] | None) -> list[str] | None:
    return None if values is None else sorted(map(str, values))


def _others(trader: Trader | None, organizations: Iterable[UUID]) -> list[str]:
    """Name the parts of organizations that a trader sees to be there: a supplier sees no other supplier."""
    is_supplier = trader is not None and trader.role is TradeRole.SUPPLIER
    roles = (TradeRole.RETAILER,) if is_supplier else tuple(TradeRole)
    return sorted(trader_to_row(Trader(role, one)) for role in roles for one in organizations)
