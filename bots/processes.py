"""Which process holds a claim, and whether it is still there."""

import os
import socket


def this_process(part: str = "") -> str:
    """The name under which this process claims things; `part` tells its own parts apart."""
    return f"{socket.gethostname()} {os.getpid()} {part}".rstrip()


def is_dead(name: str) -> bool:
    """Whether a claim was made by a process of this machine that is no more."""
    host, _, rest = name.partition(" ")
    number = rest.partition(" ")[0]
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it is somebody else's, and lives
    return False


def is_of_the_past(name: str) -> bool:
    """Asked at the start: a process of this machine that is no more, or had our own number before us."""
    return is_dead(name) or is_this_process(name)


def is_this_process(name: str) -> bool:
    """Whether a claim was made here, by whichever part."""
    return name.startswith(f"{this_process()} ") or name == this_process()
