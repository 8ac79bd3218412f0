"""Agents by mail: what counts with the signed agent address and an aligned sender, and nothing less.

Each agent is written to by themselves here (no agents_address), so every token is one person's own.
"""

from collections.abc import Iterator

import pytest

from intake.tickets import ClockKind, Status
from serving import ANA, BOB, EVE, SAM, TIM, Desk, Outcome, a_mail, serving

pytestmark = pytest.mark.slow  # a real desk, step by step


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("desk"), agents="") as desk:
        yield desk


def answers(
    desk: Desk, number: int, author=SAM, text="Please restart it.", token_of=SAM, **options
) -> Outcome:
    """A reply to the word that the desk sent to an agent."""
    told = desk.letter_to(number, token_of).mail
    mail = a_mail(author, f"Re: {told['Subject']}", text, answers=str(told["Message-ID"]), **options)
    return desk.mail(mail, str(told["Reply-To"]))


def fate(outcome: Outcome) -> tuple[str, str, int]:
    return outcome.record["fate"], outcome.record["rule"], outcome.record["ticket"]


def with_bob(desk: Desk) -> int:
    number = desk.a_ticket()
    desk.mail(a_mail(BOB, f"WX-{number}"))
    return number


# An answer


def test_each_agent_is_told_with_an_address_of_their_own(desk):
    number = desk.a_ticket()
    addresses = {str(desk.letter_to(number, agent).mail["Reply-To"]) for agent in (SAM, TIM)}

    assert 2 == len(addresses)


def test_an_answer_goes_to_the_requester_and_each_participant_by_themselves(desk):
    number = with_bob(desk)
    outcome = answers(desk, number)

    assert ("append", "agent-answer", number) == fate(outcome)
    assert {("agent-answer", ANA.address), ("agent-answer", BOB.address)} == outcome.notices
    assert [1, 1] == [len(one.caught.recipients) for one in outcome.sent]


def test_each_reader_gets_their_own_token_and_is_told_who_else_reads_it(desk):
    outcome = answers(desk, with_bob(desk))
    to_ana, to_bob = outcome.to(ANA.address), outcome.to(BOB.address)

    assert to_ana.mail["Reply-To"] != to_bob.mail["Reply-To"]
    assert "This message also went to: Bob Brun" in to_ana.text
    assert "This message also went to: Ana Rossi" in to_bob.text


def test_an_answer_is_a_persons_words_in_the_desks_name(desk):
    sent = answers(desk, desk.a_ticket()).to(ANA.address)

    assert "Please restart it." in sent.text
    assert sent.mail["Auto-Submitted"] in (None, "no")
    assert "support@vendor.example" in str(sent.mail["From"])
    assert SAM.address not in sent.caught.body.decode()


def test_an_answer_meets_the_first_response_and_waits_for_the_requester(desk):
    number = desk.a_ticket()
    answers(desk, number)
    ticket = desk.ticket(number)
    clock = ticket.clock(ClockKind.FIRST_RESPONSE)

    assert clock
    assert clock.met_at is not None
    assert Status.WAITING is ticket.status


def test_the_customers_reply_to_an_answer_threads_and_opens_the_ticket_again(desk):
    number = desk.a_ticket()
    sent = answers(desk, number).to(ANA.address)
    outcome = desk.mail(
        a_mail(ANA, "Re: it", proven=False, answers=str(sent.mail["Message-ID"])), str(sent.mail["Reply-To"])
    )

    assert ("append", "follow-up", number) == fate(outcome)
    assert Status.OPEN is desk.ticket(number).status


def test_what_an_agent_quotes_is_not_sent_to_the_customer(desk):
    number = desk.a_ticket()
    text = "Please restart it.\n\nOn Mon, 2 Mar 2026 at 10:00, Vendor support wrote:\n> internal words\n"
    outcome = answers(desk, number, text=text)

    assert "internal words" not in outcome.to(ANA.address).text


# A note


@pytest.mark.parametrize(
    "text", ["note: he is lying", "Note: he is lying", "NOTE:he is lying", "\nnote: he is lying"]
)
def test_a_note_stays_inside_and_meets_nothing(desk, text):
    number = desk.a_ticket()
    outcome = answers(desk, number, text=text)
    ticket = desk.ticket(number)
    clock = ticket.clock(ClockKind.FIRST_RESPONSE)

    assert ("append", "agent-note", number) == fate(outcome)
    assert (False, set()) == (outcome.record["public"], outcome.notices)
    assert clock
    assert (None, Status.OPEN) == (clock.met_at, ticket.status)


# Less than both proofs

HELD = {
    "the token without alignment": ({"proven": False}, "agent-not-proven"),
    "the token of another agent": ({"token_of": TIM}, "agent-not-proven"),
    "a stranger with the token": ({"author": EVE}, "agent-not-proven"),
    "a customer with the token": ({"author": ANA}, "agent-not-proven"),
    "nothing new in it": (
        {"text": "On Mon, 2 Mar 2026 at 10:00, Vendor support wrote:\n> internal\n> words"},
        "agent-said-nothing",
    ),
    "only a signature": ({"text": "-- \nSam Weaver"}, "agent-said-nothing"),
}


@pytest.mark.parametrize(("options", "rule"), HELD.values(), ids=HELD)
def test_with_less_than_token_and_alignment_of_one_agent_nothing_goes_out(desk, options, rule):
    number = desk.a_ticket()
    outcome = answers(desk, number, **options)

    assert ("hold", rule, number) == fate(outcome)
    assert {("agent-held", SAM.address), ("agent-held", TIM.address)} == outcome.notices
    assert Status.OPEN is desk.ticket(number).status


def test_an_agents_mail_without_the_token_is_held(desk):
    number = desk.a_ticket()
    outcome = desk.mail(a_mail(SAM, f"WX-{number}", "Please restart it."))

    assert ("hold", "agent-without-token", number) == fate(outcome)


def test_a_customers_token_does_not_make_an_agent(desk):
    number = desk.a_ticket()
    to = str(desk.letter_to(number, ANA).mail["Reply-To"])
    outcome = desk.mail(a_mail(SAM, "Re: it", "Please restart it."), to)

    assert ("hold", "agent-without-token", number) == fate(outcome)


def test_an_agents_out_of_office_is_ignored(desk):
    outcome = answers(desk, desk.a_ticket(), Auto_Submitted="auto-replied")

    assert ("ignore", "automatic-mail") == fate(outcome)[:2]
    assert set() == outcome.notices
