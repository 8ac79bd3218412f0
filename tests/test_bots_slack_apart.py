"""Customers stay apart in Slack: no words of an organisation are in a call or a mail to another.

Three organisations each have a shared channel. Their people write there and by mail, sit in each other's
channels, claim each other's addresses, ask for tickets of others; agents answer everywhere and do what
they can (`slack_crowd`), and an administrator registers channels anew. Each word that belongs to an
organisation bears its mark, and a number: what only a protected ticket holds is said to no agents' channel.
"""

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bots.commands import acts
from intake.messages import Address
from serving import SAM, a_mail, read
from slack_crowd import MORE, kept_words
from slack_world import World, a_slack, at_work, furnished
from store import chat_places, exports
from store.chat_places import ChatPlace, PlaceKind

FIRMS = ("red", "green", "blue")
BOOK = "".join(
    f'\n[[organisation]]\nname = "{firm}"\ndomains = ["{firm}.example"]\n'
    f'\n[[person]]\nname = "Person of {firm}"\nemail = ["person@{firm}.example"]\norganisation = "{firm}"\n'
    for firm in FIRMS
)
ACTIONS = ("open", "follow", "trespass", "lie", "intrude", "ask", "ask_for", "mail", "mail_to", "answer")
ACTIONS += ("answer", "answer_there", "close", "move", "rename", "take_back", "register")
ACTIONS += (*MORE, "merged", "protected")
TOLD = ("chat.postMessage", "chat.postEphemeral", "chat.update", "files.completeUploadExternal")
MARK = re.compile(r"MARK-([a-z]+)")
NUMBER = re.compile(r"WORD-\d+")


@dataclass
class Crowd:
    """The people, and what each step does; `at` and `by` say who and where."""

    desk: World
    channels: dict[str, str] = field(default_factory=dict)  # a channel, and whose it is
    people: dict[str, str] = field(default_factory=dict)  # a person of each organisation
    liars: dict[str, str] = field(default_factory=dict)  # they are of one, and say that they are of the next
    said: list[tuple[str, str, str]] = field(default_factory=list)
    calls: int = 0
    mails: int = 0
    words: int = 0
    kept: frozenset[str] = frozenset()  # what was a protected ticket's alone before a step

    def furnish(self) -> None:
        slack, sam = self.desk.slack, self.desk.space.sam
        teams = {firm: slack.add_team(firm) for firm in FIRMS}
        for place, firm in enumerate(FIRMS):
            other, team = FIRMS[(place + 1) % 3], teams[firm]
            self.people[firm] = slack.add_user(f"Person of {firm}", email=f"person@{firm}.example", team=team)
            self.liars[firm] = slack.add_user(f"Liar at {firm}", email=f"person@{other}.example", team=team)
        for firm in FIRMS:
            members = [sam, self.desk.space.ana, *self.people.values(), *self.liars.values()]
            channel = slack.add_channel(firm, members=members, shared_with=list(teams.values()))
            self.channels[channel] = firm
            self.belongs(channel, firm)

    def belongs(self, channel: str, firm: str) -> None:
        """What `deskbell slack channels add` does."""

        def registered(work):
            place = f"{self.desk.slack.team.id}/{channel}"
            organisation = work.organisation_of(f"{firm}.example").id
            one = ChatPlace("slack", place, PlaceKind.CUSTOMERS, firm, organisation, registered_by="sam")
            chat_places.register(work, one, datetime.now(UTC))

        self.desk.write(registered)
        self.channels[channel] = firm

    async def open(self, at, by):
        await self.says(self.people.get(self.firm(at), self.desk.space.ana), at)

    async def follow(self, at, by):
        await self.says(self.people.get(self.firm(at), self.desk.space.ana), at, self.thread(at))

    async def trespass(self, at, by):
        """Somebody of another organisation writes where they were let in."""
        await self.says(self.people[FIRMS[by]], at)

    async def intrude(self, at, by):
        await self.says(self.people[FIRMS[by]], at, self.thread(at))

    async def lie(self, at, by):
        await self.says(self.liars[FIRMS[by]], at)

    async def ask(self, at, by):
        await self.says(self.people[FIRMS[by]], at, words="status")

    async def ask_for(self, at, by):
        for number in self.numbers()[-4:]:
            await self.says(self.people[FIRMS[by]], at, words=f"status VS-{number}")

    async def mail(self, at, by):
        sender = Address("Person", f"person@{FIRMS[by]}.example")
        await self.desk.mail(a_mail(sender, f"About MARK-{FIRMS[by]}", self.thing(FIRMS[by])))

    async def mail_to(self, at, by):
        """They name a ticket, theirs or not."""
        for number in self.numbers()[at::3]:
            sender = Address("Person", f"person@{FIRMS[by]}.example")
            await self.desk.mail(a_mail(sender, f"Re: VS-{number}", f"More of MARK-{FIRMS[by]}."))

    async def answer(self, at, by):
        for number in self.numbers()[at::2]:
            await asyncio.to_thread(
                acts.say, self.desk.wired, number, f"Words for MARK-{self.owner(number)}.", SAM.address, False
            )

    async def answer_there(self, at, by):
        if thread := self.thread(at):
            await self.says(self.desk.space.sam, at, thread)

    async def close(self, at, by):
        for number in self.numbers()[at::3]:
            if self.ticket(number).status != "closed":
                await asyncio.to_thread(acts.change, self.desk.wired, number, "status", "closed", SAM.address)

    async def move(self, at, by):
        """A ticket is somebody's of whom it was said."""
        if numbers := self.numbers():
            number = numbers[by % len(numbers)]
            firm = self.owner(number)

            def moved(work):
                person = work.person(f"person@{firm}.example") or work.ticket(number).requester
                work.save(replace(work.ticket(number), requester=person), datetime.now(UTC))

            self.desk.write(moved)

    async def rename(self, at, by):
        for channel, ts, user in self.said[-1:]:
            await self.desk.slack.edit(user, channel, ts, f"Not so: MARK-{self.channels[channel]}.")

    async def take_back(self, at, by):
        for channel, ts, user in self.said[-1:]:
            await self.desk.slack.delete(user, channel, ts)
            self.said.pop()

    async def register(self, at, by):
        self.belongs(self.channel(at), FIRMS[by])

    async def says(self, user: str, at: int, thread: str = "", words: str = "") -> None:
        channel = self.channel(at)
        text = words or self.thing(self.channels[channel])
        ts = await self.desk.slack.say(user, channel, text, **({"thread_ts": thread} if thread else {}))
        if not words:
            self.said.append((channel, ts, user))

    def thing(self, firm: str) -> str:
        self.words += 1
        return f"A thing of MARK-{firm}, WORD-{self.words}."

    def numbered(self, text: str) -> list[str]:
        return NUMBER.findall(text)

    def channel(self, at: int) -> str:
        return list(self.channels)[at]

    def firm(self, at: int) -> str:
        return self.channels[self.channel(at)]

    def thread(self, at: int) -> str:
        """The last thread of a channel that was begun while it was whose it is now."""
        mark = f"MARK-{self.firm(at)}"
        written = [one for one in self.desk.slack.channel(self.channel(at)) if not one.is_deleted]
        roots = [one for one in written if not one.is_reply and mark in one.text]
        return roots[-1].ts if roots else ""

    def numbers(self) -> list[int]:
        return self.desk.read(lambda work: sorted(one.number for one in exports.listed_tickets(work)))

    def ticket(self, number: int):
        return self.desk.read(lambda work: work.ticket(number))

    def owner(self, number: int) -> str:
        ticket = self.ticket(number)
        if ticket.organisation:
            return ticket.organisation.name
        said = MARK.search(ticket.subject)  # "status" of a stranger opens a ticket, too
        return said[1] if said else "nobody"

    def leaks(self) -> list[tuple[str, str]]:
        """Words of one organisation in what was said to another since the last time."""
        calls, mails = self.desk.slack.calls[self.calls :], self.desk.relay.mails[self.mails :]
        self.calls, self.mails = self.calls + len(calls), self.mails + len(mails)
        told = [
            (self.channels[one.args["channel"]], str(one.args))
            for one in calls
            if one.method in TOLD and one.args.get("channel") in self.channels
        ]
        told += [
            (firm, f"{read(one.body)['Subject']} {read(one.body).get_body(('plain',)).get_content()}")
            for one in mails
            if (firm := one.recipients[0].partition("@")[2].partition(".")[0]) in FIRMS
        ]
        leaked = [(firm, words) for firm, words in told if set(MARK.findall(words)) - {firm, "nobody"}]
        kept = kept_words(self) if self.kept else {}
        shown = [
            (f"triage, of {kept[word]}", str(one.args))
            for one in calls
            if one.method in TOLD and one.args.get("channel") == self.desk.space.triage
            for word in self.kept & set(NUMBER.findall(str(one.args)))
            if word in kept
        ]
        self.kept = frozenset(kept_words(self))
        return [*leaked, *shown]


async def played(folder: Path, steps: list[tuple[str, int, int]]) -> list[object]:
    async with a_slack() as slack:
        space = furnished(slack)
        async with at_work(folder, space, people=BOOK) as desk:
            for pace in (desk.chat.hands.speaking.pace, desk.chat.hands.speaking.updates):
                pace.apart = 0.0
            crowd = Crowd(desk)
            crowd.furnish()
            for act, at, by in (("open", 0, 0), ("trespass", 1, 0), ("mail", 0, 2), *steps):
                step = partial(MORE[act], crowd) if act in MORE else getattr(crowd, act)
                await step(at, by)
                await desk.settle()
                if leaks := crowd.leaks():
                    return [(act, at, by), leaks]
            return []


STEPS = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2), st.integers(0, 2)), min_size=6, max_size=10
)


@pytest.mark.slow
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # a desk each time: to make it smaller takes too long
)
@given(STEPS)
def test_no_organisation_reads_the_words_of_another_in_slack(steps):
    with TemporaryDirectory() as folder:
        assert [] == asyncio.run(played(Path(folder), steps))


@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [
        [
            ("open", 0, 0),
            ("register", 0, 1),
            ("answer", 0, 0),
            ("answer", 1, 0),
        ],
        [("trespass", 0, 1), ("answer", 0, 0), ("answer", 1, 0)],
        [("lie", 0, 0), ("answer", 0, 0), ("answer", 1, 0)],
        [("ask_for", 0, 1), ("ask_for", 1, 0), ("ask_for", 2, 0)],
        [("open", 1, 0), ("merged", 0, 1), ("merged", 1, 0), ("merged", 1, 1), ("merged", 0, 0)],
        [("survey", 0, 0), ("survey", 1, 1), ("survey", 2, 2), ("redacted", 0, 0), ("other_way", 0, 0)],
        [
            ("open", 1, 0),
            ("taken", 0, 1),
            ("taken", 1, 0),
            ("added", 0, 0),
            ("added", 1, 1),
            ("answer", 0, 0),
        ],
        [("taken_away", 0, 0), ("answer", 0, 0), ("answer", 1, 0), ("open", 0, 0), ("register", 0, 1)],
        [("protected", 0, 0), ("follow", 0, 0), ("redacted", 0, 0), ("merged", 0, 1), ("merged", 0, 0)],
    ],
)
def test_where_somebody_sits_proves_nothing_about_whose_words_they_may_read(tmp_path, steps):
    assert [] == asyncio.run(played(tmp_path, steps))
