"""`deskbell serve` on PostgreSQL: the central rows of test_bots_serve, and two processes on one desk."""

from collections.abc import Iterator

import pytest

import servers
from serving import AGENTS, ANA, EVE, PORTAL, SAM, Desk, a_mail, serving, started, write_config
from store import exports

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("desk"), store=servers.fresh_database(postgres_url)) as desk:
        yield desk


def fate(outcome) -> tuple[str, str, int]:
    return outcome.record["fate"], outcome.record["rule"], outcome.record["ticket"]


@pytest.mark.parametrize(
    ("proven", "answer", "notices"),
    [(False, "550 5.7.1", set()), (True, "250 2.0.0", {("open-on-portal", ANA.address)})],
)
def test_a_new_request_is_refused_in_the_session_or_with_courtesy(desk, proven, answer, notices):
    outcome = desk.mail(a_mail(ANA, proven=proven))

    assert answer == outcome.answer[:9]
    assert notices == outcome.notices
    assert proven or outcome.answer.endswith(PORTAL)


def test_a_reply_to_the_signed_address_is_added(desk):
    number = desk.a_ticket()
    to = str(desk.letter_to(number, ANA).mail["Reply-To"])
    outcome = desk.mail(a_mail(ANA, proven=False), to)

    assert ("append", "follow-up", number) == fate(outcome)
    assert {("agent-follow-up", AGENTS)} == outcome.notices


def test_a_stranger_on_a_thread_is_held(desk):
    number = desk.a_ticket()
    outcome = desk.mail(a_mail(EVE, answers=str(desk.letter_to(number, ANA).mail["Message-ID"])))

    assert ("hold", "pending-participant", number) == fate(outcome)


def test_a_message_that_comes_again_is_one_message(desk):
    mail = a_mail(ANA)
    first, second = desk.mail(mail), desk.mail(mail)

    assert first.answer == second.answer
    assert ({}, set()) == (second.record, second.notices)


def test_an_agents_answer_goes_to_the_requester(desk):
    number = desk.a_ticket()
    told = next(
        one for one in desk.relay.mails if one.recipients == (AGENTS,) and f"WX-{number}".encode() in one.body
    )
    to = next(line for line in told.body.decode().splitlines() if line.startswith("Reply-To:"))
    outcome = desk.mail(a_mail(SAM, "Re: it", "Restart it."), to.partition(":")[2].strip(" <>"))

    assert ("append", "agent-answer", number) == fate(outcome)
    assert {("agent-answer", ANA.address)} == outcome.notices


def test_text_that_the_database_cannot_hold_is_kept_as_near_as_can_be(desk):
    number = desk.a_ticket()
    to = str(desk.letter_to(number, ANA).mail["Reply-To"])
    body = a_mail(ANA, "nul", "before after").as_bytes().replace(b"before after", b"before\x00after")
    outcome = desk.mail(body, to, ANA.address)

    assert ("append", "follow-up", number) == fate(outcome)
    assert "beforeafter" in outcome.record["text"]


def test_two_processes_share_one_desk_and_nothing_is_sent_twice(desk, tmp_path):
    port = servers.free_port()
    config = write_config(tmp_path / "second", desk.relay.port, port, store=desk.wired.settings.store.url)
    (config.parent / "desk.key").write_bytes((desk.folder / "desk.key").read_bytes())
    before = len(desk.relay.mails)
    with started(config, port, desk.relay) as second:
        for number in range(6):
            (desk, second)[number % 2].post(a_mail(ANA, f"request {number}"))
        desk.settle()
        again = desk.post(mail := a_mail(ANA, "twice")), second.post(mail)
        desk.settle()
        rows = desk.read(lambda work: exports.listed_messages(work, limit=7))

    assert again[0] == again[1]
    assert 7 == len({row["subject"] for row in rows})
    assert before + 7 == len(desk.relay.mails)
