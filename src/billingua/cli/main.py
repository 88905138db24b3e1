"""The command line: `billingua COMMAND`."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError, Parameter

from billingua.cli.refusals import CommandRefused
from billingua.core.errors import Refused
from billingua.settings import SettingRefused
from billingua.worlds.problems import WorldRefused

MISTAKE = 2
"""The exit code for what the user can put right."""

_COMMANDS = {
    "serve": ("billingua.cli.serve:serve", "Serve every API on one ledger, until SIGTERM or Ctrl-C."),
    "import": ("billingua.cli.transfer:import_world", "Fill new workspaces from a world file."),
    "export": ("billingua.cli.transfer:export_world", "Write workspaces as a world file."),
    "verify": ("billingua.cli.verify:verify", "Walk every chain of history, and say what is broken."),
}
_TOKEN_COMMANDS = {
    "create": ("billingua.cli.tokens:create_token", "Make a token and print it, this once."),
    "list": ("billingua.cli.tokens:list_tokens", "List the tokens that were made, without the tokens themselves."),
    "revoke": ("billingua.cli.tokens:revoke_token", "Let a token open nothing from now on."),
}


def main() -> None:
    """Run the command that was typed."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code; a mistake of the user's is told in plain lines on stderr."""
    try:
        code = _app()(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _complain(" ".join(str(error).split()))
    except (CommandRefused, SettingRefused, WorldRefused, Refused) as error:
        return _complain(str(error))
    except BrokenPipeError:
        # Whoever read the output has enough; let Python close stdout without complaining about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code if isinstance(code, int) else 0


def _app() -> App:
    """Put the commands together; each is imported only when it is called."""
    app = App(
        "billingua",
        help="One invoice ledger that speaks the invoice APIs of several vendors.",
        version=lambda: f"billingua {version('billingua')}",
        default_parameter=Parameter(show_default=False),
    )
    for name, (command, help_text) in _COMMANDS.items():
        app.command(command, name=name, help=help_text)
    token = App("token", help="Make, list and revoke the tokens that open a workspace.")
    for name, (command, help_text) in _TOKEN_COMMANDS.items():
        token.command(command, name=name, help=help_text)
    app.command(token)
    return app


def _complain(what: str) -> int:
    for line in what.splitlines():
        print(f"billingua: {line}", file=sys.stderr)
    return MISTAKE


if __name__ == "__main__":
    main()
