"""Customers in a shared channel: what they write are tickets, by the policy, answered in the thread."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

import slack_world
from bots import redaction
from bots.commands import acts
from bots.slack import customers
from bots.slack.blocks import details_facts, names
from intake.errors import StoreUnavailable
from intake.messages import Address
from serving import ANA, SAM, a_mail
from slack_world import POLICY, World, a_slack, at_work, furnished, world
from store import chat_places, edits, erasing, exports, posts
from store.again import show_again
from store.people_lists import listed_organisations
from store.raws import unpacked
from store.tables import raws

pytestmark = pytest.mark.slow  # a whole desk each, and a message a second


LEE = '\n[[agent]]\nname = "Lee"\nemail = "lee@vendor.example"\n'
GLOBEX = """
[[organisation]]
name = "Globex"

[[person]]
name = "Gus"
email = ["gus@globex.example"]
organisation = "Globex"

[[person]]
name = "Vic"
email = ["vic@home.example"]
"""


def given_to(work, desk, channel, firm):
    """A registered channel is this organisation's from now on."""
    place = chat_places.place_at(work, "slack", f"{desk.slack.team.id}/{channel}")
    owner = next(one for one in listed_organisations(work) if one.name == firm)
    chat_places.register(work, replace(place, organisation=owner.id), datetime.now(UTC))


def speaks_for(work, desk, channel, team):
    """A registered channel's customer is spoken for by this workspace."""
    place = chat_places.place_at(work, "slack", f"{desk.slack.team.id}/{channel}")
    chat_places.register(work, replace(place, workspace=team), datetime.now(UTC))


def messages(desk: World) -> list[dict]:
    """Every message that the desk holds, the first one first."""
    found = desk.read(lambda work: list(exports.listed_messages(work, limit=50)))
    return sorted((one for one in found if one.get("direction", "in") == "in"), key=lambda one: one["id"])


async def asked(desk: World, text: str = "Calls drop at noon.", user: str = "", **where) -> str:
    """Ana writes in the channel that is registered to Acme; the ts, once all is settled."""
    ts = await desk.slack.say(user or desk.space.ana, desk.space.shared, text, **where)
    await desk.settle()
    return ts


def in_thread(desk: World, ts: str) -> list[str]:
    return [one.text for one in desk.slack.thread(desk.space.shared, ts)[1:] if one.bot_id]


def test_a_customers_message_is_a_ticket_acknowledged_in_its_thread(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            ticket = desk.read(lambda work: work.ticket(1001))
            return ticket, in_thread(desk, ts), [one.text for one in desk.cards()]

    ticket, told, cards = asyncio.run(story())

    assert (ANA.address, "Acme", "slack") == (
        ticket.requester.address.address,
        ticket.organisation.name,
        ticket.channel,
    )
    assert (1, True, True) == (len(told), "VS-1001" in told[0], "Calls drop at noon." in cards[0])


def test_what_follows_in_the_thread_is_on_the_same_ticket(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await asked(desk, "At one o'clock, too.", thread_ts=ts)
            return [(one["fate"], one["ticket"]) for one in messages(desk)]

    assert [("open", 1001), ("append", 1001)] == asyncio.run(story())


def test_a_message_that_is_heard_after_the_reply_below_it_is_on_the_same_ticket(tmp_path):
    async def story():
        async with a_slack(redeliver_after=0.3, attempts=1000) as slack, world(tmp_path, slack) as desk:
            desk.register()
            whole, refused = desk.service._keeping.keep_raw, []

            def full(raw, key):
                if b"Calls drop at noon." in raw.body and not desk.read(has_a_message):
                    refused.append(key)
                    raise StoreUnavailable("the disk is full")
                return whole(raw, key)

            desk.service._keeping.keep_raw = full
            root = await slack.say(desk.space.ana, desk.space.shared, "Calls drop at noon.")
            await slack.wait_for(lambda: refused)
            await slack.say(desk.space.ana, desk.space.shared, "At one o'clock, too.", thread_ts=root)
            await slack.wait_for(lambda: len(messages(desk)) == 2)
            await desk.settle()
            return [(one["fate"], one["ticket"]) for one in messages(desk)]

    assert [("open", 1001), ("append", 1001)] == asyncio.run(story())


def has_a_message(work):
    return any(True for _ in exports.listed_messages(work, limit=1))


def test_an_agents_answer_by_any_way_is_read_in_the_thread(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await asyncio.to_thread(acts.say, desk.wired, 1001, "Please try again.", SAM.address, False)
            await desk.settle()
            return in_thread(desk, ts), desk.mails_to(ANA.address)

    told, mails = asyncio.run(story())

    assert "Please try again." in told[-1]
    assert [] == mails


def test_an_agents_words_in_the_thread_are_a_public_answer_that_is_not_said_again(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            told = len(in_thread(desk, ts))
            await asked(desk, "I look at it.", desk.space.sam, thread_ts=ts)
            ticket = desk.read(lambda work: work.ticket(1001))
            return ticket.status, len(in_thread(desk, ts)) - told, [one["fate"] for one in messages(desk)]

    status, more, fates = asyncio.run(story())

    assert ("waiting", 0) == (status.value, more)
    assert "open" in fates


def test_what_a_colleague_who_is_no_agent_says_to_customers_stands_in_the_triage_thread_too(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await asked(desk, "The line is being mended.", desk.space.colleague, thread_ts=ts)
            said = [one.text for one in desk.thread(await desk.card())]
            return desk.read(lambda work: work.ticket(1001)).status.value, said

    status, said = asyncio.run(story())

    assert "open" == status
    assert [True] == [one.startswith("Public reply by Uma") for one in said if "being mended" in one]


def test_somebody_of_no_known_organisation_proves_nothing(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await asked(desk, "Tell me all.", desk.space.eve, thread_ts=ts)
            return [(one["fate"], one["ticket"]) for one in messages(desk)]

    fates = asyncio.run(story())

    assert [("open", 1001), "hold"] == [fates[0], fates[1][0]]


@pytest.mark.parametrize(
    ("facts", "others", "fate"),
    [
        ({"stranger": True}, 1, "append"),  # Slack shows no address: their workspace is all that there is
        ({"stranger": True}, 2, "hold"),  # of which of the two?
        ({"stranger": True, "restricted": True}, 1, "hold"),
        ({"email": "max@elsewhere.example"}, 1, "hold"),  # an address that could be of theirs, and is not
    ],
)
def test_who_shows_no_address_is_of_the_only_workspace_that_the_channel_is_shared_with(
    tmp_path, facts, others, fate
):
    async def story():
        async with world(tmp_path) as desk:
            shared_with = [desk.space.acme, *(desk.slack.add_team("Third") for _ in range(others - 1))]
            max_ = desk.slack.add_user("Max Muster", team=desk.space.acme, **facts)
            people = [desk.space.ana, max_, desk.space.sam]
            channel = desk.slack.add_channel("calls", members=people, shared_with=shared_with)
            desk.register(channel)
            ts = await desk.slack.say(desk.space.ana, channel, "Calls drop at noon.")
            await desk.settle()
            await desk.slack.say(max_, channel, "For me, too.", thread_ts=ts)
            await desk.settle()
            return [one["fate"] for one in messages(desk)]

    assert ["open", fate] == asyncio.run(story())


@pytest.mark.parametrize(
    ("writes_from", "speaks", "known_by_id", "fate"),
    [
        ("acme", "", False, "open"),  # a stranger's own: which of the two may speak for the organisation?
        ("third", "", False, "open"),
        ("acme", "acme", False, "append"),
        ("third", "acme", False, "open"),  # shows an address of theirs, as it likes
        ("third", "acme", True, "append"),  # our own records know the account
    ],
)
def test_with_several_workspaces_the_one_that_is_named_speaks_for_the_organisation(
    tmp_path, writes_from, speaks, known_by_id, fate
):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            teams = {"acme": space.acme, "third": slack.add_team("Third"), "": None}
            bob = slack.add_user("Bob", email="bob@acme.example", team=teams[writes_from])
            channel = slack.add_channel(
                "calls", members=[bob, space.sam], shared_with=[teams["acme"], teams["third"]]
            )
            book = (
                f'\n[[person]]\nname = "Carl"\nslack = "{bob}"\norganisation = "Acme"\n'
                if known_by_id
                else ""
            )
            async with at_work(tmp_path, space, people=book) as desk:
                await desk.mail(a_mail(ANA, "Calls drop", "At noon."))
                desk.register(channel)
                named = teams[speaks].id if speaks else ""
                desk.write(lambda work: speaks_for(work, desk, channel, named))
                await slack.say(bob, channel, "See VS-1001: it goes on.")
                await desk.settle()
                return messages(desk)[-1]["fate"], messages(desk)[-1]["ticket"] == 1001

    got, is_on_it = asyncio.run(run())

    assert (fate, fate == "append") == (got, is_on_it)


@pytest.mark.parametrize(
    ("address", "firm", "words"),
    [
        ("vic@home.example", "Globex", "VS-1001: give it up."),  # of whoever opened VS-1001, and of no firm
        ("vic@home.example", "Acme", "VS-1001: give it up."),
        ("sam@vendor.example", "Globex", "VS-1001: give it up."),  # an agent's
        ("sam@vendor.example", "Acme", "VS-1001: give it up."),
        ("ana@acme.example", "Globex", "VS-1001: give it up."),
        ("vic@home.example", "Globex", "status"),
        ("vic@home.example", "Globex", "status VS-1001"),
    ],
)
def test_an_address_that_another_workspace_shows_opens_nothing_of_its_owner(tmp_path, address, firm, words):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space, people=GLOBEX) as desk:
                await desk.mail(a_mail(Address("Vic", "vic@home.example"), "A private matter", "Of mine."))
                liar = slack.add_user("Liar", email=address, team=space.acme)
                channel = slack.add_channel("theirs", members=[liar], shared_with=[space.acme])
                desk.register(channel)
                desk.write(lambda work: given_to(work, desk, channel, firm))
                ts = await slack.say(liar, channel, words)
                await desk.settle()
                told = [one.text for one in slack.thread(channel, ts)[1:]]
                owner = desk.read(lambda work: work.person("vic@home.example"))
                on_it = [one for one in messages(desk) if one["ticket"] == 1001]
                return told, len(on_it), owner.organisation_id

    told, on_it, organisation = asyncio.run(run())

    assert (False, 1, None) == (any("private matter" in one for one in told), on_it, organisation)


@pytest.mark.parametrize("address", ["sam@vendor.example", "vic@home.example"])
def test_a_stranger_with_somebody_elses_address_waits_like_any_other(tmp_path, address):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space, people=GLOBEX) as desk:
                liar = slack.add_user("Liar", email=address, team=slack.add_team("Third"))
                await slack.join(liar, space.shared)
                desk.register()
                ts = await asked(desk)
                await asked(desk, "Give it up.", liar, thread_ts=ts)
                return [one["fate"] for one in messages(desk)]

    assert ["open", "hold"] == asyncio.run(run())


def test_whom_their_workspace_alone_vouches_for_is_known_by_their_account_and_by_no_address(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space, people=GLOBEX) as desk:
                liar = slack.add_user("Liar", email="boss@bank.example", team=space.acme)
                channel = slack.add_channel("theirs", members=[liar], shared_with=[space.acme])
                desk.register(channel)
                desk.write(lambda work: given_to(work, desk, channel, "Globex"))
                await slack.say(liar, channel, "We cannot call.")
                await desk.settle()
                await desk.mail(a_mail(Address("Boss", "boss@bank.example"), "A private matter", "Of mine."))
                return [desk.read(lambda work, at=one: work.ticket(at).organisation) for one in (1001, 1002)]

    in_slack, by_mail = asyncio.run(run())

    assert ("Globex", None) == (in_slack and in_slack.name, by_mail)


def test_a_new_ticket_of_somebody_without_an_address_is_their_organisations(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            max_ = desk.slack.add_user("Max Muster", team=desk.space.acme, stranger=True)
            await desk.slack.join(max_, desk.space.shared)
            desk.register()
            ts = await asked(desk, "The printer is on fire.", max_)
            ticket, setup = desk.read(lambda work: work.ticket(1001)), desk.chat.hands.desk.setup
            facts = desk.read(lambda work: details_facts(work, ticket, setup, datetime.now(UTC)))
            assert facts.addresses == ("Max Muster",)
            return ticket.organisation, ticket.requester, max_, len(in_thread(desk, ts))

    organisation, requester, max_, told = asyncio.run(story())

    assert ("Acme", "Max Muster", max_, (), 1) == (
        organisation and organisation.name,
        requester.name,
        requester.slack,
        requester.emails,
        told,
    )


def test_the_reply_says_that_a_whole_channel_reads_it(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk)
            card, sam = await desk.card(), desk.space.sam
            await desk.done(await desk.slack.click(sam, card.channel, card.ts, names.REPLY))
            await desk.slack.wait_for(lambda: "Goes by" in str(desk.slack.views(sam)))
            return str(desk.slack.views(sam))

    assert "Goes by Slack to Ana Rossi, and whoever else is in #acme" in asyncio.run(story())


def test_a_channel_that_nobody_registered_is_not_heard_and_nothing_is_said_there(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await asked(desk)
            return messages(desk), [one for one in desk.slack.channel(desk.space.shared) if one.bot_id]

    assert ([], []) == asyncio.run(story())


def test_being_invited_elsewhere_is_told_to_whoever_did_it_and_nothing_is_said_there(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space, admins=f'["{SAM.address}"]') as desk:
                other = slack.add_channel("random", members=[space.colleague], bot=False)
                await slack.join(slack.team.bot_user, other, inviter=space.colleague)
                await desk.settle()
                told = [len(slack.dms(one)) for one in (space.colleague, space.sam, space.tim)]
                return told, [one for one in slack.channel(other) if one.bot_id and one.text]

    told, said = asyncio.run(run())

    assert ([1, 1, 0], []) == (told, said)


def test_a_stranger_who_invites_the_bot_reads_nothing_of_the_desk_and_the_admin_reads_all(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space, admins=f'["{SAM.address}"]') as desk:
                other = slack.add_channel("theirs", members=[space.eve], shared_with=[space.acme], bot=False)
                await slack.join(slack.team.bot_user, other, inviter=space.eve)
                await slack.say(space.eve, other, "status")
                await desk.settle()
                told = [[one.text for one in slack.dms(who)] for who in (space.eve, space.sam)]
                return told, [one for one in slack.channel(other) if one.bot_id and one.text], messages(desk)

    ((eve,), (sam,)), said, kept = asyncio.run(run())

    assert ("I say nothing there" in eve, "/ticket settings" in eve, "deskbell" in eve.lower()) == (
        True,
        False,
        False,
    )
    assert ("Eve (from outside)" in sam, "/ticket settings" in sam) == (True, True)
    assert ([], []) == (said, kept)


def test_an_invitation_is_told_by_mail_to_an_admin_whom_slack_does_not_know(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space, admins='["lee@vendor.example"]', people=LEE) as desk:
                other = slack.add_channel("random", members=[space.colleague], bot=False)
                await slack.join(slack.team.bot_user, other, inviter=space.colleague)
                await desk.settle()
                return desk.mails_to("lee@vendor.example"), len(slack.dms(space.colleague))

    assert (["Deskbell was invited to a channel"], 1) == asyncio.run(run())


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "Status?",
        " /status",
        "<@U0BOT> status",
        "status VS-1001",
        "status 1001",
        "Wie ist der Stand?",
    ],
)
def test_a_question_for_the_status_is_answered_in_words_for_customers(tmp_path, words):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk)
            ts = await asked(desk, words)
            return in_thread(desk, ts), [one["fate"] for one in messages(desk)]

    told, fates = asyncio.run(story())

    assert ("VS-1001" in told[0], "received" in told[0]) == (True, True)
    assert ["open", "answer"] == fates


@pytest.mark.parametrize(
    ("who", "words", "hint"),
    [
        ("eve", "status", "We do not know your account here"),
        ("eve", "Status VS-1001?", "We do not know your account here"),  # a ticket that there is
        ("eve", "stato", "Write to support@vendor.example"),
        ("bob", "status", "no open ticket of yours"),
        ("ana", "status VS-4711", "cannot find VS-4711 among your tickets"),
        ("ana", "Status VS-1002", "cannot find VS-1002 among your tickets"),  # another customer's
    ],
)
def test_whoever_has_nothing_to_be_told_gets_one_hint_and_no_ticket_is_opened_of_it(
    tmp_path, who, words, hint
):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk, "A secret matter.")
            await desk.mail(a_mail(Address("Zoe", "zoe@other.example"), "Another matter", "Ours."))
            bob = desk.slack.add_user("Bob Brun", email="bob@acme.example", team=desk.space.acme)
            await desk.slack.join(bob, desk.space.shared)
            users = {"ana": desk.space.ana, "bob": bob, "eve": desk.space.eve}
            ts = await asked(desk, words, users[who])
            numbers = desk.read(lambda work: [one.number for one in exports.listed_tickets(work)])
            return in_thread(desk, ts), sorted(numbers), messages(desk)[-1]["fate"]

    told, numbers, fate = asyncio.run(story())

    assert ([1001, 1002], "answer", 1) == (numbers, fate, len(told))
    assert hint in told[0]
    assert "matter" not in told[0]


def test_whoever_asks_without_end_is_answered_some_times_an_hour(tmp_path, monkeypatch):
    monkeypatch.setattr(customers, "ANSWERS_AN_HOUR", 2)

    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            eve = [len(in_thread(desk, await asked(desk, "status", desk.space.eve))) for _ in range(4)]
            return eve, len(in_thread(desk, await asked(desk, "status")))

    assert ([1, 1, 0, 0], 1) == asyncio.run(story())


def test_words_that_begin_with_status_and_say_more_are_a_ticket(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk, "Status page is blank.")
            return [one["fate"] for one in messages(desk)]

    assert ["open"] == asyncio.run(story())


def test_a_status_is_nothing_to_those_who_are_not_of_that_organisation(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk, "A secret matter.")
            ts = await asked(desk, "status VS-1001", desk.space.eve)
            return in_thread(desk, ts)

    assert not any("A secret matter" in one for one in asyncio.run(story()))


@pytest.mark.parametrize(
    ("follow_ups", "words", "shown", "is_told"),
    [
        ("organisation", "status", ["noon", "dismissal"], False),
        ("participants", "status", ["noon"], True),
        ("participants", "status VS-1002", [], True),  # the asker's own, but no colleague's
        ("participants", "status VS-1001", ["noon"], True),
    ],
)
def test_a_status_names_nothing_that_others_in_the_channel_may_not_read(
    tmp_path, monkeypatch, follow_ups, words, shown, is_told
):
    monkeypatch.setattr(slack_world, "POLICY", POLICY.replace("organisation", follow_ups))

    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk)
            await desk.mail(a_mail(ANA, "About my dismissal", "Between us."))
            return in_thread(desk, await asked(desk, words))

    (told,) = asyncio.run(story())

    assert shown == [one for one in ("noon", "dismissal") if one in told]
    assert is_told == ("Everybody in this channel reads this" in told)


@pytest.mark.parametrize("by", ["ana", "sam", "a preview", "elsewhere"])
def test_no_bytes_of_slack_keep_a_secret_that_was_taken_out(tmp_path, by):
    """It fails by waiting in vain."""
    secret = "Tr0ub4dor-3"

    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            shared, slack, sam = desk.space.shared, desk.slack, desk.space.sam
            ts = await asked(desk, "Calls drop at noon.")
            card = await desk.card()
            if by == "ana":
                said = await asked(desk, f"My key is {secret}.", thread_ts=ts)
                await slack.edit(desk.space.ana, shared, said, f"My key was {secret}, sorry.")
                await slack.delete(desk.space.ana, shared, said)
            if by == "sam":
                said = await slack.say(sam, card.channel, f"It is {secret}.", thread_ts=card.ts)
                await slack.wait_until_idle()
                await slack.edit(sam, card.channel, said, f"It was {secret}.")
                await slack.delete(sam, card.channel, said)
            if by == "a preview":
                await slack.say(sam, card.channel, f"!reply It is {secret}.", thread_ts=card.ts)
            if by == "elsewhere":
                await slack.say(sam, shared, f"Lunch? The code is {secret}.")
            await desk.settle()
            desk.write(lambda work: taken_out(work, desk, secret))
            await slack.wait_for(lambda: not desk.read(lambda work: bytes_with(work, secret)))

    asyncio.run(story())


def bytes_with(work, secret):
    rows = work.connection.execute(select(raws.c.body, raws.c.size))
    return [one for one in rows if secret.encode() in unpacked(*one)]


def taken_out(work, desk, secret):
    now, setup = datetime.now(UTC), desk.chat.hands.desk.setup
    found = redaction.take_out(
        work, redaction.sought(work, setup.policy, 1001, 0, secret), 0, SAM.address, now
    )
    show_again(work, found.redaction, lambda: setup.addresses.message_id(0, now), now)


def test_a_secret_in_a_subject_is_taken_out_of_the_answers_that_named_it(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            await asked(desk, "My key is Tr0ub4dor-3.")
            ts = await asked(desk, "status")
            before = in_thread(desk, ts)
            desk.write(lambda work: taken_out(work, desk, "Tr0ub4dor-3"))
            await desk.settle()
            kept = desk.read(lambda work: list(erasing.still_in(work, ["Tr0ub4dor-3"])))
            return before, in_thread(desk, ts), kept

    (before,), (after,), kept = asyncio.run(story())

    assert ("Tr0ub4dor-3" in before, "My key is [redacted]" in after.replace("\\", "")) == (True, True)
    assert [] == kept


def test_a_secret_is_taken_out_of_the_notice_of_what_was_held_and_no_other_file_with_it(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            for subject in ("Calls drop", "A lamp"):
                await desk.mail(a_mail(ANA, subject, "At noon."))
            for words in ("Another matter", "Tr0ub4d-10"):
                await desk.mail(a_mail(ANA, "VS-1001 or VS-1002", f"{words}. " * 900))
            await desk.settle()
            held = max(one["id"] for one in messages(desk) if one["fate"] == "hold")
            await asyncio.to_thread(acts.release, desk.wired, held, 1001, False, SAM.address)
            await desk.settle()
            desk.write(lambda work: taken_out(work, desk, "Tr0ub4d-10"))
            await desk.settle()
            posted = [one for one in desk.slack.channel(desk.space.triage) if not one.is_deleted]
            files = [one.content for said in posted for one in said.files if not one.deleted]
            words = " ".join(f"{one.text} {one.blocks}" for one in posted)
            return words, files

    words, files = asyncio.run(story())

    assert ("Tr0ub4d-10" in words, "Another matter" in words) == (False, True)
    assert [False, True] == [any(one in file for file in files) for one in (b"Tr0ub4d-10", b"Another matter")]


def test_an_edit_is_a_revision_and_told_to_agents(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await desk.slack.edit(desk.space.ana, desk.space.shared, ts, "Calls drop at one.")
            await desk.settle()
            place = f"{desk.slack.team.id}/{desk.space.shared}"
            message = desk.read(lambda work: posts.post_at(work, "slack", place, ts)).message
            versions = desk.read(lambda work: edits.versions_of(work, message))
            return [words for _, _, words in versions], desk.thread(desk.cards()[0])[-1].text

    before, told = asyncio.run(story())

    assert ["Calls drop at noon."] == before
    assert "Calls drop at one." in told


def test_what_was_taken_back_is_said_no_more_and_told_to_agents(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await desk.slack.delete(desk.space.ana, desk.space.shared, ts)
            await desk.settle()
            return desk.thread(desk.cards()[0])[-1].text

    assert "took a message back" in asyncio.run(story())


def test_who_changed_a_message_is_told_by_their_own_name(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            root = await asked(desk)
            ts = await asked(desk, "I look at it.", desk.space.sam, thread_ts=root)
            await desk.slack.edit(desk.space.sam, desk.space.shared, ts, "I have looked at it.")
            await desk.settle()
            return desk.thread(desk.cards()[0])[-1].text

    assert "Sam Weaver changed a message." in asyncio.run(story())


def test_a_guest_in_our_own_workspace_writes_as_a_customer(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            guest = desk.slack.add_user("Bob Brun", email="bob@acme.example")
            await desk.slack.change_user(guest, is_restricted=True)
            await desk.slack.join(guest, desk.space.shared)
            desk.register()
            await asked(desk, user=guest)
            ticket = desk.read(lambda work: work.ticket(1001))
            return ticket and ticket.requester.address.address

    assert "bob@acme.example" == asyncio.run(story())


def test_nothing_that_agents_are_told_is_in_the_customers_channel(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            ts = await asked(desk)
            await asyncio.to_thread(acts.say, desk.wired, 1001, "They never pay.", SAM.address, True)
            await desk.settle()
            return str(in_thread(desk, ts)), str(desk.slack.channel(desk.space.shared))

    thread, channel = asyncio.run(story())

    assert "They never pay." not in thread + channel


def test_files_come_with_the_message_whatever_they_say_they_are(tmp_path):
    async def story():
        async with world(tmp_path, max_file_mib="1") as desk:
            desk.register()
            files = [
                ("../trace.txt", b"a line\n"),
                ("photo.png", b"MZ\x90 a program"),
                ("big.bin", b"x" * 1_100_000),
            ]
            await asked(desk, "See these.", files=files)
            record = desk.read(lambda work: exports.message_record(work, messages(desk)[0]["id"]))
            return [(one["filename"], one["content_type"]) for one in record["attachments"]], str(
                record["trace"]
            )

    files, trace = asyncio.run(story())

    assert [
        ("trace.txt", "text/plain"),
        ("photo.png.exe", "application/octet-stream"),  # a program by its bytes is one by its name, too
    ] == files
    assert "big.bin was left out: it is larger than 1 MiB" in trace


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("big.bin", b"x" * 1_100_000)], ["big.bin: too large for us"]),
        ([("photo.png", b"MZ\x90 a program")], ["photo.png.exe: we take no programs"]),
        ([("big.bin", b"x" * 1_100_000), ("a.bat", b"del")], ["big.bin", "a.bat"]),  # one message, one notice
        ([("trace.txt", b"a line\n")], []),
    ],
)
def test_a_customer_reads_once_which_files_were_left_out_and_what_to_do(tmp_path, files, said):
    async def story():
        async with world(tmp_path, max_file_mib="1") as desk:
            desk.register()
            ts = await asked(desk, "See these.", files=files)
            return [one for one in in_thread(desk, ts) if "Please send it" in one]

    told = asyncio.run(story())

    assert bool(said) == len(told)
    assert all(one in told[0] and "VS-1001" in told[0] for one in said)


def test_a_file_that_slack_does_not_hand_over_is_told_to_its_sender_in_their_thread(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            desk.slack.fail("files.download", html=True)
            ts = await asked(desk, "status", files=[("trace.zip", b"PK\3\4 a trace")])
            return in_thread(desk, ts)

    assert "trace.zip: we could not fetch it. Please send it again." in asyncio.run(story())[-1]


def test_whoever_waits_to_be_let_in_reads_nothing_of_their_files(tmp_path):
    async def story():
        async with world(tmp_path, max_file_mib="1") as desk:
            desk.register()
            ts = await asked(desk)
            told = len(in_thread(desk, ts))
            await asked(desk, "See.", desk.space.eve, thread_ts=ts, files=[("big.bin", b"x" * 1_100_000)])
            return messages(desk)[-1]["fate"], len(in_thread(desk, ts)) - told

    assert ("hold", 0) == asyncio.run(story())


def test_an_event_about_somebody_elses_workspace_is_not_ours(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                desk.register(team="T0OTHER")  # the same channel id in another workspace is another channel
                await asked(desk)
                return messages(desk)

    assert [] == asyncio.run(run())
