"""What modulus is set to, as administrators see and change it: the account, its tables, and who may log in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType, field, structs

from billingua.core.numbering import Book, BookKind
from billingua.core.workspace import Branch, CashAccount, PaymentTerm, Salesperson, Workspace
from billingua.dialects.modulus.vocabulary import NAME
from billingua.engine.credentials import hash_secret
from billingua.wire.scalars import Invalid, read_currency
from billingua.wire.settings import (
    Count,
    DialectSettings,
    Id,
    Problem,
    Section,
    Text,
    changed,
    repeated,
    require,
    with_settings,
)

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class ModulusApp(Section, frozen=True):
    """A program that may log in. Its secret is never shown; without one, the program keeps the secret that it has."""

    app: Text
    id: str = ""
    secret: Text | UnsetType = UNSET


class ModulusBranch(Section, frozen=True):
    """A place of business; `price_list` is the code of one."""

    code: Text
    active: bool = True
    price_list: Text | None = None


class ModulusBook(Section, frozen=True):
    """A series of numbers. `{yyyy}`, `{mm}` and `{dd}` in the prefix are a document's day."""

    id: Id
    kind: BookKind = BookKind.INVOICE
    prefix: Annotated[str, Meta(max_length=100)] = ""
    first_number: Id = 1


class ModulusPaymentTerm(Section, frozen=True):
    """How long a customer may take to pay."""

    id: Id
    days: Count = 0


class ModulusSalesperson(Section, frozen=True):
    """Somebody who sells, at the branches (their codes) named."""

    id: Id
    branches: list[Text] = field(default_factory=list[Text])


class ModulusCashAccount(Section, frozen=True):
    """Where cash is taken in (`collection`) or given out (`payment`)."""

    code: Text
    currency: str
    collection: bool = True
    payment: bool = True


class ModulusSettings(Section, frozen=True):
    """What modulus is set to. Without an account's name, the workspace's own is taken."""

    account: str | None = None
    apps: list[ModulusApp] = field(default_factory=list[ModulusApp])
    tolerant_json: bool = False
    branches: list[ModulusBranch] = field(default_factory=list[ModulusBranch])
    books: list[ModulusBook] = field(default_factory=list[ModulusBook])
    payment_terms: list[ModulusPaymentTerm] = field(default_factory=list[ModulusPaymentTerm])
    salespeople: list[ModulusSalesperson] = field(default_factory=list[ModulusSalesperson])
    cash_accounts: list[ModulusCashAccount] = field(default_factory=list[ModulusCashAccount])


def _show(workspace: Workspace) -> ModulusSettings:
    return ModulusSettings(
        account=workspace.setting(NAME, "account"),
        apps=[ModulusApp(app=app["app"], id=app.get("id", "")) for app in workspace.setting(NAME, "apps", ())],
        tolerant_json=workspace.setting(NAME, "tolerant_json", False),
        branches=[
            ModulusBranch(code=one.code, active=one.active, price_list=one.price_list) for one in workspace.branches
        ],
        books=[
            ModulusBook(id=one.id, kind=one.kind, prefix=one.prefix, first_number=one.first_number)
            for one in workspace.books
        ],
        payment_terms=[ModulusPaymentTerm(id=one.id, days=one.days) for one in workspace.payment_terms],
        salespeople=[ModulusSalesperson(id=one.id, branches=list(one.branches)) for one in workspace.salespeople],
        cash_accounts=[
            ModulusCashAccount(code=one.code, currency=one.currency, collection=one.collection, payment=one.payment)
            for one in workspace.cash_accounts
        ],
    )


def _write(content: ModulusSettings, workspace: Workspace) -> Workspace:
    secrets = {app["app"]: app["secret_hash"] for app in workspace.setting(NAME, "apps", ())}
    require(_problems(content, secrets))
    own = changed(content, _show(workspace), "apps", *_TABLES)
    apps = {} if content.apps == _show(workspace).apps else {"apps": [_kept(app, secrets) for app in content.apps]}
    return replace(
        workspace,
        branches=_entries(Branch, content.branches),
        books=_entries(Book, content.books),
        payment_terms=_entries(PaymentTerm, content.payment_terms),
        salespeople=tuple(Salesperson(id=one.id, branches=tuple(one.branches)) for one in content.salespeople),
        cash_accounts=_entries(CashAccount, content.cash_accounts),
        settings=with_settings(workspace, NAME, {**own, **apps}),
    )


def _entries(kind: Any, sections: Sequence[Section]) -> tuple[Any, ...]:
    return tuple(kind(**structs.asdict(section)) for section in sections)


def _kept(app: ModulusApp, secrets: Mapping[str, str]) -> dict[str, str]:
    secret_hash = secrets[app.app] if app.secret is UNSET else hash_secret(app.secret)
    return {"app": app.app, "id": app.id, "secret_hash": secret_hash}


def _problems(content: ModulusSettings, secrets: Mapping[str, str]) -> Iterable[Problem]:
    if content.account is not None and not _LABEL.fullmatch(content.account):
        yield "/account", "label"
    for table, member in (("apps", "app"), *_TABLES.items()):
        yield from repeated(table, member, getattr(content, table))
    for place, app in enumerate(content.apps):
        if app.secret is UNSET and app.app not in secrets:
            yield f"/apps/{place}/secret", "content"
    for place, account in enumerate(content.cash_accounts):
        if not _is_currency(account.currency):
            yield f"/cash_accounts/{place}/currency", "currency"
    known = {branch.code for branch in content.branches}
    for place, person in enumerate(content.salespeople):
        for index, branch in enumerate(person.branches):
            if branch not in known:
                yield f"/salespeople/{place}/branches/{index}", "branch"


_TABLES = {"branches": "code", "books": "id", "payment_terms": "id", "salespeople": "id", "cash_accounts": "code"}
"""The workspace's own tables, and what their entries are called by."""


def _is_currency(code: str) -> bool:
    try:
        return bool(read_currency(code))
    except Invalid:
        return False


SETTINGS = DialectSettings(content=ModulusSettings, show=_show, write=_write)
