"""What a batch writes, as values for named statements, whatever the database."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Any

from billingua.core.invoice import Invoice
from billingua.engine.batch import Filed, Happening, Save, Writes, moved_uses
from billingua.engine.journal import Entry
from billingua.engine.kinds import KINDS, kind_named, kind_of
from billingua.engine.plan import Key, Record, by_id
from billingua.engine.references import COUNTED
from billingua.stores.answer_rows import kept_answer_to_row
from billingua.stores.bodies import aggregate_to_body
from billingua.stores.catalogue_rows import item_to_rows, party_to_rows
from billingua.stores.credit_rows import credit_note_to_rows
from billingua.stores.detail_rows import DETAILED_BY, invoice_to_details, invoice_to_runs
from billingua.stores.order_rows import order_to_lines, order_to_parts, order_to_rows
from billingua.stores.outbox import body_of
from billingua.stores.payment_rows import (
    counted,
    payment_to_parts,
    payment_to_rows,
    receipt_to_lines,
    receipt_to_rows,
)
from billingua.stores.rows import instant_to_row, invoice_to_body, invoice_to_row, same_body, same_listing

Values = Mapping[str, Any]

STATEMENTS = (
    "free_key",  # before any is taken: two aggregates may exchange theirs
    "insert_aggregate",
    "update_aggregate",
    "delete_aggregate",
    "put_item_row",
    "drop_item_row",
    "put_party_row",
    "drop_party_row",
    "put_payment_row",
    "drop_payment_row",
    "put_payment_part",
    "drop_payment_part",
    "put_receipt_row",
    "drop_receipt_row",
    "put_receipt_line",
    "drop_receipt_line",
    "put_credit_note_row",
    "drop_credit_note_row",
    "put_order_part",
    "drop_order_part",
    "put_order_row",
    "drop_order_row",
    "put_order_line",
    "drop_order_line",
    "put_invoice_detail",
    "drop_invoice_detail",
    "put_line_run",
    "drop_line_run",
    "insert_invoice",
    "insert_invoice_body",
    "update_invoice",
    "update_invoice_balance",
    "update_invoice_body",
    "delete_invoice",
    "delete_invoice_body",
    "take_key",
    "insert_file",
    "keep_answer",
    "set_counter",
    "insert_entry",
    "insert_posted",
    "move_count",
    "move_payment_count",
    "move_uses",
)
"""The statements of a batch, in their order. Each touches exactly one row for each of its values."""

_KIND_NAMES = {kind.type: kind.name for kind in KINDS}
_counted_as = attrgetter("status", "origin", "currency")


def values_of(writes: Writes) -> dict[str, list[Values]]:
    """Say which statements a batch consists of, with the values for each."""
    values: dict[str, list[Values]] = {name: [] for name in STATEMENTS}
    for save in writes.saves.values():
        if save.after is None:
            _add_deletion(values, save)
        elif save.kind == "invoice":
            _add_invoice(values, save, save.after)
        else:
            _add_aggregate(values, save, save.after)
        _add_narrow_rows(values, save)
        _add_keys(values, save)
    values["insert_file"] += map(_filed, writes.files)
    values["keep_answer"] += map(kept_answer_to_row, writes.answers.values())
    values["set_counter"] += [
        {"workspace": workspace, "name": name, "next": number} for (workspace, name), number in writes.counters.items()
    ]
    values["insert_entry"] += map(_entry, writes.entries)
    values["insert_posted"] += map(_posted, writes.happenings)
    values["move_count"] += _moved_counts(writes.saves.values())
    values["move_payment_count"] += _moved_payment_counts(writes.saves.values())
    values["move_uses"] += _moved_uses(writes.saves.values())
    return values


def _add_deletion(values: dict[str, list[Values]], save: Save) -> None:
    row = {
        "workspace": save.workspace,
        "kind": save.kind,
        "id": save.value.id,
        "known_version": _known_version(save),
    }
    if save.kind == "invoice":
        values["delete_invoice"].append(row)
        values["delete_invoice_body"].append(row)
    else:
        values["delete_aggregate"].append(row)


def _add_aggregate(values: dict[str, list[Values]], save: Save, after: Record[Any]) -> None:
    value = {
        "workspace": save.workspace,
        "kind": save.kind,
        "id": after.value.id,
        "version": after.version,
        "chain": after.chain,
        "body": aggregate_to_body(save.kind, after.value),
        "known_version": _known_version(save),
    }
    values["update_aggregate" if save.before else "insert_aggregate"].append(value)


NARROW_ROWS: Mapping[str, Mapping[str, Callable[[str, Any], Mapping[Any, Values]]]] = {
    "order": {"order_row": order_to_rows, "order_part": order_to_parts, "order_line": order_to_lines},
    "item": {"item_row": item_to_rows},
    "party": {"party_row": party_to_rows},
    "payment": {"payment_row": payment_to_rows, "payment_part": payment_to_parts},
    "credit_note": {"credit_note_row": credit_note_to_rows},
    "receipt": {"receipt_row": receipt_to_rows, "receipt_line": receipt_to_lines},
    "invoice": {"invoice_detail": invoice_to_details, "line_run": invoice_to_runs},
}
"""The tables of narrow rows beside the aggregates of a kind, and what stands in them."""
_MADE_OF: Mapping[str, Callable[[Any], Any]] = {"invoice_detail": DETAILED_BY, "line_run": attrgetter("lines")}
"""The fields that rows are made of which most changes leave alone: where those stay, the rows need not be made."""
_NO_ROWS: Mapping[Any, Values] = {}


def _add_narrow_rows(values: dict[str, list[Values]], save: Save) -> None:
    """Write the narrow rows of an aggregate that are other than they were; most changes touch none."""
    for name, rows_of in NARROW_ROWS.get(save.kind, {}).items():
        if _stays(name, save):
            continue
        known = rows_of(save.workspace, save.before.value) if save.before else _NO_ROWS
        rows = rows_of(save.workspace, save.after.value) if save.after else _NO_ROWS
        values[f"put_{name}"] += [row for key, row in rows.items() if row != known.get(key)]
        values[f"drop_{name}"] += [row for key, row in known.items() if key not in rows]


def _stays(name: str, save: Save) -> bool:
    made_of = _MADE_OF.get(name)
    if made_of is None or save.before is None or save.after is None:
        return False
    was, is_now = made_of(save.before.value), made_of(save.after.value)
    return was is is_now or was == is_now


def _add_invoice(values: dict[str, list[Values]], save: Save, record: Record[Invoice]) -> None:
    before: Record[Invoice] | None = save.before
    after = record.value
    row = invoice_to_row(save.workspace, record)._asdict()
    row["known_version"] = _known_version(save)
    if before is None or not same_body(before.value, after):
        body = {"workspace": save.workspace, "id": after.id, "body": invoice_to_body(after)}
        values["update_invoice_body" if before else "insert_invoice_body"].append(body)
    if before is None:
        values["insert_invoice"].append(row)
    else:
        same = same_listing(before.value, after)
        values["update_invoice_balance" if same else "update_invoice"].append(row)


def _known_version(save: Save) -> int:
    """The version that is updated: if the row has another by now, somebody else wrote it."""
    return save.before.version if save.before else 0


def _add_keys(values: dict[str, list[Values]], save: Save) -> None:
    kind = kind_of(save.value)
    stale, fresh = kind.renamed(save.before and save.before.value, save.after and save.after.value)
    values["free_key"] += _key_rows(save, stale)
    values["take_key"] += _key_rows(save, fresh)


def _key_rows(save: Save, keys: Iterable[Key[Any]]) -> Iterable[Values]:
    """The id is not among them: it is the key of the aggregate's own row."""
    return [
        {
            "kind": save.kind,
            "name": key.name,
            "value": key.value,
            "workspace": save.workspace,
            "id": save.value.id,
        }
        for key in keys
        if key.name != "id"
    ]


def _filed(filed: Filed) -> Values:
    job, file = filed.job, filed.file
    return {
        "workspace": job.caller.workspace,
        "uuid": str(file.uuid),
        "created_at": instant_to_row(job.now),
        "name": file.name,
        "media_type": file.media_type,
        "content": file.content,
    }


def _entry(entry: Entry) -> Values:
    return {
        "workspace": entry.workspace,
        "kind": entry.kind,
        "id": entry.id,
        "version": entry.version,
        "at": instant_to_row(entry.at),
        "body": entry.body,
        "hash": entry.hash,
    }


def _posted(happening: Happening) -> Values:
    job = happening.job
    return {"workspace": job.caller.workspace, "at": instant_to_row(job.now), "body": body_of(happening)}


def _moved_counts(saves: Iterable[Save]) -> Iterable[Values]:
    """Say by how many the kept counts of invoices change; most batches change none."""
    more: Counter[tuple[str, ...]] = Counter()
    for save in saves:
        if save.kind == "invoice":
            was = save.before and _counted_as(save.before.value)
            is_now = save.after and _counted_as(save.after.value)
            if was != is_now:
                if is_now:
                    more[save.workspace, *is_now] += 1
                if was:
                    more[save.workspace, *was] -= 1
    return [
        {"workspace": workspace, "status": status, "origin": origin, "currency": currency, "more": change}
        for (workspace, status, origin, currency), change in more.items()
        if change
    ]


def _moved_payment_counts(saves: Iterable[Save]) -> Iterable[Values]:
    """Say by how many the kept counts of payments, of receipts and of their lines change."""
    more: Counter[tuple[str, str, int]] = Counter()
    for save in saves:
        if save.kind in {"payment", "receipt"}:
            for record, sign in ((save.before, -1), (save.after, 1)):
                for (kind, status), many in counted(record.value).items() if record else ():
                    more[save.workspace, kind, status] += sign * many
    return [
        {"workspace": workspace, "kind": kind, "status": status, "more": change}
        for (workspace, kind, status), change in more.items()
        if change
    ]


def _moved_uses(saves: Collection[Save]) -> Iterable[Values]:
    """Say by how many the kept counts of references change, and which are those of items and taxes that are deleted.

    Nobody refers to those any more: whoever deletes one that is in use, or refers to one that is gone, writes nothing.
    """
    more = moved_uses(saves)
    gone = {
        (save.workspace, by_id(kind_named(save.kind).type, save.value.id))
        for save in saves
        if save.after is None and kind_named(save.kind).type in COUNTED
    }
    return [
        {
            "workspace": workspace,
            "kind": _KIND_NAMES[key.kind],
            "id": key.value,
            "more": more.get((workspace, key), 0),
            "gone": (workspace, key) in gone,
        }
        for workspace, key in {*more, *gone}
        if more.get((workspace, key), 0) or (workspace, key) in gone
    ]
