"""Where files come in, and exports go out (contract §13, §14.1)."""

from collections.abc import Awaitable, Callable, Mapping
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import ExportNotFound
from billingua.core.export import Export
from billingua.core.upload import Upload
from billingua.dialects.crux import listing
from billingua.dialects.crux.credentials import Access, Member
from billingua.dialects.crux.errors import BodyInvalid, OrderUnknown
from billingua.dialects.crux.files import exports
from billingua.dialects.crux.files.columns import Kind, kind_of
from billingua.dialects.crux.files.ingest import check_permission
from billingua.dialects.crux.files.working import Uploads, sent_file
from billingua.dialects.crux.requests.bodies import read_json, read_members
from billingua.dialects.crux.vocabulary import EXPORT_ORDER, NAME
from billingua.engine.credentials import hash_secret
from billingua.engine.exports import LinkExport, keep_export, link_export, opens_export
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, by_uuid
from billingua.engine.queries import OrderQuery
from billingua.engine.uploads import receive_upload
from billingua.wire.bodies import content_type, read_body
from billingua.wire.errors import BodyTypeUnsupported
from billingua.wire.forms import decode_parts
from billingua.wire.idempotency import answer_once
from billingua.wire.members import ListOf, ObjectOf, Problem
from billingua.wire.replies import json_reply
from billingua.wire.scalars import read_uuid

DOWNLOAD = "/data/export/{export_uuid:uuid}/orders.csv"

Handler = Callable[[Request, Member], Awaitable[Response]]


class FileEndpoints:
    """The endpoints for files on one ledger; bodies over their limits, in bytes, are refused."""

    def __init__(self, ledger: Ledger, uploads: Uploads, body_limit: int, upload_limit: int) -> None:
        self._ledger = ledger
        self._uploads = uploads
        self._body_limit = body_limit
        self._upload_limit = upload_limit

    def resources(self) -> Mapping[str, Mapping[str, tuple[Handler, Access]]]:
        """List the paths with their calls, each with whom it is for."""
        exports = Access(EXPORT_ORDER)
        return {
            "/orders/export/": {"POST": (self.export_orders, exports)},
            "/orders/search/export/": {"POST": (self.export_search, exports)},
            "/data/export/{export_uuid:uuid}/": {"GET": (self.show_export, exports)},
            "/organizations/files/upload/": {"POST": (self.upload, Access(permission=""))},
        }

    async def upload(self, request: Request, member: Member) -> Response:
        """Receive a file (§14.1)."""
        body = await read_body(request, self._upload_limit)
        if body and content_type(request) != "multipart/form-data":
            raise BodyTypeUnsupported(content_type(request))
        parts = decode_parts(body, request.headers["content-type"]) if body else {}
        name, kind = _name_and_kind(parts)
        # Which permission is needed, the kind of file says. One of the other side is received like any other: its
        # results say that it came to nothing.
        check_permission(member.caller, kind)
        received: list[Upload] = []

        def show(upload: Upload) -> Response:
            received[:] = [upload]
            return json_reply({"uuid": str(upload.uuid)}, 201)

        sent = sent_file(name, parts["file"], "upload")
        answer = await answer_once(self._ledger, member.caller, receive_upload, sent, show)
        for upload in received:
            self._uploads.expect(member.caller.workspace, upload)
        return answer

    async def export_orders(self, request: Request, member: Member) -> Response:
        """Export orders by their UUIDs (§13). Refuses with `OrderUnknown` where one of them is not the member's."""
        asked = read_members(_UUIDS, await read_json(request, self._body_limit))["uuids"]
        query = exports.of_orders(asked)
        visible = OrderQuery(trader=member.trader, uuids=query.uuids)
        page = await self._ledger.orders(member.caller, visible)
        if missing := set(asked) - {record.value.uuid for record in page.items}:
            raise OrderUnknown("uuids", next(uuid for uuid in asked if uuid in missing))
        return await self._export(query, member)

    async def export_search(self, request: Request, member: Member) -> Response:
        """Export the orders that a list would show (§13)."""
        query = listing.order_query(await read_json(request, self._body_limit), member.trader)
        return await self._export(query, member)

    async def _export(self, query: OrderQuery, member: Member) -> Response:
        keep = await exports.export_orders(self._ledger, query, member)
        return await answer_once(self._ledger, member.caller, keep_export, keep, _exported)

    async def show_export(self, request: Request, member: Member) -> Response:
        """Say where an export is fetched; each answer has a link of its own, which opens it for a day."""
        uuid, secret = request.path_params["export_uuid"], token_urlsafe(24)
        link = LinkExport(uuid, member.trader.organization, hash_secret(secret))
        export = await self._ledger.run(member.caller, link_export, link)
        url = request.url.replace(path=f"{request.url.path}{export.name}", query=f"sig={secret}")
        return json_reply({"uuid": str(export.uuid), "status": "COMPLETED", "url": str(url)})

    async def download(self, request: Request) -> Response:
        """Give an export to whoever has a link to it."""
        uuid, secret = request.path_params["export_uuid"], request.query_params.get("sig", "")
        workspace, export = await self._opened(uuid, secret)
        caller = Caller(workspace=workspace, actor=export.created_by, dialect=NAME)
        file = await self._ledger.file(caller, uuid)
        if file is None:
            raise ExportNotFound(uuid)
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "private, no-store"}
        return Response(file.content, headers=headers, media_type=file.media_type)

    async def _opened(self, uuid: UUID, secret: str) -> tuple[str, Export]:
        now = self._ledger.clock.now()
        for workspace, record in await self._ledger.store.find(by_uuid(Export, uuid)):
            if opens_export(record.value, secret, now):
                return workspace, record.value
        raise ExportNotFound(uuid)


def _exported(export: Export) -> Response:
    return json_reply({"uuid": str(export.uuid)})


_UUIDS = ObjectOf({"uuids": ListOf(read_uuid)}, required=("uuids",))


def _name_and_kind(parts: Mapping[str, bytes]) -> tuple[str, Kind]:
    """Read the name of a file that was sent, and its kind. Refuses with `BodyInvalid`."""
    problems: list[Problem] = [((part,), "required") for part in ("filename", "file") if part not in parts]
    name = parts.get("filename", b"").decode(errors="replace").strip()
    kind = kind_of(name)
    if kind is None and "filename" in parts:
        problems.append((("filename",), "filename"))
    if kind is None or problems:
        sent: dict[str, Any] = dict.fromkeys(parts)
        raise BodyInvalid(sent, problems)
    return name, kind
