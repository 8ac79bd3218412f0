"""Settings for administrators: which channel is for what, who is an agent, what emoji mean.

What is saved holds at once and is in the history, with who did it and what it was before. A channel is
taken only where Deskbell is in it, and for triage only where it is safe. One that is taken away needs
nothing of Slack; whoever takes it away reads what becomes of its tickets.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from bots.slack.acts.answering import fill
from bots.slack.apologies import reference_of
from bots.slack.asks import emoji
from bots.slack.asks.chosen import GROUP, chosen_settings, use_chosen
from bots.slack.asks.forms import EXPECTED, fault_of_any, values_of
from bots.slack.blocks import Message, names
from bots.slack.blocks.errors import Fault, refusal
from bots.slack.blocks.modals import SettingsFacts, message_view, settings
from bots.slack.calls import Json, Refused
from bots.slack.listening import Acting, Call, Hands, Kind, Listener
from bots.slack.people import group_named
from bots.slack.registering import (
    HISTORY,
    TEAM,
    chosen_teams,
    counted,
    free_team,
    register,
    tickets_in,
    unregister,
)
from bots.slack.triage import why_gone
from bots.slack.workspaces import MEDIUM
from intake.errors import CommandRefused
from intake.suggestions import did_you_mean
from intake.tickets import Agent
from store import chat_places, chats
from store.chat_places import ChatPlace, PlaceKind
from store.people_lists import listed_organisations, open_tickets_of_team
from store.work import SqlWork

MOST_ORGANISATIONS = 100
LINE = re.compile(r":?([a-z0-9_+'-]{1,100}):?\s*=\s*([a-z]+)")
HANDLE = re.compile(r"@?[a-zA-Z0-9._-]{1,79}")


class Mistake(Exception):
    """What is wrong, and at which field."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        self.words = words
        super().__init__(words)


def is_admin(agent: Agent | None, hands: Hands) -> bool:
    """Named in the configuration, or a manager."""
    admins = {one.lower() for one in hands.settings.admins}
    return agent is not None and (agent.manager or agent.email.lower() in admins)


async def opened(acting: Acting, call: Call) -> Message | None:
    if not is_admin(acting.agent, call.hands):
        step = "Ask one of them, or see /ticket help."
        return refusal(Fault("Only administrators can do this.", step, reference_of("no administrator")))

    async def made() -> Json:
        hands = call.hands
        home = await hands.speaking.home()
        return settings(await hands.desk.read(lambda work: _facts(work, hands, home)))

    await fill(acting, call, "Deskbell in Slack", made)
    return None


def _facts(work: SqlWork, hands: Hands, home: str) -> SettingsFacts:
    now = chosen_settings(work, hands.settings)
    places = chat_places.listed(work, MEDIUM)
    known = {one.id: one.name for one in listed_organisations(work)}
    triage = {"": now.triage_channel, **now.teams}
    return SettingsFacts(
        triage=tuple((channel, team) for team, channel in triage.items() if channel),
        customers=tuple(
            (one.place.rpartition("/")[2], known.get(one.organisation, "nobody"))
            for one in places
            if one.kind is PlaceKind.CUSTOMERS and one.place.startswith(f"{home}/")
        ),
        organisations=tuple((str(one), name) for one, name in known.items())[:MOST_ORGANISATIONS],
        teams=tuple(one.name for one in hands.desk.setup.policy.file.team),
        group=now.agents_group,
        emoji=tuple(emoji.meanings_in(work.preference(MEDIUM, emoji.CHOICE)).items()),
        problems=tuple(one.broken for one in places if one.broken),
        removable=tuple(_removable(work, places, known)),
    )


def _removable(
    work: SqlWork, places: Iterable[ChatPlace], known: Mapping[int, str]
) -> Iterator[tuple[str, str, str]]:
    """What can be taken away again: what was chosen here or on the command line."""
    for one in places:
        if one.kind is PlaceKind.CUSTOMERS:
            running = tickets_in(work, one)
            told = f"{counted(len(running), 'open ticket')}, then answered by email"
            yield one.place, f"#{one.name} – {known.get(one.organisation, 'nobody')}", told
    for team in chosen_teams(work):
        moved = counted(len(open_tickets_of_team(work, team)), "card")
        yield f"{TEAM}{team}", f"The channel of team {team}", f"{moved} to move to another channel"


async def submitted(acting: Acting, call: Call) -> None:
    """Saved whole or not at all; what is wrong is said at its field."""
    if not is_admin(acting.agent, call.hands):
        await call.ack(
            response_action="update",
            view=message_view(
                "Not done", "Only administrators can do this. Ask one of them, or see /ticket help."
            ),
        )
        return
    try:
        words = await _saved(acting, call)
    except Mistake as mistake:
        await call.ack(response_action="errors", errors={mistake.field: mistake.words})
    except EXPECTED as error:
        await call.ack(response_action="errors", errors={names.EMOJI: fault_of_any(error)[:300]})
    else:
        await call.ack(response_action="update", view=message_view("Deskbell in Slack", words))


async def _saved(acting: Acting, call: Call) -> str:
    hands, agent, now = call.hands, acting.agent, datetime.now(UTC)
    assert agent
    filled = values_of(call.body["view"])
    wanted = _choices(filled)
    home = await hands.speaking.home()
    await _check_group(hands, home, wanted[GROUP])
    place = await _customers(hands, home, filled, agent)
    if team := filled.get(names.TEAM, ""):
        wanted[f"{TEAM}{team}"] = await _triage_of(hands, team, filled.get(names.TRIAGE_CHANNEL, ""))

    gone = filled.get(names.REMOVE, "")
    if gone and gone in (place.place if place else "", f"{TEAM}{team}"):
        raise Mistake(names.REMOVE, "That channel is also set above; do one of the two.")

    def saved(work: SqlWork) -> list[str]:
        before = dict(chats.choices(work, MEDIUM)) | {
            GROUP: chosen_settings(work, hands.settings).agents_group
        }
        before.setdefault(emoji.CHOICE, json.dumps(emoji.USUAL))
        changed = {name: value for name, value in wanted.items() if before.get(name, "") != value}
        told = [
            f"{name}: {value}, before: {before.get(name) or 'nothing'}" for name, value in changed.items()
        ]
        for name, value in changed.items():
            chats.choose(work, MEDIUM, name, value, now)
        for one in told:
            work.note(None, now, agent.email, HISTORY, one)
        if place:
            register(work, place, now)
        taken = [_taken_away(work, hands, gone, agent, now)] if gone else []
        return taken or ([""] if told or place else [])

    told = await hands.desk.write(saved)
    await use_chosen(hands)
    return f"Saved. It holds from now on. {told[0]}".rstrip() if told else "Nothing was changed."


def _taken_away(work: SqlWork, hands: Hands, gone: str, agent: Agent, now: datetime) -> str:
    """What becomes of the tickets of a channel that is taken away; somebody may have been quicker."""
    try:
        if gone.startswith(TEAM):
            return free_team(work, gone.removeprefix(TEAM), hands.settings, agent.email, now)
        return unregister(work, gone, agent.email, now)
    except CommandRefused as error:
        raise Mistake(
            names.REMOVE, "That channel is taken away already; open the settings again to see what is left."
        ) from error


def _choices(filled: Mapping[str, str]) -> dict[str, str]:
    group = filled.get(names.GROUP, "").strip()
    if group and not HANDLE.fullmatch(group):
        raise Mistake(names.GROUP, "Write a group's handle, such as support-staff.")
    found = {emoji.CHOICE: json.dumps(_emoji(filled.get(names.EMOJI, "")))}
    return found | {GROUP: group}


async def _check_group(hands: Hands, home: str, group: str) -> None:
    """A group must be there to have members; the configuration's own is taken away there only."""
    if not group and (configured := hands.settings.agents_group):
        raise Mistake(names.GROUP, f"agents_group = {configured!r} in config.toml; take it out there.")
    if group and group != hands.staff.settings.agents_group:
        said = await hands.speaking.ask(home, lambda client: client.usergroups_list())
        if group_named(said["usergroups"], group) is None:
            handles = [str(one.get("handle")) for one in said["usergroups"]]
            raise Mistake(names.GROUP, f"No such group in Slack; {did_you_mean(group, handles)}")


def _emoji(text: str) -> dict[str, str]:
    """One a line; none at all brings the usual ones back."""
    found = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        said = LINE.fullmatch(line)
        if said is None:
            raise Mistake(names.EMOJI, f"{line[:60]!r}: write a name and what it does, such as eyes = claim")
        if said[2] not in emoji.MEANINGS:
            raise Mistake(names.EMOJI, f"{said[2][:40]!r}: {did_you_mean(said[2], emoji.MEANINGS)}")
        found[said[1]] = said[2]
    return found or dict(emoji.USUAL)


async def _customers(hands: Hands, home: str, filled: Mapping[str, str], agent: Agent) -> ChatPlace | None:
    channel, organisation = filled.get(names.CHANNEL, ""), filled.get(names.ORGANISATION, "")
    if not channel and not organisation:
        return None
    if not organisation.isdigit():
        raise Mistake(names.ORGANISATION, "Say whose channel it is.")
    if not channel:
        raise Mistake(names.CHANNEL, "Say which channel is theirs.")
    if await hands.triage.is_triage(home, channel):
        raise Mistake(
            names.CHANNEL, "That is a triage channel, which customers must not read; choose another."
        )
    info = await _looked(hands, home, channel, names.CHANNEL)
    name, place = str(info.get("name") or ""), f"{home}/{channel}"
    known = await hands.desk.read(lambda work: chat_places.place_at(work, MEDIUM, place))
    is_same = known is not None and known.organisation == int(organisation)
    speaks = known.workspace if known and is_same else ""  # which the command line alone names
    return ChatPlace(MEDIUM, place, PlaceKind.CUSTOMERS, name, int(organisation), speaks, agent.email)


async def _triage_of(hands: Hands, team: str, channel: str) -> str:
    if team not in {one.name for one in hands.desk.setup.policy.file.team}:
        raise Mistake(names.TEAM, "The policy has no such team; choose one of those it lists.")
    if not channel:
        raise Mistake(names.TRIAGE_CHANNEL, "Say which channel is the team's.")
    home = await hands.speaking.home()
    place = f"{home}/{channel}"
    known = await hands.desk.read(lambda work: chat_places.place_at(work, MEDIUM, place))
    if known and known.kind is PlaceKind.CUSTOMERS:
        raise Mistake(names.TRIAGE_CHANNEL, "Customers write in that channel; choose another.")
    await _looked(hands, home, channel, names.TRIAGE_CHANNEL)
    if wrong := await hands.triage.unsafe(channel):
        raise Mistake(names.TRIAGE_CHANNEL, f"{wrong[:200]}; take a private channel of full members only.")
    return channel


async def _looked(hands: Hands, home: str, channel: str, field: str) -> Json:
    """What Slack says of a channel that Deskbell is in."""
    try:
        said = await hands.speaking.ask(home, lambda client: client.conversations_info(channel=channel))
    except Refused as error:
        raise Mistake(field, "Deskbell is not in that channel; /invite it first.") from error
    if wrong := why_gone(said["channel"]):
        raise Mistake(field, f"It cannot be taken: {wrong}; mend that, or choose another.")
    return dict(said["channel"])


LISTENERS = (Listener(Kind.VIEW, names.VIEW_SETTINGS, submitted),)
