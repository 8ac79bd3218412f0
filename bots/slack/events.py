"""What the channel itself hears, by the kind of the event; the rest is for what agents do.

A table: each row settles its event, or leaves it to `Dispatch`, which settles what is left over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bots.slack.calls import Json
from bots.slack.customers import Customers
from bots.slack.dispatch import Dispatch, Heard
from bots.slack.listening import Hands
from bots.slack.news import News
from bots.slack.people import is_of, name_of
from bots.slack.unreachable import UNSHARED, opened, shut, shut_all
from bots.slack.workspaces import MEDIUM
from intake.decisions import Audience, Notice, Recipient
from intake.messages import Address
from intake.readers import DIRECT, triage
from store import chat_places, installations
from store.chat_places import PlaceKind
from store.inbox import Waiting
from store.work import SqlWork

log = structlog.get_logger()


class Events:
    """`table` is what Bolt is told to listen to for us."""

    def __init__(self, hands: Hands, customers: Customers, news: News) -> None:
        self._hands = hands
        self._news = news
        self._customers = customers
        self.dispatch: Dispatch | None = None  # which is made with our table

    @property
    def table(self) -> Mapping[str, Heard]:
        return {
            "message": self._message,
            "member_joined_channel": self._joined,
            "channel_shared": self._opened,
            "channel_archive": self._archived,
            "channel_unarchive": self._opened,
            "channel_unshared": self._unshared,
            "group_archive": self._archived,
            "group_unarchive": self._opened,
            "channel_id_changed": self._renumbered,
            "subteam_members_changed": self._changed_group,
            "user_change": self._changed_user,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._revoked,
        }

    async def _message(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        """In a triage channel it is for agents, in a registered one a customer's; elsewhere nobody's."""
        channel = str(event.get("channel") or "")
        if await self._hands.triage.is_triage(team, channel):
            assert self.dispatch
            if body.get("is_ext_shared_channel"):  # whatever brought it about: no more words go there
                await self._looked_anew(channel)
            await self.dispatch.message(waiting, team, event, body)
            return
        place = await self._hands.desk.read(
            lambda work: chat_places.place_at(work, MEDIUM, f"{team}/{channel}")
        )
        if place is not None and place.kind is PlaceKind.CUSTOMERS:
            await self._customers.hear(waiting, team, event, place)

    async def _joined(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        """Somebody joined a triage channel, which is looked over again; or we were invited somewhere."""
        channel = str(event["channel"])
        if await self._hands.triage.is_triage(team, channel):
            await self._looked_anew(channel)
            return
        bot = (await self._hands.speaking.workspaces.of(team)).bot_user
        known = await self._hands.desk.read(
            lambda work: chat_places.place_at(work, MEDIUM, f"{team}/{channel}")
        )
        if event.get("user") == bot and known is not None:
            await self._is_used_again(known.place)
        elif event.get("user") == bot:
            await self._invited(team, channel, str(event.get("inviter") or ""))

    async def _invited(self, team: str, channel: str, inviter: str) -> None:
        """Say nothing there; tell whoever invited us, and the admins, in direct messages."""
        known = await self._hands.people.one(team, inviter) if inviter else {}
        home = await self._hands.speaking.home()
        setup, now = self._hands.desk.setup, datetime.now(UTC)
        is_ours = team == home and is_of(known, home)
        facts: dict[str, object] = {"channel": channel}
        facts |= {"inviter": name_of(known) or inviter or "Somebody"}
        facts |= {"outside": bool(inviter) and not is_ours}

        def told(work: SqlWork) -> None:
            for to, is_admin in _told_of_invitation(work, self._hands, inviter if team == home else ""):
                more = {"is_outsider": not is_admin and not is_ours}
                notice = Notice("agent-elsewhere", Audience.AGENTS, facts | more, "auto-generated")
                outbound = setup.wording.word(notice, to, None, None, now)
                lane = to.address.address if to.channel == MEDIUM else ""
                work.promise(replace(outbound, lane=lane), None, now)

        await self._hands.desk.write(told)

    async def _archived(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        await self._shut(team, str(event["channel"]), "is_archived")

    async def _unshared(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        """The customer reads it no more; in their own workspace they are not outside.

        Where others still read it and a workspace speaks for the customer, it is that one that counts.
        """
        channel, is_ours = str(event["channel"]), not self._hands.speaking.workspaces.key(team)
        named = await self._speaks(team, channel)
        is_theirs = bool(named) and event.get("previously_connected_team_id") == named
        is_left = is_ours and (is_theirs or not event.get("is_ext_shared"))
        await self._shut(team, channel, UNSHARED if is_left else "")

    async def _opened(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        """It is out of the archive, or shared again: with the one that speaks for the customer, if any."""
        channel = str(event["channel"])
        await self._shut(team, channel, "")
        named = await self._speaks(team, channel)
        if not named or event.get("connected_team_id", named) == named:
            await self._is_used_again(f"{team}/{channel}")

    async def _shut(self, team: str, channel: str, word: str) -> None:
        """A triage channel is looked over again; in one of customers nothing is said, if there is a word."""
        if await self._hands.triage.is_triage(team, channel):
            await self._looked_anew(channel)
        elif word:
            setup, now = self._hands.desk.setup, datetime.now(UTC)
            await self._hands.desk.write(lambda work: shut(work, f"{team}/{channel}", word, setup, now))

    async def _speaks(self, team: str, channel: str) -> str:
        """The workspace that an administrator named to speak for the customer there, "" for none."""
        place = f"{team}/{channel}"
        known = await self._hands.desk.read(lambda work: chat_places.place_at(work, MEDIUM, place))
        return known.workspace if known else ""

    async def _is_used_again(self, place: str) -> None:
        await self._hands.desk.write(lambda work: opened(work, place, datetime.now(UTC)))

    async def _looked_anew(self, channel: str) -> None:
        """Here and, before anything else is posted there, in every other process."""
        await self._news.spread()
        await self._hands.triage.look(channel, anew=True)

    async def _renumbered(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        before, after = str(event["old_channel_id"]), str(event["new_channel_id"])
        if await self._hands.triage.is_triage(team, before):
            await self._hands.triage.renamed(before, after)
            await self._news.spread()
        await self._hands.desk.write(
            lambda work: chat_places.move(work, MEDIUM, f"{team}/{before}", f"{team}/{after}")
        )

    async def _changed_group(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        await self._news.spread()

    async def _changed_user(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        """Whoever became a guest must not stay in a triage channel."""
        user = event.get("user") or {}
        self._hands.staff.forget(str(user.get("id") or ""))
        if not is_of(user, team):
            await self._news.spread()

    async def _uninstalled(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        await self._ended(team, "app_uninstalled")

    async def _revoked(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        if (event.get("tokens") or {}).get("bot"):
            await self._ended(team, "token_revoked")

    async def _ended(self, team: str, because: str) -> None:
        """The app is in that workspace no more: its tokens are forgotten, and agents hear of it.

        The agents' own is mended soon, and all waits; what is for a customer's goes by mail.
        """
        now, setup = datetime.now(UTC), self._hands.desk.setup
        is_ours = not self._hands.speaking.workspaces.key(team)

        def ended(work: SqlWork) -> None:
            installations.end(work, MEDIUM, team, because, now)
            if not is_ours:
                shut_all(work, team, because, setup, now)

        await self._hands.desk.write(ended)
        self._hands.speaking.workspaces.forget(team)
        log.warning("an installation has ended", team=team, because=because)
        await self._hands.speaking.tokens.died(team, because)


def _told_of_invitation(work: SqlWork, hands: Hands, inviter: str) -> Iterator[tuple[Recipient, bool]]:
    """Whoever invited us, and each admin once, with whether they are one.

    Where no admin is named it is the managers, where there is none all agents. Whom Slack does not know
    is written to by mail.
    """
    agents = [found for one in hands.settings.admins if (found := work.agent(one))]
    admins = agents or [one for one in work.agents() if one.manager]
    desk = hands.desk.setup.desk
    blank = Recipient(Address("", ""), desk.language, is_agent=True)
    users = [one.slack for one in admins if one.slack]
    for user in dict.fromkeys((*users, *([inviter] if inviter else []))):
        yield replace(blank, address=Address("", f"{DIRECT} {user}"), channel=MEDIUM), user in users
    if not admins:
        yield triage(desk), True
    for one in admins:
        if not one.slack:
            yield replace(blank, address=Address(one.name, one.email)), True
