"""Teams have channels of their own, and what a protected one has is read nowhere else, whatever is done."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bots.commands import acts
from intake.errors import CommandRefused
from serving import ANA, EVE, SAM, TIM, a_mail, message_id
from slack_asks import shown
from slack_world import a_slack, at_work, furnished
from store import cards
from store.exports import listed_messages

pytestmark = pytest.mark.slow  # a whole desk each

SECRET = "Zaphod"
LEE = '\n[[agent]]\nname = "Lee"\nemail = "lee@vendor.example"\nteam = "security"\nslack = "{lee}"\n'


@asynccontextmanager
async def with_teams(folder):
    """A desk whose teams support and security have channels; Lee alone is of security."""
    async with a_slack() as slack:
        space = furnished(slack)
        lee = slack.add_user("Lee", email="lee@vendor.example")
        support = slack.add_channel("support", private=True, members=[space.sam, space.tim, lee])
        security = slack.add_channel("security", private=True, members=[lee])
        teams = f'{{ support = "{support}", security = "{security}" }}'
        async with at_work(folder, space, people=LEE.format(lee=lee), teams=teams) as desk:
            for pace in (desk.chat.hands.speaking.pace, desk.chat.hands.speaking.updates):
                pace.apart = 0.02
            yield desk, lee, support, security


async def given(desk, number, team):
    await asyncio.to_thread(acts.change, desk.wired, number, "team", team, "lee@vendor.example")
    await desk.settle()


def standing(desk, channel):
    """Everything that can be read in a channel now: cards, threads, what was whispered there."""
    posted = [one for one in desk.slack.channel(channel) if one.bot_id and not one.is_deleted]
    below = [one for card in posted for one in desk.slack.thread(channel, card.ts)]
    return " ".join(shown(one) for one in (*posted, *below))


def files_at(desk, card):
    """The names of the files in a card's thread."""
    return [
        one.name for said in desk.slack.thread(card.channel, card.ts) for one in said.files if not one.deleted
    ]


def test_a_ticket_that_is_given_to_a_team_has_its_card_there_and_the_first_channel_says_so(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, _, support, _):
            await desk.mail(subject="Calls drop", text="They drop at noon.")
            old = await desk.card()
            await desk.settle()
            await given(desk, 1001, "support")
            (new,) = desk.cards(support)
            await desk.mail(a_mail(ANA, "Re: VS-1001", "At one, too."))
            await desk.settle()
            place = desk.read(lambda work: cards.card_of(work, 1001)).place
            left = desk.slack.thread(old.channel, old.ts)[0]
            return left, new, [shown(one) for one in desk.thread(new)], place.endswith(support), support

    left, new, below, is_there, support = asyncio.run(story())

    assert ("with team support now" in shown(left), support in str(left.blocks)) == (True, True)
    assert not [one for block in left.blocks for one in block.get("elements", ()) if "action_id" in one]
    assert ("They drop at noon." in shown(new), is_there) == (True, True)
    assert any("At one, too." in one for one in below)


def test_what_is_given_to_a_protected_team_is_taken_back_where_it_was(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, _, _, security):
            await desk.mail(subject=f"{SECRET} calls", text=f"{SECRET} drops.")
            await desk.card()
            await desk.settle()
            before = standing(desk, desk.space.triage)
            await given(desk, 1001, "security")
            return before, standing(desk, desk.space.triage), standing(desk, security)

    before, after, there = asyncio.run(story())

    assert [True, False, True] == [SECRET in one for one in (before, after, there)]
    assert "for team security" in after


def test_what_is_held_for_a_protected_team_goes_onto_no_ticket_of_another(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, _, _, _):
            await desk.mail(subject="A vulnerability", text="It opens all doors.")
            await desk.settle()
            ours = next(one for one in reversed(desk.relay.mails) if b"VS-1001" in one.body)
            await desk.mail(subject="A lamp", text="It is dead.")
            await desk.mail(a_mail(EVE, "Re: it", f"{SECRET} too.", answers=message_id(ours.body)))
            await desk.settle()
            (held,) = desk.read(
                lambda work: [one["id"] for one in listed_messages(work) if one["fate"] == "hold"]
            )
            with pytest.raises(CommandRefused, match="for team security only"):
                await asyncio.to_thread(acts.release, desk.wired, held, 1002, True, "lee@vendor.example")
            await desk.settle()
            return standing(desk, desk.space.triage)

    assert SECRET not in asyncio.run(story())


def test_direct_messages_are_taken_back_and_whoever_gave_it_away_reads_which_notes_remain(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, _, _, security):
            slack, sam, triage = desk.slack, desk.space.sam, desk.space.triage
            await desk.mail(subject=f"{SECRET} calls", text=f"{SECRET} drops.")
            card = await desk.card()
            await desk.settle()
            await slack.say(sam, triage, f"<@{desk.space.tim}> is it {SECRET}?", thread_ts=card.ts)
            note = await slack.say(sam, triage, f"It is {SECRET}.", thread_ts=card.ts)
            gone = await slack.say(sam, triage, f"Not {SECRET}.", thread_ts=card.ts)
            await desk.settle()
            await slack.delete(sam, triage, gone)
            await desk.settle()
            before = " ".join(map(shown, slack.dms(desk.space.tim)))
            said = await slack.command(sam, triage, "/ticket", "assign 1001 team:security")
            await said.answered()
            await slack.wait_for(lambda: desk.cards(security))
            await desk.settle()
            after = " ".join(map(shown, slack.dms(desk.space.tim)))
            told = [one for one in slack.ephemerals(sam, triage) if "still stand" in one.text]
            return before, after, [str(one.blocks) for one in told], f"p{note.replace('.', '')}"

    before, after, told, link = asyncio.run(story())

    assert [True, False] == [SECRET in one for one in (before, after)]
    assert (1, True, False) == (len(told), link in told[0], SECRET in told[0])


@pytest.mark.parametrize("status", [0, 500])
def test_neither_files_nor_a_fault_of_slack_keep_them_where_they_must_not_be_read(tmp_path, status):
    async def story():
        async with with_teams(tmp_path) as (desk, _, _, security):
            mail = a_mail(ANA, "Calls drop", f"{SECRET} drops. " * 700)
            mail.add_attachment(f"{SECRET} says more.".encode(), "text", "plain", filename="trace.txt")
            await desk.mail(mail)
            card = await desk.card()
            await desk.settle()
            before = files_at(desk, card)
            if status:
                desk.slack.fail("chat.update", status=status, times=4)
            await given(desk, 1001, "security")
            await desk.slack.wait_for(lambda: desk.cards(security))
            await desk.settle()
            return before, files_at(desk, card), standing(desk, desk.space.triage)

    before, after, words = asyncio.run(story())

    assert (2, []) == (len(before), after)
    assert SECRET not in words


def test_no_act_brings_the_words_of_a_protected_ticket_to_those_who_may_not_read_them(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, lee, _, security):
            slack, sam, triage = desk.slack, desk.space.sam, desk.space.triage
            await desk.mail(subject=f"A vulnerability, {SECRET}", text=f"{SECRET} opens all doors.")
            await desk.settle()
            ours = next(one for one in reversed(desk.relay.mails) if b"VS-1001" in one.body)
            await desk.mail(subject="A lamp", text="It is dead.")
            await desk.mail(a_mail(ANA, "Re: it", f"{SECRET} again.", answers=message_id(ours.body)))
            await desk.settle()
            refused = []
            for text in (
                f"find {SECRET}",
                "list open",
                "list team:security",
                "show 1001",
                "link 1002 1001",
                "merge 1001 into 1002",
                "merge 1002 into 1001",
                f"note 1001 {SECRET}?",
                "claim 1001",
                "assign 1001 me",
                "reply 1001",
                "find ana@acme.example",
            ):
                said = await slack.command(sam, triage, "/ticket", text)
                await said.answered()
                await slack.wait_until_idle()
                refused += [shown(one) for one in said.ephemerals]
            await slack.open_home(sam)
            await desk.settle()
            merged = await slack.command(lee, security, "/ticket", "merge 1001 into 1002")
            await merged.answered()
            await slack.command(lee, security, "/ticket", "link 1002 1001")
            await desk.settle()
            seen = [*refused, *map(str, slack.views(sam)), str(slack.home(sam)), *map(shown, slack.dms(sam))]
            asked = " ".join(seen).replace(f"“{SECRET}”", "").replace(f'"{SECRET}"', "")
            fates = desk.read(lambda work: work.ticket(1001).merged_into)
            return (
                asked,
                standing(desk, triage),
                standing(desk, security),
                fates,
                shown(merged.ephemerals[-1]),
            )

    asked, public, theirs, merged, told = asyncio.run(story())

    assert SECRET not in public
    assert SECRET in theirs
    assert [] == [one for one in asked.split() if SECRET in one]
    assert (0, True) == (merged, "for team security only" in told)


def test_a_status_that_did_not_arrive_is_told_without_the_tickets_that_it_showed(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, _, _, _):
            desk.register()
            await desk.slack.say(desk.space.ana, desk.space.shared, f"A vulnerability, {SECRET}.")
            await desk.settle()
            shared = {"channel": desk.space.shared}
            desk.slack.fail("chat.postMessage", error="restricted_action", only=shared)
            await desk.slack.say(desk.space.ana, desk.space.shared, "status")
            await desk.settle()
            return standing(desk, desk.space.triage)

    public = asyncio.run(story())

    assert ("Not sent" in public, SECRET in public) == (True, False)


def test_an_assignee_of_a_protected_ticket_reads_it_directly_and_the_channel_does_not(tmp_path):
    async def story():
        async with with_teams(tmp_path) as (desk, _, _, _):
            await desk.mail(subject=f"A vulnerability, {SECRET}", text=f"{SECRET} opens all doors.")
            await desk.settle()
            await asyncio.to_thread(acts.change, desk.wired, 1001, "assignee", SAM.address, TIM.address)
            await desk.settle()
            told = [" ".join(map(shown, desk.slack.dms(who))) for who in (desk.space.sam, desk.space.tim)]
            return told, standing(desk, desk.space.triage)

    (sam, tim), public = asyncio.run(story())

    assert [True, False, False] == [SECRET in one for one in (sam, tim, public)]
