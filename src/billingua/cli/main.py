"""The command line: `billingua COMMAND`."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from cyclopts import (
    App,
    Argument,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    UnknownOptionError,
    UnusedCliTokensError,
)

from billingua.cli.garbage import look_less_for_garbage
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
    "migrate": ("billingua.cli.migrate:migrate", "Bring a ledger to the schema of this program."),
}
_TOKEN_COMMANDS = {
    "create": ("billingua.cli.tokens:create_token", "Make a token and print it, this once."),
    "list": ("billingua.cli.tokens:list_tokens", "List the tokens that were made, without the tokens themselves."),
    "revoke": ("billingua.cli.tokens:revoke_token", "Let a token open nothing from now on."),
}
_CRUX_COMMANDS = {
    "ingest": ("billingua.cli.crux:ingest_file", "Work off a flat file of invoices, tracking, allocations or orders."),
    "files": ("billingua.cli.crux:list_files", "List the files that were sent, or show what was rejected of one."),
}
_GROUPS = {
    "token": (_TOKEN_COMMANDS, "Make, list and revoke the tokens that open a workspace."),
    "crux": (_CRUX_COMMANDS, "Flat files of CRUX Connect."),
}


def main() -> None:
    """Run the command that was typed."""
    look_less_for_garbage()  # modules are made of objects that stay
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code; a mistake of the user's is told in plain lines on stderr."""
    if sys.stdout is None:
        return _complain("the output cannot be written: standard output is closed")
    try:
        code = _app()(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _complain(_plainly(error))
    except (CommandRefused, SettingRefused, WorldRefused, Refused) as error:
        return _complain(str(error))
    except BrokenPipeError:
        # Whoever reads the output has enough.
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        return _complain(f"{error.filename or 'the output'} cannot be written: {error.strerror or error}")
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
    for group, (commands, help_text) in _GROUPS.items():
        app.command(_group(group, commands, help_text))
    return app


def _group(name: str, commands: Mapping[str, tuple[str, str]], help_text: str) -> App:
    group = App(name, help=help_text)
    for command_name, (command, command_help) in commands.items():
        group.command(command, name=command_name, help=command_help)
    return group


def _plainly(error: CycloptsError) -> str:
    """Say what is wrong with what was typed, and where it is told what can be."""
    command = " ".join(["billingua", *(error.command_chain or ())])
    match error:
        case UnusedCliTokensError(unused_tokens=[first, *_]):
            return f'"{first}" is one argument too many; see {command} --help'
        case UnknownOptionError(token=token):
            return f"there is no option {token.keyword or token.value}; see {command} --help"
        case MissingArgumentError(argument=Argument() as argument, keyword=None) if not argument.tokens:
            return f"{argument.name} is missing; see {command} --help"
        case _:
            return " ".join(str(error).split())


def _drop_output() -> None:
    """Let Python close stdout without complaining that it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(what: str) -> int:
    for line in what.splitlines():
        print(f"billingua: {line}", file=sys.stderr)
    return MISTAKE


if __name__ == "__main__":
    main()
