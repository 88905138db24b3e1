"""What our own API answers to many operations at once."""

from billingua.dialects.native.answers import Answer, DryRun, Invoice, ProblemDetails
from billingua.dialects.native.credit_answers import CreditNote


class BulkResult(Answer):
    """What became of one operation: the answer that it would have had by itself."""

    index: int
    status: int
    invoice: Invoice | None = None
    credit_note: CreditNote | None = None
    problem: ProblemDetails | None = None
    dry_run: DryRun | None = None


class BulkAnswer(Answer):
    """What became of each operation, in their order."""

    items: list[BulkResult]
