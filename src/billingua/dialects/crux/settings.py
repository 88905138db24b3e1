"""What Crux is set to: nothing so far."""

from billingua.core.workspace import Workspace
from billingua.wire.settings import DialectSettings, Section


class CruxSettings(Section, frozen=True):
    """What Crux is set to: nothing so far."""


def _show(_: Workspace) -> CruxSettings:
    return CruxSettings()


def _write(_: CruxSettings, workspace: Workspace) -> Workspace:
    return workspace


SETTINGS = DialectSettings(content=CruxSettings, show=_show, write=_write)
