"""Channels get a meaning and lose it again, by the same lines in Slack's settings and on the command line.

A channel of customers that is taken away is heard no more; the tickets that were written there stay
as they are, and their people are answered by mail. A team's channel that is taken away leaves its
tickets to the channel of all others. Both are in the history, with who did it.
"""

from collections.abc import Mapping
from datetime import datetime

from bots.settings import SlackSettings
from bots.slack.workspaces import MEDIUM
from intake.errors import CommandRefused
from intake.tickets import Ticket
from store import chat_places, chats
from store.chat_places import ChatPlace, PlaceKind
from store.people_lists import open_tickets_of_team
from store.work import SqlWork

HISTORY = "slack settings"
SHARED_WITH = "slack shared with"  # whose preference it is with whom a channel was shared when it was asked
TEAM = "team "  # before the name of a team whose channel was chosen


def register(work: SqlWork, one: ChatPlace, now: datetime) -> None:
    """What an organisation's people write in a channel becomes tickets from now on."""
    chat_places.register(work, one, now)
    chats.choose(work, SHARED_WITH, one.place, "", now)  # what held for others before says nothing of these
    speaks = f", for whom workspace {one.workspace} speaks" if one.workspace else ""
    told = f"channel {one.place}: customers of organisation {one.organisation}{speaks}"
    work.note(None, now, one.registered_by, HISTORY, told)


def unregister(work: SqlWork, channel: str, actor: str, now: datetime) -> str:
    """Forget a channel of customers, named with or without its workspace; what becomes of its tickets."""
    found = place_named(work, channel)
    words = f"#{found.name or found.place} is forgotten. {what_becomes_of(work, found)}"
    chat_places.forget(work, MEDIUM, found.place)
    told = f"channel {found.place}: nobody's, before: customers of organisation {found.organisation}"
    work.note(None, now, actor, HISTORY, told)
    return words


def place_named(work: SqlWork, channel: str) -> ChatPlace:
    """The channel of customers that is meant; CommandRefused where there is none."""
    known = chat_places.listed(work, MEDIUM, PlaceKind.CUSTOMERS)
    found = [one for one in known if channel in (one.place, one.place.partition("/")[2])]
    if not found:
        raise CommandRefused(f"{channel} is no channel of customers; `deskbell slack channels list`")
    return found[0]


def what_becomes_of(work: SqlWork, place: ChatPlace) -> str:
    """What taking a channel of customers away means for the tickets that were written there."""
    running = tickets_in(work, place)
    heard = "What is written there is heard no more"
    if not running:
        return f"{heard}; it has no open ticket."
    unreached = sum(not one.requester.emails for one in running)
    words = f"{heard}. {counted(len(running), 'open ticket')} of it: answered by email from now on"
    return f"{words}; {unreached} of somebody whose address is not known." if unreached else f"{words}."


def tickets_in(work: SqlWork, place: ChatPlace) -> list[Ticket]:
    """The running tickets that have something in a channel."""
    numbers = chat_places.open_tickets_in(work, MEDIUM, place.place)
    return [one for number in numbers if (one := work.ticket(number))]


def free_team(work: SqlWork, team: str, settings: SlackSettings, actor: str, now: datetime) -> str:
    """Take away the channel that was chosen for a team; what becomes of its tickets."""
    before = work.preference(MEDIUM, f"{TEAM}{team}")
    if not before:
        raise CommandRefused(
            f"no channel was chosen for team {team}; its cards are in the channel of all others"
        )
    chats.choose(work, MEDIUM, f"{TEAM}{team}", "", now)
    work.note(None, now, actor, HISTORY, f"{TEAM}{team}: nothing, before: {before}")
    return what_becomes_of_team(work, team, settings)


def what_becomes_of_team(work: SqlWork, team: str, settings: SlackSettings) -> str:
    """What taking a team's channel away means for its tickets."""
    instead = "the one in the configuration" if settings.teams.get(team) else "the channel of all others"
    running = len(open_tickets_of_team(work, team))
    return f"The cards of team {team} move to {instead}: {counted(running, 'card')} now, and all new ones."


def chosen_teams(work: SqlWork) -> Mapping[str, str]:
    """The channels that were chosen for teams, and not taken away again."""
    known = ((name, value) for name, value in chats.choices(work, MEDIUM) if name.startswith(TEAM))
    return {name.removeprefix(TEAM): value for name, value in known if value}


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
