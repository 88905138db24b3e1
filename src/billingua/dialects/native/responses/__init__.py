"""What clients of our own API are answered."""

from billingua.dialects.native.responses.explanations import explanation
from billingua.dialects.native.responses.history import change, history
from billingua.dialects.native.responses.invoices import actions, invoices, rounding_rule, totals, whole
from billingua.dialects.native.responses.rehearsals import rehearsed

__all__ = ["actions", "change", "explanation", "history", "invoices", "rehearsed", "rounding_rule", "totals", "whole"]
