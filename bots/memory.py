"""What a long-lived process asks of the C library: to give large blocks back.

glibc puts blocks of up to 32 MiB on its heap once one of them was freed, where a small block behind
them keeps them for good; then a process that read a few large mails stays large. Blocks over a
fixed size are mapped by themselves, and given back as soon as they are freed.
"""

import ctypes

_MMAP_THRESHOLD = -3  # malloc.h: M_MMAP_THRESHOLD
_LARGE = 1 << 20


def give_back_large_blocks() -> bool:
    """Whether the C library knows the setting; elsewhere nothing is changed."""
    try:
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    except (AttributeError, OSError, TypeError):
        return False
