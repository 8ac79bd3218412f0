"""Loops over real sockets: two desks whose relay is the other, and a desk whose relay is itself.

Of one mail two may come at the most in a whole minute: the one that began it, and one answer;
of one to oneself only itself, since a desk is nobody's reader.
Whoever begins it writes in a desk's name and proves it, or is an agent whose answer goes to the
other desk, so that nothing but the guards and the budgets ends it. What agents are told is one
more where the other desk's address is theirs. All desks talk in the same minute.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import servers
from bots.commands import acts
from intake.decisions import is_for_customers
from intake.messages import Address
from serving import SAM, Desk, a_mail, started, write_config
from store import exports, outbox
from store.tables import Sending
from test_bots_serve_settings import OPENS_BY_MAIL

pytestmark = pytest.mark.slow  # real desks, and a minute in which nothing may happen

MINUTE = 60.0
HERE, THERE = Address("Here", "support@here.example"), Address("There", "support@there.example")
KNOWN = """
[[organisation]]
name = "{name}"
domains = ["{domain}"]
[[person]]
name = "{name}"
organisation = "{name}"
email = ["{address}"]
"""


@dataclass(slots=True)
class Ring:
    """Desks in which every mail that one sends comes to another, or to itself."""

    name: str
    desks: tuple[Desk, ...]
    heard_before: int = 0
    told_before: int = 0

    def began(self) -> None:
        """What came until now is not counted."""
        self.heard_before, self.told_before = self.heard(), self.told()

    def heard(self) -> int:
        """Mails that one of the desks got from another or itself."""
        rows = [row for one in self.desks for row in one.read(exports.listed_messages)]
        return sum(row["channel"] == "email" for row in rows) - self.heard_before

    def told(self) -> int:
        """Those of them that only tell agents something."""
        promises = [row for one in self.desks for row in one.read(outbox.listed)]
        notices = [row.outbound.notice for row in promises if row.state is Sending.SENT]
        return sum(not is_for_customers(notice) for notice in notices) - self.told_before


@dataclass(frozen=True, slots=True)
class Plan:
    """A ring before its desks serve: a configuration and a port each."""

    name: str
    desks: tuple[tuple[Path, int], ...]


def a_desk(folder: Path, own: Address, port: int, relay: int, policy: str, agents: str) -> tuple[Path, int]:
    """A desk that knows itself and the other as customers; what it sends goes to the port `relay`."""
    more = f'aliases = ["help@{own.domain}"]\nescalation_address = "late@{own.domain}"'
    config = write_config(folder, relay, port, address=own.address, policy=policy, agents=agents, desk=more)
    (folder / "policy.toml").write_text(OPENS_BY_MAIL, encoding="utf-8")
    with (folder / "people.toml").open("a", encoding="utf-8") as people:
        for one in (HERE, THERE):
            people.write(KNOWN.format(name=one.name, domain=one.domain, address=one.address))
    return config, port


def a_pair(folder: Path, policy: str, agents_are_the_other: bool) -> Plan:
    """Two desks, each the other's relay, of separate stores, keys and marks."""
    ports = servers.free_port(), servers.free_port()
    agents = (THERE.address, HERE.address) if agents_are_the_other else ("", "")
    here = a_desk(folder / "here", HERE, ports[0], ports[1], policy, agents[0])
    there = a_desk(folder / "there", THERE, ports[1], ports[0], policy, agents[1])
    return Plan(folder.name, (here, there))


def one_alone(folder: Path, policy: str) -> Plan:
    """A desk that is its own relay, and whose agents' address is its own."""
    port = servers.free_port()
    return Plan(folder.name, (a_desk(folder, HERE, port, port, policy, HERE.address),))


@contextmanager
def at_work(plans: Sequence[Plan]) -> Iterator[list[Ring]]:
    """All the desks start, and stop, at the same time: one after the other they would need minutes."""
    with ExitStack() as stack:

        def start(desk: tuple[Path, int]) -> Desk:
            return stack.enter_context(started(*desk, None))

        with ThreadPoolExecutor() as pool:
            starting = [(plan.name, pool.map(start, plan.desks)) for plan in plans]
        rings = [Ring(name, tuple(desks)) for name, desks in starting]
        yield rings
        for desk in (one for ring in rings for one in ring.desks):
            desk.process.terminate()


@pytest.fixture
def rings(tmp_path: Path) -> Iterator[list[Ring]]:
    """Every policy in every ring."""
    plans = [
        plan
        for policy in ("wildix", "intesys", "policy.toml")
        for plan in (
            a_pair(tmp_path / f"{policy}, two", policy, policy != "intesys"),
            one_alone(tmp_path / f"{policy}, alone", policy),
        )
    ]
    with at_work(plans) as rings:
        yield rings


def begin(ring: Ring) -> None:
    """Two: an agent's answer to the other, and a mail in the other's name; alone: a mail to each address."""
    here = ring.desks[0]
    if len(ring.desks) == 1:
        for to in ("support", "help", "late"):
            here.post(a_mail(HERE, f"Our {to} is down"), f"{to}@{HERE.domain}")
        return
    said = acts.log_call(here.wired, THERE.address, "Calls drop", "They do.", "phone", "", {}, SAM.address)
    servers.wait_until(lambda: not here.is_sending(), "the call is acknowledged")
    ring.began()
    acts.say(here.wired, int(str(said["ticket"])), "We look into it.", SAM.address, is_note=False)
    here.post(a_mail(THERE, "Our phones are down"), HERE.address)


def test_whatever_desks_say_to_each_other_or_themselves_ends_with_the_first_answer(rings):
    for ring in rings:
        begin(ring)
    time.sleep(MINUTE)
    found = {ring.name: (ring.heard(), ring.told()) for ring in rings}

    assert {
        "wildix, two": (4, 1),  # a mail and its refusal; an answer, and an agent told that it was refused
        "wildix, alone": (3, 0),  # nobody is told that the mail to each address was refused
        "intesys, two": (4, 0),  # both open a ticket, and are acknowledged
        "intesys, alone": (3, 0),
        "policy.toml, two": (6, 2),  # the same, and an agent told of each
        "policy.toml, alone": (3, 0),
    } == found
