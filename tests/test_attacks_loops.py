"""Loops over real sockets: two desks whose relay is the other, and a desk whose relay is itself.

Of one mail two may come at the most: the one that began it, and one answer. Whoever begins it
writes in a desk's name and proves it, so that nothing but the guards and the budgets ends it.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import servers
from intake.messages import Address
from serving import Desk, a_mail, started, write_config
from store import exports, outbox
from store.tables import Sending
from test_bots_serve_settings import OPENS_BY_MAIL

pytestmark = pytest.mark.slow  # real desks, and a while in which nothing may happen

HERE, THERE = Address("Here", "support@here.example"), Address("There", "support@there.example")
QUIET_SECONDS = 6.0
UNDER_WAY = (Sending.PENDING, Sending.CLAIMED)


def a_desk(stack: ExitStack, folder: Path, own: Address, port: int, relay: int, agents: str) -> Desk:
    """A desk that opens a ticket for whoever writes; what it sends goes to the port `relay`."""
    folder.mkdir()
    (folder / "policy.toml").write_text(OPENS_BY_MAIL, encoding="utf-8")
    config = write_config(folder, relay, port, address=own.address, policy="policy.toml", agents=agents)
    return stack.enter_context(started(config, port, None))


@pytest.fixture(params=["agents of their own", "the other desk as agents"])
def desks(request, tmp_path) -> Iterator[tuple[Desk, Desk]]:
    """Two desks, each the other's relay; in the second pair each tells the other what agents are told."""
    ports = servers.free_port(), servers.free_port()
    agents = (THERE.address, HERE.address) if "other" in request.param else ("", "")
    with ExitStack() as stack:
        here = a_desk(stack, tmp_path / "here", HERE, ports[0], ports[1], agents[0])
        there = a_desk(stack, tmp_path / "there", THERE, ports[1], ports[0], agents[1])
        yield here, there


@pytest.fixture
def alone(tmp_path) -> Iterator[Desk]:
    """A desk that is its own relay."""
    port = servers.free_port()
    with ExitStack() as stack:
        yield a_desk(stack, tmp_path / "here", HERE, port, port, HERE.address)


def comes_to_rest(*desks: Desk) -> None:
    """Nothing is under way, and for a while nothing new comes."""
    servers.wait_until(lambda: not any(map(is_busy, desks)), "nothing is under way", 30)
    before = [heard(one) for one in desks]
    time.sleep(QUIET_SECONDS)
    assert before == [heard(one) for one in desks]
    assert not any(map(is_busy, desks))


def is_busy(desk: Desk) -> bool:
    return any(desk.read(lambda work, state=state: outbox.listed(work, state)) for state in UNDER_WAY)


def heard(desk: Desk) -> list[tuple[str, str]]:
    """What became of each mail that a desk got, and by which rule."""
    return [(row["fate"], row["rule"]) for row in desk.read(exports.listed_messages)]


def to_customers(desk: Desk) -> Counter[str]:
    promised = (one.outbound.notice for one in desk.read(outbox.listed))
    return Counter(name for name in promised if not name.startswith("agent-"))


def test_two_desks_that_are_written_to_in_each_others_name_exchange_two_mails(desks):
    """Each acknowledges what people write; what the other says by itself is a machine's word."""
    here, there = desks
    here.post(a_mail(THERE, "Our phones are down"), HERE.address)
    comes_to_rest(here, there)

    assert ("open", "help") in heard(here)
    assert {"acknowledgement": 1} == to_customers(here)
    assert {} == to_customers(there)
    assert {("ignore", "automatic-mail")} == set(heard(there))
    assert [("open", "help")] == [one for one in heard(here) if one[0] != "ignore"]


def test_a_desk_that_is_written_to_in_its_own_name_answers_once_and_ignores_its_answer(alone):
    """A forged From, an alias or a forward: whatever it says to itself bears its own mark."""
    alone.post(a_mail(HERE, "Our phones are down"), HERE.address)
    comes_to_rest(alone)

    assert {"acknowledgement": 1} == to_customers(alone)
    assert {"our-own-mail", "help"} == {rule for _, rule in heard(alone)}
    assert 1 == sum(1 for fate, _ in heard(alone) if fate != "ignore")
