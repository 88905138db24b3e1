"""What dialects are set to, as part of the workspace in our own API: the bodies and answers that tell of it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, defstruct, field

from billingua.core.workspace import Workspace
from billingua.dialects.native import answers
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine.plan import Record
from billingua.wire.settings import Settings, SettingsInvalid

_RULES: Mapping[str, Any] = {"kw_only": True, "forbid_unknown_fields": True}


class Arrangement:
    """All that a workspace holds, with what each of some dialects is set to.

    `body` is the Struct in which it is written, `answer` the one in which it is shown.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sections = defstruct(
            "Dialects",
            [(name, one.content, field(default_factory=one.content)) for name, one in settings.items()],
            namespace={"__doc__": "What each dialect is set to, in its own words."},
            **_RULES,
        )
        written: Any = ("dialects", self._sections, field(default_factory=self._sections))
        self.body = _extended(bodies.WorkspaceContent, written)
        self.answer = _extended(answers.Workspace, ("dialects", self._sections))

    def content_of(self, workspace: Workspace) -> Any:
        """Say what a workspace holds, as it would be written."""
        return self.body(
            currency=workspace.currency,
            time_zone=workspace.time_zone,
            culture=workspace.culture,
            dialects=self._shown(workspace),
        )

    def shown(self, record: Record[Workspace]) -> Any:
        """Show what a workspace holds, less what opens it."""
        workspace = record.value
        return self.answer(
            name=workspace.name,
            uuid=workspace.uuid,
            version=record.version,
            currency=workspace.currency,
            time_zone=workspace.time_zone,
            culture=workspace.culture,
            dialects=self._shown(workspace),
        )

    def _shown(self, workspace: Workspace) -> Struct:
        return self._sections(**{name: one.show(workspace) for name, one in self._settings.items()})

    def written(self, content: Any, workspace: Workspace) -> Workspace:
        """Write what dialects shall be set to, where that is other than it was. Refuses with `BodyInvalid`."""
        problems: list[tuple[str, str]] = []
        for name, one in self._settings.items():
            section = getattr(content.dialects, name)
            try:
                workspace = workspace if section == one.show(workspace) else one.write(section, workspace)
            except SettingsInvalid as error:
                problems += [(f"/dialects/{name}{pointer}", INVALID[wanted]) for pointer, wanted in error.problems]
        if problems:
            raise BodyInvalid(problems)
        return workspace

    def new_first_numbers(self, before: Workspace, after: Workspace) -> Mapping[str, str]:
        """Name the numbers that invoices would begin with by other settings than before, by dialect."""
        firsts = {name: (one.first_number(before), one.first_number(after)) for name, one in self._settings.items()}
        return {name: new for name, (old, new) in firsts.items() if new is not None and new != old}


def _extended(base: type[Struct], member: Any) -> Any:
    """Give a Struct one member more."""
    namespace = {"__doc__": base.__doc__}
    return defstruct(base.__name__, [member], bases=(base,), namespace=namespace, module=base.__module__, **_RULES)
