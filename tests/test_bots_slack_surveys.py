"""Surveys from the Close form in Slack: by mail and back over SMTP, and in a shared channel by a button."""

import asyncio
import re
import smtplib
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bots.commands import acts
from bots.slack.blocks import names
from intake.tickets import Score, Status
from serving import ANA, BOB, SAM, a_mail, read
from slack_acting import working
from slack_world import world

pytestmark = pytest.mark.slow  # a whole desk and a Slack
SURVEY = {names.SURVEY: [names.SURVEY]}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with working(tmp_path_factory.mktemp("desk")) as found:
        yield found


async def close_form(case):
    """The form behind the button of Details."""
    view = await case.form(names.MORE, selected=names.DETAILS)
    sam = case.world.space.sam
    await case.world.slack.act_in_view(sam, str(view["id"]), names.CLOSE)
    await case.world.slack.wait_for(lambda: len(case.world.slack.views(sam)) > 1)
    return await case.shown()


async def closed(case, values=SURVEY):
    """Sam, whose ticket it is, closes it; by default with the box ticked."""
    await case.click(names.CLAIM)
    await case.submit(await close_form(case), values)
    await case.world.settle()


def questions(case):
    """The mails that ask about this ticket."""
    mails = [read(one.body) for one in case.world.relay.mails if ANA.address in one.recipients]
    return [one for one in mails if f"VS-{case.number} is closed. How did it go?" in text_of(one)]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


async def answers(case, to, text, sender=ANA, **fields):
    """Somebody's mail to the address that answers the question; what the desk says in the session."""
    mail = a_mail(sender, text=text, **({"subject": "Re: it"} | fields))

    def post():
        with smtplib.SMTP("127.0.0.1", case.world.port, "mx.vendor.example", timeout=30) as smtp:
            smtp.ehlo()
            smtp.mail(sender.address)
            code, _ = smtp.rcpt(to)
            return smtp.data(mail.as_bytes())[0] if code == 250 else code

    code = await asyncio.to_thread(post)
    await case.world.settle()
    return code


def kept(case):
    survey = case.world.read(lambda work: work.survey(case.number))
    return survey and (survey.score, survey.comment)


def ratings(case):
    return [one for one in case.thread if "rated this" in one.text]


def test_the_box_is_not_ticked_and_nobody_is_asked_unless_it_is(here):
    async def steps():
        case = await here.ticket()
        form = await close_form(case)
        await case.submit(form, {})
        await case.world.settle()
        (box,) = [one["element"] for one in form["blocks"] if one["block_id"] == names.SURVEY]
        return box.get("initial_options"), case.now.status, kept(case), questions(case)

    assert (None, Status.CLOSED, None, []) == here.run(steps)


def test_from_the_close_form_to_the_mail_and_its_answer_to_the_line_in_the_thread(here):
    async def steps():
        case = await here.ticket()
        await closed(case)
        (mail,) = questions(case)
        code = await answers(case, mail["Reply-To"], "Very good!\n\nSam was quick.")
        return case, mail, code

    case, mail, code = here.run(steps)
    (line,) = ratings(case)

    assert any("survey: sent" in one.text for one in case.thread)
    assert (250, (Score.GOOD, "Sam was quick.")) == (code, kept(case))
    assert "auto-generated" == mail["Auto-Submitted"]
    assert "rated this good" in line.text
    assert "Sam was quick." in line.text
    assert "user" not in {one["type"] for one in _pieces(line)}  # a good one mentions nobody
    assert Status.CLOSED is case.now.status


def test_the_links_of_the_mail_begin_an_answer_that_counts(here):
    async def steps():
        case = await here.ticket()
        await closed(case)
        (mail,) = questions(case)
        links = re.findall(r'href="(mailto:[^"]+)"', mail.get_body(("html",)).get_content())
        link = urlsplit(links[1].replace("&amp;", "&"))
        begun = parse_qs(link.query)
        await answers(case, unquote(link.path), begun["body"][0], subject=begun["subject"][0])
        return case, len(links), begun["subject"]

    case, links, subject = here.run(steps)

    assert (2, [f"bad – VS-{case.number}"]) == (links, subject)
    assert (Score.BAD, "") == kept(case)


def test_a_bad_one_calls_whoever_has_the_ticket(here):
    async def steps():
        case = await here.ticket()
        await closed(case)
        await answers(case, questions(case)[0]["Reply-To"], "Bad. It took a week.")
        return case

    case = here.run(steps)
    (line,) = ratings(case)
    told = [one.text for one in case.world.slack.dms(case.world.space.sam) if "rated this bad" in one.text]

    assert {"type": "user", "user_id": case.world.space.sam} in _pieces(line)
    assert told


def _pieces(message):
    return [piece for one in message.blocks[0]["elements"] for piece in one["elements"]]


def test_an_out_of_office_answer_is_no_rating_and_shown_as_none(here):
    async def steps():
        case = await here.ticket()
        await closed(case)
        to = questions(case)[0]["Reply-To"]
        return case, await answers(case, to, "Good day, I am away.\n", Auto_Submitted="auto-replied")

    case, code = here.run(steps)

    assert (250, (None, ""), []) == (code, kept(case), ratings(case))


def test_who_was_passed_the_mail_or_forges_its_address_rates_nothing(here):
    async def steps():
        case = await here.ticket()
        await closed(case)
        to = questions(case)[0]["Reply-To"]
        local, _, domain = to.partition("@")
        forged = f"{local[:-2]}{'aa' if local[-2:] != 'aa' else 'bb'}@{domain}"
        codes = [await answers(case, to, "bad", BOB), await answers(case, forged, "bad")]
        return case, codes

    case, codes = here.run(steps)

    assert 550 == codes[1]
    assert ((None, ""), []) == (kept(case), ratings(case))


def test_the_form_says_why_they_cannot_be_asked_again(here):
    async def steps():
        case = await here.ticket()
        await closed(case)
        await case.click(names.REOPEN)
        await case.world.settle()
        return str((await close_form(case))["blocks"])

    shown = here.run(steps)

    assert "They cannot be asked how it went: they were asked before." in shown
    assert "checkboxes" not in shown


# In a shared channel


def test_the_question_in_a_shared_channel_is_answered_by_a_button_and_a_sentence(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            desk.register()
            slack, space = desk.slack, desk.space
            ts = await slack.say(space.ana, space.shared, "Calls drop at noon.")
            await desk.settle()
            await asyncio.to_thread(acts.close, desk.wired, 1001, SAM.address, True)
            await desk.settle()
            asked = slack.thread(space.shared, ts)[-1]
            refused = await slack.click(space.eve, space.shared, asked.ts, names.RATED_BAD)
            await refused.answered()
            await slack.wait_for(lambda: refused.ephemerals)
            of_eve = desk.read(lambda work: work.survey(1001)).score
            click = await slack.click(space.ana, space.shared, asked.ts, names.RATED_GOOD)
            await click.answered()
            at_once = desk.read(lambda work: work.survey(1001)).score
            (view,) = await slack.wait_for(lambda: slack.views(space.ana))
            await slack.submit(space.ana, view["id"], {names.TEXT: "Sam was quick."})
            await desk.settle()
            thread = [one.text for one in desk.thread(desk.cards()[0]) if "rated this" in one.text]
            survey = desk.read(lambda work: work.survey(1001))
            return asked.text, (of_eve, refused.ephemerals[0].text), at_once, survey, thread

    asked, (of_eve, told), at_once, survey, thread = asyncio.run(story())

    assert "VS-1001 is closed. How did it go?" in asked
    assert (None, True) == (of_eve, "only the person who was asked" in told.lower())
    assert (Score.GOOD, Score.GOOD, "Sam was quick.") == (at_once, survey.score, survey.comment)
    assert "Sam was quick." in thread[-1]
