"""Quotes: what somebody wrote, as an error repeats it: short, on one line, however long or deep it was."""

from reprlib import Repr

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 80

quoted = _SHORT.repr
