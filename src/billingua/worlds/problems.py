"""What is wrong with a world file, and where."""

from dataclasses import dataclass

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at one place of a file: `invoices[3].party`."""

    place: str
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.place}: {self.what}" if self.place else self.what


class WorldRefused(Exception):
    """A world file cannot be read; nothing of it was planted."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """List the problems, a line each; of very many, the first."""
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        hidden = len(self.problems) - len(lines)
        return "\n".join([*lines, f"and {hidden} more"] if hidden else lines)


def below(place: str, part: str | int) -> str:
    """Give the place of a member or an element of what stands at `place`."""
    if isinstance(part, int):
        return f"{place}[{part}]"
    return f"{place}.{part}" if place else part
