"""Where administrators knock for the workspace itself, and for the tokens that open it."""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any

from starlette.responses import Response

from billingua.core.access import Credential
from billingua.core.errors import (
    BookKept,
    CredentialNotFound,
    DateRefused,
    EntryKept,
    NumberTaken,
    PriceListNotFound,
    UserNotFound,
)
from billingua.dialects.native import answers
from billingua.dialects.native.listing import DRY_RUN
from billingua.dialects.native.operations import JSON, MERGE_PATCH, Call, Operation
from billingua.dialects.native.requests import bodies, read_key, workspace
from billingua.dialects.native.requests.merging import patched
from billingua.dialects.native.responses import catalogue as shown
from billingua.dialects.native.responses import history
from billingua.dialects.native.settings import Arrangement
from billingua.dialects.native.vocabulary import ADMIN
from billingua.dialects.native.writes import Shown, reply, write
from billingua.engine.credentials import hash_secret, make_credential, revoke_credential
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.ledger import Ledger
from billingua.wire.conditions import is_known
from billingua.wire.idempotency import is_given_again
from billingua.wire.replies import json_reply
from billingua.wire.settings import Settings

TAG = "Workspace"
TOKENS = "Tokens"


class WorkspaceEndpoints:
    """The endpoints of the workspace itself on one ledger; some dialects' settings are part of it."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._arrangement = Arrangement(settings)

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [*self._of_workspace(), *self._of_tokens()]

    def _of_workspace(self) -> Sequence[Operation]:
        path = "/v1/workspace"
        return [
            Operation(
                name="get_workspace",
                verb="GET",
                path=path,
                handler=self.get,
                tag=TAG,
                summary="Show what holds in the whole workspace, and what each dialect is set to",
                scope=ADMIN,
                answers=self._arrangement.answer,
                tagged=True,
            ),
            Operation(
                name="patch_workspace",
                verb="PATCH",
                path=path,
                handler=self.patch,
                tag=TAG,
                summary="Change what holds in the workspace and dialects, by a JSON merge patch (RFC 7396)",
                scope=ADMIN,
                reads=self._arrangement.body,
                answers=self._arrangement.answer,
                refusals=[EntryKept, BookKept, PriceListNotFound, NumberTaken],
                media_types=(MERGE_PATCH, JSON),
                parameters=[DRY_RUN],
                tagged=True,
                example={"time_zone": "Europe/Riga", "dialects": {"bigcommerce": {"due_days": 14}}},
            ),
            Operation(
                name="get_workspace_history",
                verb="GET",
                path=path + "/history",
                handler=self.get_history,
                tag=TAG,
                summary="Tell who changed what in the workspace, oldest first",
                scope=ADMIN,
                answers=answers.History,
            ),
        ]

    def _of_tokens(self) -> Sequence[Operation]:
        path = "/v1/tokens"
        common: dict[str, Any] = {"tag": TOKENS, "scope": ADMIN}
        told: dict[str, Any] = {**common, "parameters": [DRY_RUN]}
        return [
            Operation(
                name="list_tokens",
                verb="GET",
                path=path,
                handler=self.list_tokens,
                summary="List the tokens that open something now",
                answers=answers.Tokens,
                **common,
            ),
            Operation(
                name="create_token",
                verb="POST",
                path=path,
                handler=self.create_token,
                summary="Make a token; it is told this once",
                reads=bodies.TokenContent,
                answers=answers.Token,
                status=201,
                refusals=[DateRefused, UserNotFound],
                example={"dialect": "native", "scopes": ["read"], "label": "reports"},
                **told,
            ),
            Operation(
                name="revoke_token",
                verb="DELETE",
                path=path + "/{token}",
                handler=self.revoke_token,
                summary="Have a token open nothing any more",
                status=204,
                refusals=[CredentialNotFound],
                **told,
            ),
        ]

    async def get(self, call: Call) -> Response:
        """Show the workspace."""
        record = await self._ledger.read(call.caller, workspace.find_workspace, None)
        answer = reply((self._arrangement.shown(record), record.version))
        if not is_known(call.request, record.version):
            return answer
        return Response(status_code=304, headers={"ETag": answer.headers["etag"]})

    async def patch(self, call: Call) -> Response:
        """Change the workspace."""
        content = patched(call.body, self._arrangement.body)
        return await write(
            self._ledger,
            call,
            workspace.rewrite_workspace,
            workspace.RewriteWorkspace(self._arrangement, content),
            lambda record: (self._arrangement.shown(record), record.version),
            key=THE_WORKSPACE,
        )

    async def get_history(self, call: Call) -> Response:
        """Tell who changed what in the workspace."""
        record = await self._ledger.read(call.caller, workspace.find_workspace, None)
        return history(await self._ledger.history(call.caller, "workspace", record.value.id))

    async def list_tokens(self, call: Call) -> Response:
        """List the tokens that are live, oldest first."""
        now = self._ledger.clock.now()
        known = await self._ledger.all_of(call.caller, Credential)
        items = [shown.token(credential) for credential in known if credential.is_live(now)]
        return json_reply(answers.Tokens(items=items, total=len(items)))

    async def create_token(self, call: Call) -> Response:
        """Make a token. It is told once: a rehearsal makes none, and an answer that is given again tells none."""
        secret = token_urlsafe(32)
        command = workspace.make_token(call.body, hash_secret(secret))
        made: list[Credential] = []

        def show(credential: Credential) -> Shown:
            made[:] = [credential]
            return shown.token(credential), None

        answer = await write(self._ledger, call, make_credential, command, show, status=201)
        if call.flags.get("dry_run") or is_given_again(answer):
            return answer
        return reply((shown.token(made[0], secret), None), 201)

    async def revoke_token(self, call: Call) -> Response:
        """Have a token open nothing any more."""
        key = read_key(Credential, call.request.path_params["token"], CredentialNotFound)
        if key.name != "id":
            raise CredentialNotFound(key.value)
        return await write(self._ledger, call, revoke_credential, int(key.value), lambda _: (None, None), status=204)
