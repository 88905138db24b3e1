"""What CRUX Connect clients ask for, as commands."""

from billingua.dialects.crux.requests.access import Login, read_login
from billingua.dialects.crux.requests.bodies import Sent, read_bare, read_json, read_sent
from billingua.dialects.crux.requests.cancellation import (
    ask_to_cancel,
    ask_to_cancel_line,
    confirm_cancellation,
    reject_cancellation,
)
from billingua.dialects.crux.requests.fulfilment import allocate_order, ship_order
from billingua.dialects.crux.requests.invoices import invoice_order
from billingua.dialects.crux.requests.orders import create_order, hand_over
from billingua.dialects.crux.requests.remarks import remark_on_order, set_fees

__all__ = [
    "Login",
    "Sent",
    "allocate_order",
    "ask_to_cancel",
    "ask_to_cancel_line",
    "confirm_cancellation",
    "create_order",
    "hand_over",
    "invoice_order",
    "read_bare",
    "read_json",
    "read_login",
    "read_sent",
    "reject_cancellation",
    "remark_on_order",
    "set_fees",
    "ship_order",
]
