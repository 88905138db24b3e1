"""What the invoice of an order says of it: its costs, addresses, packages and lines (contract §3.2, §4.6)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.order import CLOSED_LINES, DeliveryAddress, Order, OrderLine, Shipment
from billingua.core.party import AddressCategory, Party
from billingua.dialects.bigcommerce.responses.invoices import STANDARD
from billingua.dialects.bigcommerce.vocabulary import money, seconds
from billingua.engine.orders import OrderView


def order_details(view: OrderView) -> dict[str, Any]:
    """Give the details of the invoice of a whole order; what is not known of it is left out."""
    order = view.order
    lines = [line for line in order.lines if line.status not in CLOSED_LINES]
    return {
        "type": STANDARD,
        "header": {
            "costLines": _cost_lines(order, lines),
            "orderDate": seconds(order.created_at),
            **_addresses(order.address, view.buyer),
            "customerFields": {},
        },
        "details": {
            "shipments": [_shipment(package) for package in _packages(lines)],
            "lineItems": [_line_item(line, view) for line in lines],
        },
    }


def _cost_lines(order: Order, lines: list[OrderLine]) -> list[dict[str, Any]]:
    """List what the total is made of; fees of the trade stand only where they were said."""
    fees = order.fees
    costs: list[tuple[str, Decimal | None]] = [
        ("Subtotal", add_up(EXACT.multiply(line.quantity, line.unit_cost or ZERO) for line in lines)),
        ("Freight", fees.shipping_cost or ZERO),
        ("Order fee", fees.order_fee),
        ("Dropship fee", fees.dropship_fee),
        ("Sales Tax", fees.order_tax or ZERO),
    ]
    return [
        {"amount": money(amount, order.currency), "description": name} for name, amount in costs if amount is not None
    ]


def _addresses(sent_to: DeliveryAddress, buyer: Party | None) -> dict[str, Any]:
    """Give where an order is sent, and where its bill goes: there too, where the company has no address for bills."""
    shipping = _delivery_address(sent_to)
    billing = _billing_address(buyer) or shipping
    told: dict[str, Any] = {"billingAddress": billing} if billing else {}
    return {**told, "shippingAddresses": [shipping]} if shipping else told


def _delivery_address(address: DeliveryAddress) -> dict[str, Any] | None:
    first_name, _, last_name = (address.name or "").strip().rpartition(" ")
    said = {
        "city": address.city,
        "state": address.state,
        "country": address.country,
        "street1": address.address1,
        "street2": address.address2,
        "zipCode": address.postal_code,
        "lastName": last_name,
        "firstName": first_name.strip(),
    }
    return _address(said)


def _billing_address(buyer: Party | None) -> dict[str, Any] | None:
    bills = [address for address in buyer.addresses if address.category is AddressCategory.BILLING] if buyer else []
    if not buyer or not bills:
        return None
    address = next((address for address in bills if address.primary), bills[0])
    return _address(
        {
            "city": address.city,
            "state": address.state,
            "country": address.country,
            "street1": address.street,
            "street2": address.street2,
            "zipCode": address.zip,
            "lastName": buyer.last_name,
            "firstName": buyer.first_name,
        }
    )


def _address(said: Mapping[str, str | None]) -> dict[str, Any] | None:
    """Write an address with all its members, of which some are empty; none where nothing is known."""
    return {**{name: text or "" for name, text in said.items()}, "customFields": {}} if any(said.values()) else None


def _packages(lines: list[OrderLine]) -> list[Shipment]:
    """List the packages that were sent, each once, however many lines have pieces in it."""
    packages = {shipment.package or shipment.number: shipment for line in lines for shipment in line.tracking}
    return [*packages.values()]


def _shipment(package: Shipment) -> dict[str, Any]:
    return {
        "addressIndex": "0",
        "shipDate": package.ship_date or "",
        "shipVia": " ".join(filter(None, (package.carrier, package.method))),
        "trackingNumber": package.number,
        "comments": "",
        "customFields": {},
    }


def _line_item(line: OrderLine, view: OrderView) -> dict[str, Any]:
    item, currency = view.items.get(line.item or 0), view.order.currency
    return {
        "sku": line.sku,
        "type": "",
        "comments": "",
        "quantity": str(line.quantity),
        "unitPrice": money(line.unit_cost or ZERO, currency),
        "description": line.title or (item.title if item else ""),
        "customFields": {},
        "unitDiscount": money(ZERO, currency),
    }
