"""How often Python looks for garbage, for commands that make a great many objects."""

import gc


def look_less_for_garbage() -> None:
    """Let the garbage collector leave alone what stays, and come by less often.

    Hardly anything that a request makes refers to itself: looking for that after every 700 objects takes a twentieth
    of the time, and of a large file's a third.
    """
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
