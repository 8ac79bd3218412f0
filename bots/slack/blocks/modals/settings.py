"""Settings: what an administrator sees of where things go in Slack, and the little that is changed there.

The triage channel of all tickets stands in the configuration, where it is reviewed; here it is shown.
Channels of teams and of customers are registered here, each to one team or organisation, and taken
away again; what then becomes of their tickets is said with each. Chosen here, too, are the user group
of the agents and the emoji that they use. Where nothing was chosen the configuration holds.
"""

from dataclasses import dataclass

from bots.slack.blocks import names
from bots.slack.blocks.elements import (
    context,
    field,
    line_input,
    option,
    rich_section,
    rich_text,
    said,
    select,
    text_input,
)
from bots.slack.blocks.modals.frame import modal
from bots.slack.blocks.text import plain
from bots.slack.blocks.types import Json

MOST_CHANNELS = 40
TAKEN_AWAY = (
    "Customers are heard there no more; their open tickets stay, answered by email. "
    "A team's cards move to the channel of all others."
)


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    """Channel ids with what they are for; organisations by id and name."""

    triage: tuple[tuple[str, str], ...] = ()  # channel and team, "" for all others
    customers: tuple[tuple[str, str], ...] = ()  # channel and organisation
    organisations: tuple[tuple[str, str], ...] = ()
    group: str = ""
    emoji: tuple[tuple[str, str], ...] = ()  # name and what it does
    problems: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()  # of the policy
    removable: tuple[tuple[str, str, str], ...] = ()  # value, what it is, what becomes of its tickets


def settings(facts: SettingsFacts) -> Json:
    blocks = [context(plain(f"⚠️ {one}", 300)) for one in facts.problems[:MOST_CHANNELS]]
    blocks += [
        _channel(one, f"tickets of team {team}" if team else "new tickets") for one, team in facts.triage
    ]
    blocks += [_channel(one, f"customers of {name}") for one, name in facts.customers[:MOST_CHANNELS]]
    blocks.append(context(plain(f"Agents: the triage channel's members{_and_group(facts.group)}", 300)))
    if facts.organisations:
        channel = {
            "type": "conversations_select",
            "action_id": names.CHANNEL,
            "filter": {"include": ["private", "public"], "exclude_bot_users": True},
        }
        known = [option(name, one) for one, name in facts.organisations]
        blocks.append(field("Register a customers' channel", channel, optional=True))
        menu = select("Organisation", names.ORGANISATION, known)
        blocks.append(field("Whose it is", menu, optional=True))
    if facts.teams:
        place = _private(names.TRIAGE_CHANNEL)
        blocks.append(field("A triage channel of its own", place, optional=True, hint="Private, no guests."))
        teams = [option(one, one) for one in facts.teams]
        blocks.append(field("For the tickets of", select("Team", names.TEAM, teams), optional=True))
    if facts.removable:
        offered = [option(words, value, told) for value, words, told in facts.removable]
        menu = select("Channel", names.REMOVE, offered)
        blocks.append(field("Take a channel away", menu, optional=True, hint=TAKEN_AWAY))
    group = line_input(names.GROUP, facts.group, most=80)
    hint = "Its handle, such as support-staff; the triage channel's members are agents in any case."
    blocks.append(field("User group of the agents", group, optional=True, hint=hint))
    lines = "\n".join(f"{name} = {what}" for name, what in facts.emoji)
    hint = "One a line: eyes = claim. Others are ignored."
    blocks.append(field("Emoji on a card", text_input(names.EMOJI, lines), optional=True, hint=hint))
    return modal(names.VIEW_SETTINGS, "Deskbell in Slack", blocks, submit="Save")


def _private(action: str) -> Json:
    only = {"include": ["private"], "exclude_bot_users": True}
    return {"type": "conversations_select", "action_id": action, "filter": only}


def _channel(channel: str, words: str) -> Json:
    named: Json = {"type": "channel", "channel_id": channel}
    return rich_text(rich_section(named, said(f" – {words}")))


def _and_group(group: str) -> str:
    return f", and the members of the user group {group}" if group else ""
