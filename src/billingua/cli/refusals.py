"""What a command refuses."""


class CommandRefused(Exception):
    """The command cannot be done as it was typed; the message says why, in words for whoever typed it."""
