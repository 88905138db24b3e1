"""What ONLYOFFICE clients can ask, as an OpenAPI document (contract §1 to §11)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billingua.dialects.onlyoffice.errors import NOT_FOUND_PAGE
from billingua.dialects.onlyoffice.listing import MOST_LISTED
from billingua.dialects.onlyoffice.requests import lists
from billingua.dialects.onlyoffice.routes import BASE, CRM
from billingua.dialects.onlyoffice.schemas import SCHEMAS, page, success
from billingua.dialects.onlyoffice.vocabulary import HANDLER
from billingua.wire.bodies import decode_json
from billingua.wire.openapi import (
    IF_MATCH,
    JSON,
    Answer,
    Body,
    Content,
    Description,
    Document,
    Operation,
    Parameter,
    document,
    done_once,
)
from billingua.wire.schemas import FLAG, TEXT, WHOLE, Schema, named, one_of

XML = "text/xml"
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"

_SIGNING_IN, _INVOICES, _LINES, _PRODUCTS = "Signing in", "Invoices", "Lines", "Products"
_TAXES, _SETTINGS, _CONTACTS, _PRINTING = "Taxes", "Settings", "Contacts and opportunities", "Printing"

_EVERYBODY = "Every user may call it, and sees what they may see."
_ADMINISTRATORS = "Administrators alone may call it."

_TEXT = """Invoices of the ONLYOFFICE Workspace CRM API 2.0, on Billingua's ledger. A portal is a workspace.

Every answer is an envelope: `status` is 0 and `response` holds what was asked for, or it is 1 and `error` says why
not. A POST that succeeds is 201. `fields=id,number` in the query keeps these keys of `response`. Amounts are exact
numbers.

Paths are known in any case, and with `.json` or `.xml` behind them: the one changes nothing, the other has the answer
in XML, with the root `result`, unless the request is JSON itself.

What is sent may stand in the query or in the body, which is JSON, `text/xml` or a form of either kind; a body of any
other type is read as a form, and with a GET no form is read. The query counts before the body, and of a name that is
repeated the first. Names are known in any case; null and an empty text are the same as nothing. In a form, lists are
`invoiceids=4&invoiceids=5`, `invoiceids[]=4` or `invoiceids[0]=4`, lines `invoiceLines[0][price]=7.5` or
`invoiceLines[0].price=7.5`; where there is one alone, `invoiceLines[price]=7.5` too.

A path that is not told of here, an id that is not made of digits and any other verb are 404 with a page, and no
envelope."""


def describe() -> Document:
    """Make the document of this dialect."""
    return document(
        Description(
            title="ONLYOFFICE Workspace CRM API 2.0: invoices",
            description=_TEXT,
            operations=OPERATIONS,
            schemas=SCHEMAS,
            security_schemes={
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "The token that signing in gives, as it is or behind `Bearer`.",
                },
                "cookie": {"type": "apiKey", "in": "cookie", "name": "asc_auth_key", "description": "The same token."},
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A user's name or e-mail address, and password.",
                },
            },
            security=[{"token": []}, {"cookie": []}, {"basic": []}],
        )
    )


# Answers.

_PAGE = Content(TEXT, NOT_FOUND_PAGE)

_WHY = {
    400: "A value is missing, or is not what it has to be.",
    403: "The user may not, or the record is in use.",
    404: "There is no such record.",
    409: "The call that has this key is not answered yet.",
    412: "The invoice is in another version by now.",
    413: "The body is too large.",
    422: "The key stands for another call.",
    500: "The server failed, or does not do this.",
}
_OF_ALL = (400, 413, 500)


def _in_both(schema: Schema, example: Any = None) -> Mapping[str, Content]:
    """Tell of an answer that may be asked for in XML."""
    return {JSON: Content(schema, example), XML: Content(schema)}


def _refused(statuses: Iterable[int]) -> Mapping[int, Answer]:
    return {status: Answer(_WHY[status], _in_both(named(f"Refused{status}"))) for status in statuses}


_UNAUTHORIZED = Answer(
    "Nobody is signed in.",
    {"text/plain": Content({"const": "Unauthorized"})},
    {"WWW-Authenticate": "`Basic`, where some other credentials were sent."},
)


# Parameters.


def _query(name: str, description: str, schema: Schema = TEXT) -> Parameter:
    return Parameter(name=name, place="query", description=description, schema=schema)


_DIGITS: Schema = {"type": "string", "pattern": "^[0-9]+$"}
_PATH = {
    "id": Parameter(name="id", place="path", description="The record's id; 0 is 400.", schema=_DIGITS),
    "contact": Parameter(name="contact", place="path", description="The contact's id.", schema=_DIGITS),
    "status": Parameter(
        name="status",
        place="path",
        description="A number, a name (`Draft`, `Sent`, `Rejected`, `Paid`), or a title as it is shown.",
        example="Sent",
    ),
    "code": Parameter(name="code", place="path", description="Whatever: there is no second factor here."),
}
_FIELDS = _query("fields", "Keys of `response` to keep, with commas between them; all, if left out.")
_WINDOW = (
    _query("startIndex", "How many to leave out; what is no number is 0.", {**WHOLE, "minimum": 0, "default": 0}),
    _query(
        "count",
        "How many at most; what is no number is the default.",
        {**WHOLE, "maximum": MOST_LISTED, "default": MOST_LISTED},
    ),
)
_ORDER = (
    _query("sortBy", "A key that is shown, in any case."),
    _query("sortOrder", "`descending`; anything else is ascending.", one_of(("ascending", "descending"))),
)
_WORDS = _query("filterValue", "Beginnings of words, all of which have to be found.")
_BY_KEY = (
    _query("filterBy", "A key that is shown: what is to be found has `filterValue` there."),
    _query("filterOp", "How.", {**one_of(("contains", "equals", "startsWith", "present")), "default": "equals"}),
    _query("filterValue", "What is looked for."),
)
_DATES = ("issueDateFrom", "issueDateTo", "dueDateFrom", "dueDateTo")
_FILTER = (
    _query("status", "A number or a name of a status."),
    *(_query(name, "A moment, which is in; the end is a day later.") for name in _DATES),
    _query("entityType", "What `entityid` is of.", one_of(("contact", "opportunity", "case"))),
    _query("entityid", "Invoices of this customer, or for this opportunity.", WHOLE),
    _query("currency", "ISO 4217, in any case."),
    _query("sortBy", f"`number`, if left out. Of {lists.MOST_SORTED} at most, any key that is shown."),
    _ORDER[1],
    _WORDS,
    *_WINDOW,
)
_NUMBER = Parameter(name="number", place="query", description="In whatever case.", required=True)


# Operations.


def _call(
    verb: str,
    path: str,
    name: str,
    tag: str,
    summary: str,
    section: str,
    response: Schema,
    *,
    refusals: Sequence[int] = (),
    parameters: Sequence[Parameter] = (),
    body: Body | None = None,
    callers: str = _EVERYBODY,
    description: str = "",
    is_list: bool = False,
    tagged: bool = False,
    matched: bool = False,
) -> Operation:
    """Tell of a call; one is `tagged` whose answer has an invoice's version, and `matched` that hears of one."""
    status = 201 if verb == "POST" else 200
    shown = page(response, status) if is_list else success(response, status)
    headers = {"ETag": "The invoice's version, for `If-Match`."} if tagged else {}
    answers = {
        status: Answer(summary + ": it is done." if verb != "GET" else "What was asked for.", _in_both(shown), headers),
        401: _UNAUTHORIZED,
        **_refused({*_OF_ALL, *refusals, *([412] if matched else ())}),
    }
    ids = [_PATH[part] for part in _PATH if f"{{{part}}}" in path]
    if "{id}" in path:
        answers[404] = Answer(_WHY[404], {**_in_both(named("Refused404")), "text/html": _PAGE})
    operation = Operation(
        name=name,
        verb=verb,
        path=CRM + path,
        tag=tag,
        summary=summary,
        section=section,
        callers=callers,
        description=description,
        parameters=[*ids, *parameters, *([IF_MATCH] if matched else ()), _FIELDS],
        body=body,
        answers=answers,
    )
    return operation if verb == "GET" else done_once(operation, _refused((400, 409, 413, 422)))


def _sent(schema: str, example: bytes) -> Body:
    """Tell of what is sent, in every encoding; all of it may stand in the query instead."""
    content = {JSON: Content(named(schema), decode_json(example))}
    return Body({**content, **dict.fromkeys((FORM, PARTS, XML), Content(named(schema)))}, required=False)


_A_CHANGE = b"""{
  "issueDate": "2031-03-02", "dueDate": "2031-04-15", "contactId": 9, "billingAddressID": 31, "language": "en-US",
  "currency": "USD", "exchangeRate": 1.1, "terms": "45 days",
  "invoiceLines": [
    {"invoiceItemID": 4, "quantity": 1, "price": 10, "discount": 5}, {"invoiceItemID": 6, "quantity": 2, "price": 3.5}
  ]
}"""
_AN_INVOICE = b"""{
  "number": "INV-0000018", "issueDate": "2031-03-02", "dueDate": "2031-04-01", "contactId": 9, "language": "en-US",
  "currency": "EUR", "exchangeRate": 1, "terms": "30 days",
  "invoiceLines": [{"invoiceItemID": 4, "quantity": 2, "price": 12.5, "invoiceTax1ID": 2}]
}"""
_A_LINE = b'{"invoiceId": 17, "invoiceItemId": 6, "quantity": 2, "price": 3.5, "sortOrder": 1}'
_A_PRODUCT = b"""{
  "title": "Oak board", "sku": "OB-1", "price": 12.5, "stockQuantity": 100, "trackInventory": true, "invoiceTax1id": 2
}"""
_A_TAX = b'{"name": "VAT", "description": "", "rate": 20}'
_IDS = b'{"invoiceids": [17, 21]}'
_NOTHING: Schema = {"type": "object", "maxProperties": 0}


def _sign_in(name: str, path: str) -> Operation:
    return Operation(
        name=name,
        verb="POST",
        path=path,
        tag=_SIGNING_IN,
        summary="Give a user a token",
        section="§1.4",
        callers="Anyone may call it.",
        description="Wrong credentials are 500. A token is good for 365 days.",
        parameters=[_PATH["code"]] if "{code}" in path else [],
        body=_sent("SignIn", b'{"userName": "ida", "password": "\xe2\x80\xa6"}'),
        answers={201: Answer("A token.", _in_both(success(named("Token"), 201))), **_refused(_OF_ALL)},
        security=(),
    )


_SIGN_IN_CALLS = (
    _sign_in("sign_in", f"{BASE}/authentication"),
    _sign_in("sign_in_with_code", f"{BASE}/authentication/{{code}}"),
)

_INVOICE_CALLS = (
    _call(
        "GET",
        "/invoice/filter",
        "filter_invoices",
        _INVOICES,
        "Find invoices",
        "§4.4",
        named("InvoiceBase"),
        parameters=_FILTER,
        is_list=True,
    ),
    *(
        _call(
            "GET",
            f"/{kind}/invoicelist/{{id}}",
            f"list_invoices_of_{kind}",
            _INVOICES,
            "List the invoices for an opportunity" if kind == "opportunity" else "List the invoices of a customer",
            "§4.5",
            named("InvoiceBase"),
            parameters=(*_ORDER, *_BY_KEY, *_WINDOW),
            is_list=True,
        )
        for kind in ("contact", "person", "company", "opportunity")
    ),
    _call(
        "GET",
        "/invoice/{id}",
        "get_invoice",
        _INVOICES,
        "Show an invoice",
        "§4.6",
        named("Invoice"),
        refusals=(403,),
        tagged=True,
    ),
    _call(
        "GET",
        "/invoice/bynumber",
        "get_invoice_by_number",
        _INVOICES,
        "Show the invoice that has a number",
        "§4.6",
        named("Invoice"),
        refusals=(403, 404),
        parameters=(_NUMBER,),
        description="Its contact, consignee, opportunity and lines are null, and it comes to 0.",
        tagged=True,
    ),
    _call(
        "GET",
        "/invoice/bynumber/exist",
        "is_number_taken",
        _INVOICES,
        "Say whether an invoice has a number",
        "§4.6",
        FLAG,
        parameters=(_NUMBER,),
    ),
    _call(
        "GET",
        "/invoice/sample",
        "show_sample",
        _INVOICES,
        "Show what a new invoice may begin with",
        "§4.7, §9.3",
        named("Invoice"),
        description="It has the next number, and is kept nowhere.",
    ),
    _call(
        "POST",
        "/invoice",
        "create_invoice",
        _INVOICES,
        "Write a draft",
        "§4.1, §4.2",
        named("Invoice"),
        refusals=(403,),
        body=_sent("NewInvoice", _AN_INVOICE),
        tagged=True,
    ),
    _call(
        "PUT",
        "/invoice/{id}",
        "replace_invoice",
        _INVOICES,
        "Write a draft anew",
        "§4.1, §4.3",
        named("Invoice"),
        refusals=(403,),
        body=_sent("InvoiceChange", _A_CHANGE),
        callers="Whoever made the invoice, and administrators, may call it.",
        description="What is left out is emptied. An invoice that may not be edited is 404.",
        tagged=True,
        matched=True,
    ),
    _call(
        "PUT",
        "/invoice/status/{status}",
        "change_statuses",
        _INVOICES,
        "Change the status of some invoices",
        "§5",
        named("StatusesChanged"),
        refusals=(403,),
        body=_sent("InvoiceIds", _IDS),
        description="A change that there is no way for is left out. `key` has all invoices that were asked for. "
        "`If-Match` is heard, and a version told, where there is one invoice alone.",
        tagged=True,
        matched=True,
    ),
    _call(
        "DELETE",
        "/invoice/{id}",
        "delete_invoice",
        _INVOICES,
        "Delete an invoice",
        "§4.8",
        named("InvoiceBase"),
        refusals=(403,),
        callers="Whoever made the invoice, and administrators, may call it.",
        matched=True,
    ),
    _call(
        "DELETE",
        "/invoice",
        "delete_invoices",
        _INVOICES,
        "Delete some invoices, as far as the user may",
        "§4.8",
        named("InvoiceBase"),
        refusals=(403,),
        body=_sent("InvoiceIds", _IDS),
        is_list=True,
        matched=True,
    ),
    _call(
        "PUT",
        "/invoice/{id}/creationdate",
        "state_creation_date",
        _INVOICES,
        "State when an invoice was made",
        "§4.9",
        _NOTHING,
        refusals=(403,),
        body=_sent("CreationDate", b'{"creationDate": "2031-01-01"}'),
        tagged=True,
        matched=True,
    ),
    _call(
        "PUT",
        "/invoice/{id}/lastmodifeddate",
        "state_last_modified_date",
        _INVOICES,
        "State when an invoice was changed",
        "§4.9",
        _NOTHING,
        refusals=(403,),
        body=_sent("LastModifiedDate", b'{"lastModifedDate": "2031-01-01"}'),
        tagged=True,
        matched=True,
    ),
)

_LINE_CALLS = (
    _call(
        "POST",
        "/invoiceline",
        "add_line",
        _LINES,
        "Write a line more",
        "§6",
        named("InvoiceLine"),
        refusals=(403,),
        body=_sent("LineChange", _A_LINE),
        tagged=True,
        matched=True,
    ),
    _call(
        "PUT",
        "/invoiceline/{id}",
        "replace_line",
        _LINES,
        "Write a line anew",
        "§6",
        named("InvoiceLine"),
        refusals=(403,),
        body=_sent("LineChange", _A_LINE),
        tagged=True,
        matched=True,
    ),
    _call(
        "DELETE",
        "/invoiceline/{id}",
        "delete_line",
        _LINES,
        "Take a line out",
        "§6",
        WHOLE,
        refusals=(403,),
        description="The only line of an invoice stays: 500.",
        tagged=True,
        matched=True,
    ),
)

_PRODUCT_CALLS = (
    _call(
        "GET",
        "/invoiceitem/filter",
        "find_products",
        _PRODUCTS,
        "Find products",
        "§7.2",
        named("Product"),
        parameters=(
            _query("inventoryStock", "Whether their stock is kept.", FLAG),
            _query("sortBy", "`name`, if left out.", one_of(("name", "price", "quantity", "sku", "created", "id"))),
            _ORDER[1],
            _WORDS,
            *_WINDOW,
        ),
        is_list=True,
    ),
    _call("GET", "/invoiceitem/{id}", "get_product", _PRODUCTS, "Show a product", "§7.2", named("Product")),
    _call(
        "POST",
        "/invoiceitem",
        "create_product",
        _PRODUCTS,
        "Keep a new product",
        "§7.1",
        named("Product"),
        refusals=(403,),
        body=_sent("ProductChange", _A_PRODUCT),
        callers=_ADMINISTRATORS,
    ),
    _call(
        "PUT",
        "/invoiceitem/{id}",
        "replace_product",
        _PRODUCTS,
        "Write a product anew",
        "§7.1",
        named("Product"),
        refusals=(403,),
        body=_sent("ProductChange", _A_PRODUCT),
        callers=_ADMINISTRATORS,
    ),
    _call(
        "DELETE",
        "/invoiceitem/{id}",
        "delete_product",
        _PRODUCTS,
        "Delete a product that nothing refers to",
        "§7.1",
        named("Product"),
        refusals=(403,),
        callers=_ADMINISTRATORS,
    ),
    _call(
        "DELETE",
        "/invoiceitem",
        "delete_products",
        _PRODUCTS,
        "Delete those of some products that nothing refers to",
        "§7.1",
        named("Product"),
        refusals=(403,),
        body=_sent("Ids", b'{"ids": [4, 6]}'),
        callers=_ADMINISTRATORS,
        is_list=True,
    ),
)

_TAX_CALLS = (
    _call(
        "GET",
        "/invoice/tax",
        "list_taxes",
        _TAXES,
        "List the taxes",
        "§8",
        named("Tax"),
        parameters=(*_ORDER, *_BY_KEY, *_WINDOW),
        is_list=True,
    ),
    _call(
        "POST",
        "/invoice/tax",
        "create_tax",
        _TAXES,
        "Keep a new tax",
        "§8",
        named("Tax"),
        refusals=(403,),
        body=_sent("TaxChange", _A_TAX),
        callers=_ADMINISTRATORS,
    ),
    _call(
        "PUT",
        "/invoice/tax/{id}",
        "replace_tax",
        _TAXES,
        "Write a tax anew",
        "§8",
        named("Tax"),
        refusals=(403,),
        body=_sent("TaxChange", _A_TAX),
        callers=_ADMINISTRATORS,
    ),
    _call(
        "DELETE",
        "/invoice/tax/{id}",
        "delete_tax",
        _TAXES,
        "Delete a tax that nothing refers to",
        "§8",
        named("Tax"),
        refusals=(403,),
        callers=_ADMINISTRATORS,
    ),
)


def _setting(path: str, name: str, summary: str, section: str, response: Schema, body: Body) -> Operation:
    return _call(
        "PUT",
        path,
        name,
        _SETTINGS,
        summary,
        section,
        response,
        refusals=(403,),
        body=body,
        callers=_ADMINISTRATORS,
    )


_SETTING_CALLS = (
    _call("GET", "/invoice/settings", "get_settings", _SETTINGS, "Show the settings", "§9.1", named("Settings")),
    _setting(
        "/invoice/settings/name",
        "set_numbering",
        "Set how invoices are numbered",
        "§9.1, §9.3",
        named("Settings"),
        _sent("Numbering", b'{"autogenerated": true, "prefix": "R-", "number": "00100"}'),
    ),
    _setting(
        "/invoice/settings/terms",
        "set_terms",
        "Set the terms that invoices begin with",
        "§9.1",
        named("Settings"),
        _sent("Terms", b'{"terms": "Net 30"}'),
    ),
    _setting(
        "/settings/organisation/base",
        "name_seller",
        "Name the seller",
        "§9.2",
        TEXT,
        _sent("SellerName", b'{"companyName": "Moor GmbH"}'),
    ),
    _setting(
        "/settings/organisation/address",
        "place_seller",
        "Say where the seller is",
        "§9.2",
        TEXT,
        _sent("SellerAddress", b'{"street": "Quay 4", "city": "Riga", "zip": "LV-1010", "country": "Latvia"}'),
    ),
    _setting(
        "/settings/organisation/logo",
        "reset_logo",
        "Take the seller's logo away",
        "§9.2",
        WHOLE,
        _sent("LogoReset", b'{"reset": true}'),
    ),
    _call(
        "GET",
        "/settings/organisation/logo",
        "get_logo",
        _SETTINGS,
        "Give the seller's logo, in base64",
        "§9.2",
        TEXT,
    ),
    _call(
        "GET",
        "/settings/currency",
        "list_currencies",
        _SETTINGS,
        "List the currencies",
        "§11.4",
        named("Currency"),
        parameters=(*_ORDER, *_BY_KEY, *_WINDOW),
        is_list=True,
    ),
    _setting(
        "/settings/currency",
        "choose_currency",
        "Choose the portal's currency",
        "§11.4",
        named("Currency"),
        _sent("CurrencyChosen", b'{"currency": "EUR"}'),
    ),
)

_CONTACT_CALLS = (
    _call(
        "GET",
        "/contact/filter",
        "find_contacts",
        _CONTACTS,
        "Find contacts",
        "§11.1",
        named("Contact"),
        parameters=(
            _query("contactListView", "Companies or persons; both, if left out.", one_of(("company", "person"))),
            *_ORDER,
            _WORDS,
            *_WINDOW,
        ),
        is_list=True,
    ),
    _call(
        "GET",
        "/contact/{id}",
        "get_contact",
        _CONTACTS,
        "Show a contact",
        "§11.1",
        named("Contact"),
        refusals=(403,),
    ),
    _call(
        "POST",
        "/contact/company",
        "create_company",
        _CONTACTS,
        "Keep a new company",
        "§11.1",
        named("Contact"),
        refusals=(403,),
        body=_sent("NewCompany", b'{"companyName": "Larch & Sons"}'),
    ),
    _call(
        "POST",
        "/contact/person",
        "create_person",
        _CONTACTS,
        "Keep a new person",
        "§11.1",
        named("Contact"),
        refusals=(403,),
        body=_sent("NewPerson", b'{"firstName": "Ann", "lastName": "Lee"}'),
    ),
    _call(
        "POST",
        "/contact/{id}/addressdata",
        "add_address",
        _CONTACTS,
        "Give a contact an address, as an object",
        "§11.2",
        named("AddressRecord"),
        refusals=(403,),
        body=_sent("NewAddress", b'{"address": {"street": "Quay 4", "city": "Riga", "category": 3}}'),
    ),
    _call(
        "GET",
        "/contact/{id}/data",
        "list_data",
        _CONTACTS,
        "List a contact's addresses",
        "§11.2",
        named("AddressRecord"),
        refusals=(403,),
        parameters=(*_ORDER, *_BY_KEY, *_WINDOW),
        is_list=True,
    ),
    _call(
        "POST",
        "/contact/{id}/data",
        "add_data",
        _CONTACTS,
        "Give a contact an address, as a record of data",
        "§11.2",
        named("AddressRecord"),
        refusals=(403,),
        body=_sent("NewData", rb'{"infoType": "Address", "category": "Billing", "data": "{\"street\": \"Quay 4\"}"}'),
    ),
    _call(
        "POST",
        "/opportunity",
        "create_opportunity",
        _CONTACTS,
        "Keep a new opportunity",
        "§11.3",
        named("Opportunity"),
        refusals=(403,),
        body=_sent("NewOpportunity", b'{"title": "Spring order", "contactid": 9}'),
    ),
    _call(
        "POST",
        "/opportunity/{id}/contact/{contact}",
        "add_participant",
        _CONTACTS,
        "Let a contact take part in an opportunity",
        "§11.3",
        named("Contact"),
        refusals=(403,),
    ),
)

_PRINTING_CALLS = (
    _call(
        "GET",
        "/invoice/jsondata/{id}",
        "get_snapshot",
        _PRINTING,
        "Give what is printed of an invoice",
        "§4.6, §10.2",
        TEXT,
        refusals=(403,),
        description="It is one JSON text.",
    ),
    _call(
        "GET",
        "/invoice/{id}/pdf",
        "get_pdf",
        _PRINTING,
        "Tell of an invoice's PDF",
        "§10.3",
        named("File"),
        refusals=(403,),
        description="It is printed if there is none of what the invoice says. `viewUrl` is where it is.",
    ),
    _call(
        "POST",
        "/invoice/converter/data",
        "convert_invoice",
        _PRINTING,
        "Print an invoice in two steps",
        "§10.3",
        named("Conversion"),
        refusals=(403, 404),
        body=_sent("ConversionWanted", b'{"invoiceId": 17}'),
        description="The first says where the PDF will be; asked with that, it is printed.",
    ),
    Operation(
        name="download_file",
        verb="GET",
        path=HANDLER,
        tag=_PRINTING,
        summary="Give a PDF",
        section="§10.3",
        callers=_EVERYBODY,
        parameters=[
            Parameter(
                name="action",
                place="query",
                description="`view` is to be shown in place.",
                schema=one_of(("download", "view")),
                required=True,
            ),
            Parameter(name="fileid", place="query", description="The file's id.", schema=WHOLE, required=True),
        ],
        answers={
            200: Answer(
                "The PDF.",
                {"application/pdf": Content({"type": "string", "format": "binary"})},
                {"Content-Disposition": "The file's name."},
            ),
            401: _UNAUTHORIZED,
            **_refused((403, 500)),
            404: Answer(_WHY[404], {JSON: Content(named("Refused404")), "text/html": _PAGE}),
        },
    ),
)

OPERATIONS = (
    *_SIGN_IN_CALLS,
    *_INVOICE_CALLS,
    *_LINE_CALLS,
    *_PRODUCT_CALLS,
    *_TAX_CALLS,
    *_SETTING_CALLS,
    *_CONTACT_CALLS,
    *_PRINTING_CALLS,
)
"""Every verb on every path."""
