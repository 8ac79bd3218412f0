"""What is an agent's own: who they are here and what they are told directly, and the digest of a day."""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.slack.blocks import names
from bots.slack.blocks.elements import actions, button, context, rich_section, rich_text, said
from bots.slack.blocks.home import TITLES
from bots.slack.blocks.lists import ticket_list
from bots.slack.blocks.text import fallback, plain
from bots.slack.blocks.types import HomeFacts, Json, Message, Row

ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True)
class MeFacts:
    """Who an agent is here; `told` are the kinds of direct messages, each with whether they get it."""

    name: str
    address: str
    team: str = ""
    is_manager: bool = False
    is_on_duty: bool = True
    told: tuple[tuple[str, str, bool], ...] = ()  # name, in words, on


def me(facts: MeFacts) -> Message:
    """The answer to `/ticket me`: what somebody is told, each kind with its switch."""
    role = "manager" if facts.is_manager else "agent"
    team = f", team {facts.team}" if facts.team else ""
    duty = "on duty" if facts.is_on_duty else "off duty"
    who = f"{facts.name} <{facts.address}>: {role}{team}, {duty}"
    lines = [said(f"\n{'🔔' if is_on else '🔕'} {words}") for _, words, is_on in facts.told]
    buttons = [_switch(name, words, is_on=is_on) for name, words, is_on in facts.told]
    blocks: list[Json] = [rich_text(rich_section(said(who), *lines))]
    return Message(fallback(who), (*blocks, *([actions(buttons, "me")] if buttons else [])))


def _switch(name: str, words: str, *, is_on: bool) -> Json:
    """Its action has the name too: Slack wants each in a block to be another."""
    turn = names.Pressed(word=f"{name} {OFF if is_on else ON}")
    return button(f"{'Mute' if is_on else 'Unmute'}: {words}", f"{names.MUTE}.{name}", turn)


def digest(facts: HomeFacts, rows: Sequence[Row]) -> Message:
    """The morning's direct message, for those who asked for it."""
    counts = " · ".join(f"{title} {facts.counts.get(name, 0)}" for name, title in TITLES.items())
    listed = ticket_list("Your day", rows, facts)
    switch = _switch("digest", "digest", is_on=True)
    return Message(listed.text, (*listed.blocks, context(plain(counts, 300)), actions([switch], "digest")))
