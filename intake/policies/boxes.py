"""Messages as boxes: for each condition with few values, those that are still open.

Every such condition is a dimension, and a message has exactly one value in each; a dimension that
a box leaves out is open whole. A condition whose words nobody can list (a team, a plan) is a
dimension only in whether there is anything at all.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from intake.conditions import CONDITIONS, as_words
from intake.tickets import Status

Box = Mapping[str, frozenset[str]]

THERE, EMPTY = frozenset({"something"}), frozenset({"nothing"})
ANY_TICKET = frozenset(one.value for one in Status)
NO_TICKET = frozenset({"none"})
OF_THE_POLICY = ("team", "plan", "organisation_is")  # free words of something that may not be there


def _values_of(name: str) -> frozenset[str]:
    values = CONDITIONS[name].values
    if values is bool:
        return frozenset({"True", "False"})
    assert isinstance(values, Collection)
    nobody = {""} if name == "role" else set()
    return frozenset(map(str, values)) - {"any"} | nobody


# Of `asks` a message may have several values, or none.
DIMENSIONS: Mapping[str, frozenset[str]] = {
    **{name: _values_of(name) for name, one in CONDITIONS.items() if one.values and name != "asks"},
    **dict.fromkeys(OF_THE_POLICY, THERE | EMPTY),
}


def is_listed(name: str) -> bool:
    """Whether all the values of a condition are known, one of which every message has."""
    return name in DIMENSIONS and name not in OF_THE_POLICY


def words_of(name: str, wanted: object) -> frozenset[str]:
    """What a condition's written value stands for; "any" of a ticket is every status."""
    if isinstance(wanted, bool):
        return frozenset({str(wanted)})
    words = frozenset(as_words(wanted))
    if is_listed(name):
        return (words | ANY_TICKET if name == "ticket" and "any" in words else words) - {"any"}
    return frozenset(map(str.casefold, words))


def without(boxes: Iterable[Box], hole: Box) -> tuple[Box, ...]:
    """What is left of boxes when a hole is cut out of them."""
    return tuple(part for box in boxes for part in _parts_outside(box, hole))


def _parts_outside(box: Box, hole: Box) -> Iterator[Box]:
    """The parts of a box outside a hole, no two of which overlap."""
    if are_apart(box, hole):
        yield box
        return
    inside = dict(box)
    for name, values in hole.items():
        has = inside.get(name, DIMENSIONS[name])
        if outside := has - values:
            yield {**inside, name: outside}
        inside[name] = has & values


def are_apart(box: Box, other: Box) -> bool:
    """Is there no message in both?"""
    return any(not box.get(name, DIMENSIONS[name]) & values for name, values in other.items())
