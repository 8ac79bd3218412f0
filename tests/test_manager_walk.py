"""A support manager's morning, as docs/policy.md tells it: one organisation may open tickets by email.

A preset is copied, changed with a mistake on the way, tested, replayed over a month of mail, and put
live without a restart; over the real command line and a desk that serves. What the page prints, it prints.
"""

import json
import mailbox
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

import servers
from serving import ANA, BOB, EVE, Desk, a_mail, deskbell, serving

PAGE = (Path(__file__).parents[1] / "docs" / "policy.md").read_text(encoding="utf-8")
BEFORE = '[[rule]]\nname = "email-follow-ups-only"\n'
RULE = """\
[[rule]]
name = "acme-by-email"
when = { channel = "email", ticket = "none", organisation_is = "Acme", assurance = ["token", "aligned"] }
then = "open"
reply = "acknowledgement"
because = "Acme's contract of May lets them open tickets by email."
"""
MISTAKES = RULE.replace("organisation_is", "organization_is").replace('"acknowledgement"', '"acknowledgment"')
HASTY = RULE.replace(', assurance = ["token", "aligned"]', "")
SCENARIO = """\
policy = "next.toml"
now = 2026-05-04T10:00:00+02:00

[[organisation]]
name = "Acme"
domains = ["acme.example"]

[[person]]
name = "Ana"
organisation = "Acme"
email = ["ana@acme.example"]

[[case]]
name = "Acme opens by email"
message = { from = "ana@acme.example", subject = "Calls drop", assurance = "aligned" }
expect = { fate = "open", rule = "acme-by-email", reply = "acknowledgement", severity = "standard" }

[[case]]
name = "a forged Acme does not"
message = { from = "ana@acme.example", subject = "Calls drop" }
expect = { fate = "refuse", rule = "email-follow-ups-only" }

[[case]]
name = "others still go to the portal"
message = { from = "eve@elsewhere.example", subject = "Calls drop", assurance = "aligned" }
expect = { fate = "refuse", reply = "open-on-portal" }
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk under a copy of the preset."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "my.toml").write_text(deskbell("policy", "show", "wildix").stdout, encoding="utf-8")
    with serving(folder, policy="my.toml", desk='timezone = "Europe/Rome"') as desk:
        yield desk


def a_month_of_mail(path: Path) -> None:
    """Thirty mails, one a day: a third from Acme."""
    box = mailbox.mbox(path)
    for day in range(30):
        at = datetime(2026, 4, 1, 9, tzinfo=UTC) + timedelta(days=day)
        mail = a_mail((ANA, EVE, EVE)[day % 3], f"Question {day}", f"How is it on day {day}?")
        del mail["Date"]
        mail["Date"] = format_datetime(at)
        kept = mailbox.mboxMessage(mail)
        kept.set_from(mail["From"], at.timetuple())
        box.add(kept)
    box.close()


def written(desk: Desk, rule: str) -> Path:
    """The policy that comes next, with a rule put in before the one that refuses."""
    text = (desk.folder / "my.toml").read_text(encoding="utf-8")
    assert BEFORE in text
    path = desk.folder / "next.toml"
    path.write_text(text.replace(BEFORE, f"{rule}\n{BEFORE}"), encoding="utf-8")
    return path


def told(desk: Desk, text: str) -> list[str]:
    """What a command said, its files named as in the folder where they lie."""
    return text.replace(f"{desk.folder}/", "").splitlines()


def is_on_the_page(lines: list[str]) -> bool:
    return "\n".join(lines) in PAGE


@pytest.mark.slow
def test_the_walk_from_a_copied_preset_to_the_ticket_that_it_now_opens(desk):
    before = desk.mail(a_mail(ANA, "May I?"))

    assert ("refuse", {("open-on-portal", ANA.address)}) == (before.record["fate"], before.notices)

    wrong = desk.run("policy", "check", written(desk, MISTAKES))
    mistakes = told(desk, wrong.stderr)

    assert (2, 2) == (wrong.returncode, len(mistakes))
    assert 'did you mean "organisation_is"?' in mistakes[0]
    assert 'did you mean "acknowledgement"?' in mistakes[1]
    assert is_on_the_page(mistakes)

    hasty = desk.run("policy", "check", "--strict", written(desk, HASTY))

    assert (1, 2) == (hasty.returncode, len(hasty.stdout.splitlines()))
    assert is_on_the_page(told(desk, hasty.stdout))

    policy = written(desk, RULE)
    sound = desk.run("policy", "check", "--strict", policy)

    assert (0, 1) == (sound.returncode, len(sound.stdout.splitlines()))
    assert is_on_the_page(told(desk, sound.stdout))

    (desk.folder / "next_cases.toml").write_text(SCENARIO, encoding="utf-8")
    tested = desk.run("policy", "test", desk.folder / "next_cases.toml")

    assert (0, 4) == (tested.returncode, len(tested.stdout.splitlines()))
    assert is_on_the_page(told(desk, tested.stdout))

    a_month_of_mail(desk.folder / "april.mbox")
    replayed = desk.run("policy", "replay", "--policy", policy, "--proven", desk.folder / "april.mbox")
    lines = replayed.stdout.splitlines()

    assert 0 == replayed.returncode
    assert 10 == sum("refuse (email-follow-ups-only) -> open (acme-by-email)" in line for line in lines)
    assert not any(EVE.address in line for line in lines)
    assert is_on_the_page([line for line in lines if line.startswith("30 messages")])

    policy.replace(desk.folder / "my.toml")
    desk.process.send_signal(signal.SIGHUP)
    servers.wait_until(lambda: "policy read again" in desk.log, "the policy is read")
    after = desk.mail(a_mail(ANA, "Calls drop"))
    number = after.record["ticket"]

    assert ("open", "acme-by-email") == (after.record["fate"], after.record["rule"])
    assert ("acknowledgement", ANA.address) in after.notices
    assert "refuse" == desk.mail(a_mail(EVE)).record["fate"]
    assert "refuse" == desk.mail(a_mail(BOB, proven=False)).record["fate"]

    (ticket,) = (json.loads(line) for line in desk.run("ticket", "list", "--json").stdout.splitlines())

    assert (number, "Calls drop", "standard") == (ticket["number"], ticket["subject"], ticket["severity"])
    assert is_on_the_page(RULE.splitlines())
    assert is_on_the_page(SCENARIO.splitlines())
