"""The policy owner's commands: list, show, check, explain; and the policy that is put live by SIGHUP."""

import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import servers
from bots.cli import app
from intake.guards import GUARDS
from intake.policy import preset_names, preset_text
from serving import ANA, BOB, EVE, Desk, a_mail, serving, write_config

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
ACMES_MAIL = """\
[[rule]]
name = "acme-by-email"
when = { channel = "email", ticket = "none", organisation_is = "Acme", assurance = ["token", "aligned"] }
then = "open"
reply = "acknowledgement"
because = "Acme's contract lets them open tickets by email."

[[rule]]
name = "email-follow-ups-only"
"""


def acmes_policy(changed: str = ACMES_MAIL) -> str:
    return preset_text("wildix").replace('[[rule]]\nname = "email-follow-ups-only"\n', changed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "policy.toml").write_text(acmes_policy(), encoding="utf-8")
    (folder / "templates" / "en").mkdir(parents=True)
    (folder / "templates" / "en" / "portal-first.md").write_text("Subject: No\nNo.\n", encoding="utf-8")
    write_config(folder, 1, 1, policy="policy.toml", desk='templates = "templates"\ntimezone = "Europe/Rome"')
    (folder / "mail.eml").write_bytes(a_mail(ANA).as_bytes())
    (folder / "automatic.eml").write_bytes(a_mail(ANA, Auto_Submitted="auto-replied").as_bytes())
    (folder / "unproven.eml").write_bytes(a_mail(ANA, proven=False).as_bytes())
    done = CliRunner().invoke(
        app, ["--config", str(folder / "config.toml"), "people", "import", str(folder / "people.toml")]
    )
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DESKBELL_CONFIG", raising=False)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def lines(done: Result) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


# List and show


def test_the_list_says_of_each_policy_what_it_is_and_by_which_text(run):
    found = {one["name"]: one for one in lines(run("policy", "list", "--json"))}
    text = preset_text("wildix")

    assert preset_names() == list(found)
    assert {"name", "title", "rules", "severities", "calendars", "digest"} == set(found["wildix"])
    assert hashlib.sha256(text.encode()).hexdigest().startswith(found["wildix"]["digest"])
    assert (text.count("[[rule]]"), ["cet", "est"]) == (
        found["wildix"]["rules"],
        found["wildix"]["calendars"],
    )


@pytest.mark.parametrize("name", preset_names())
def test_the_table_of_rules_has_every_rule_in_its_order_with_its_reason(run, name):
    rows = [line.split("\t") for line in run("policy", "show", name, "--rules").stdout.splitlines()]
    names = [line.split('"')[1] for line in _lines_after(preset_text(name), "[[rule]]")]

    assert names == [row[0] for row in rows]
    assert all(len(row) == 5 and row[3] != "-" and row[4] != "-" for row in rows)


def _lines_after(text: str, head: str) -> Iterator[str]:
    written = text.splitlines()
    yield from (after for line, after in pairwise(written) if line == head)


def test_a_row_says_what_a_rule_asks_for_and_does_in_words(run):
    rows = {one["rule"]: one for one in lines(run("policy", "show", "intesys", "--rules", "--json"))}

    assert ("channel = email", "asks = urgency", "severity = p4") == tuple(
        rows["mail-is-not-urgent"][key] for key in ("when", "unless", "then")
    )
    assert "append; reply escalated; escalate" == rows["escalated"]["then"]


def test_a_policy_of_ones_own_is_shown_like_a_preset(run, folder):
    assert (folder / "policy.toml").read_text(encoding="utf-8") == run("policy", "show", "policy.toml").stdout
    assert "acme-by-email\t" in run("policy", "show", "./policy.toml", "--rules").stdout


# Check, at a desk


def test_a_notice_of_the_desks_own_templates_is_no_mistake_there_and_one_elsewhere(run, folder, monkeypatch):
    text = acmes_policy().replace('"open-on-portal"', '"portal-first"')
    (folder / "own_notice.toml").write_text(text, encoding="utf-8")
    at_the_desk = run("policy", "check", "own_notice.toml")
    monkeypatch.chdir("/")
    elsewhere = run("policy", "check", folder / "own_notice.toml")

    assert (0, 2) == (at_the_desk.exit_code, elsewhere.exit_code)
    assert "no template 'portal-first'" in elsewhere.stderr


@pytest.mark.parametrize(
    ("written", "code"),
    [('"Acme"', 0), ('"ACME"', 0), ('"Acmee"', 1), ('"Somebody else"', 0)],
)
def test_an_organisation_that_is_nearly_one_of_ours_is_doubted(run, folder, written, code):
    (folder / "named.toml").write_text(acmes_policy().replace('"Acme"', written), encoding="utf-8")
    done = run("policy", "check", "named.toml", "--strict")

    assert code == done.exit_code
    assert bool(code) is ("no organisation 'Acmee' in the people file; did you mean \"Acme\"?" in done.stdout)


def test_without_a_name_the_policy_of_the_configuration_is_checked(run, folder):
    done = run("policy", "check", "--json")

    assert (0, str(folder / "policy.toml")) == (done.exit_code, lines(done)[0]["policy"])


# Explain


def steps(done: Result) -> dict[str, str]:
    (found,) = lines(done)
    return {step["name"]: step["saw"] for step in found["trace"]}


def test_explain_has_the_keys_of_the_contract_and_no_others(run):
    (found,) = lines(run("explain", "mail.eml", "--json"))

    assert ["fate", "rule", "because", "reply", "ticket", "matched_by", "assurance", "trace"] == list(found)
    assert all({"name", "holds", "saw"} == set(step) for step in found["trace"])


def test_explain_tells_the_whole_way_and_what_follows(run):
    told = steps(run("explain", "mail.eml", "--json"))

    assert f"none of {', '.join(guard.name for guard in GUARDS)}" == told["guards"]
    assert "aligned" == told["assurance"]
    assert "ticket is none, not closed" == told["rule closed-stays-closed"]
    assert "organisation_is is Acme" in told["rule acme-by-email"]
    assert (
        "rules email-follow-ups-only, sign-in-first, strangers-open-nothing, new-ticket" == told["not asked"]
    )
    assert '"Calls drop", severity standard, requester ana@acme.example' == told["change open ticket"]
    assert told["clock first_response"].startswith("same business day, due ")
    assert ("to whoever wrote", "to the agents") == (
        told["notice acknowledgement"],
        told["notice agent-new"],
    )


def test_a_guard_that_catches_is_told_and_no_rule_is_asked(run):
    told = steps(run("explain", "automatic.eml", "--json"))

    assert "guard automatic-mail" in told
    assert not any(name.startswith(("rule ", "trust", "change ", "notice ")) for name in told)


def test_what_is_refused_in_the_session_is_said_there(run):
    told = steps(run("explain", "unproven.eml", "--json"))

    assert "to the sender's own server, in the SMTP session" == told["notice open-on-portal"]


def test_the_page_for_people_has_columns_and_marks_what_decided(run):
    page = run("explain", "mail.eml").stdout.splitlines()
    rules = [line for line in page if " rule " in line]

    assert page[:2] == ["fate: open", "rule: acme-by-email"]
    assert ["  => yes  rule acme-by-email"] == [line[:28] for line in page if "=>" in line]
    assert 1 == len({line.index("ticket is") for line in rules if "ticket is" in line and "=>" not in line})
    assert not any("\x1b" in line for line in page)


def test_a_terminal_gets_the_page_in_colours(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert "\x1b[1;32m" in run("explain", "mail.eml").stdout


def test_explaining_changes_no_byte_of_the_database(run, folder):
    before = {path.name: path.read_bytes() for path in folder.glob("desk.db*")}
    for mail in ("mail.eml", "automatic.eml", "unproven.eml"):
        assert 0 == run("explain", mail).exit_code
        assert 0 == run("explain", mail, "--policy", "intesys").exit_code
        assert 0 == run("explain", mail, "--json").exit_code

    assert before
    assert before == {path.name: path.read_bytes() for path in folder.glob("desk.db*")}


def test_explaining_at_a_desk_that_has_never_run_makes_no_database(run, folder, tmp_path):
    config = write_config(tmp_path, 1, 1)
    (found,) = lines(run("--config", config, "explain", folder / "mail.eml", "--json"))

    assert ("refuse", "email-follow-ups-only", "aligned") == (
        found["fate"],
        found["rule"],
        found["assurance"],
    )
    assert [] == list(tmp_path.glob("*.db*"))


def test_with_a_policy_and_no_configuration_a_mail_is_explained_in_an_empty_world(run, folder, monkeypatch):
    monkeypatch.chdir("/")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "absent"))
    done = run("explain", folder / "mail.eml", "--policy", "wildix", "--json")

    assert (0, "email-follow-ups-only") == (done.exit_code, lines(done)[0]["rule"])
    assert "nobody is known here" in done.stderr
    assert 2 == run("explain", folder / "mail.eml").exit_code


# Put live by SIGHUP


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "policy.toml").write_text(preset_text("wildix"), encoding="utf-8")
    (folder / "templates" / "en").mkdir(parents=True)
    templates = 'templates = "templates"\nnotices_an_hour = 1000'
    with serving(folder, policy="policy.toml", desk=templates) as desk:
        yield desk


def reload(desk: Desk, said: str) -> str:
    """What is logged because of a SIGHUP, once it says so."""
    before = len(desk.log)
    desk.process.send_signal(signal.SIGHUP)
    servers.wait_until(lambda: said in desk.log[before:], said)
    return desk.log[before:]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_good_change_takes_effect_for_the_next_mail_and_its_digest_is_on_the_decision(served):
    first = served.mail(a_mail(BOB, "one"))
    (served.folder / "policy.toml").write_text(acmes_policy(), encoding="utf-8")
    log = reload(served, "policy read again")
    second = served.mail(a_mail(BOB, "two"))

    assert ("refuse", digest(preset_text("wildix"))) == (first.record["fate"], first.record["policy"])
    assert ("open", digest(acmes_policy())) == (second.record["fate"], second.record["policy"])
    assert digest(acmes_policy())[:12] in log


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "policy.toml",
            acmes_policy().replace("organisation_is", "organization_is").replace('"critical"', '"critcal"', 1)
            + '[[rule]]\nname = "late"\nthen = "reject"\nbecause = "b"\n',
            ['did you mean "organisation_is"', "rule 'late'.then"],
        ),
        ("policy.toml", "title = ", ["not readable as TOML"]),
        ("templates/en/acknowledgement.md", "Subject: {{ reference \n", ["acknowledgement.md line"]),
    ],
    ids=["mistakes", "no TOML", "template"],
)
def test_a_bad_change_keeps_the_old_one_and_logs_every_mistake(served, name, text, told):
    (served.folder / "policy.toml").write_text(acmes_policy(), encoding="utf-8")
    reload(served, "policy read again")
    (served.folder / name).write_text(text, encoding="utf-8")
    log = reload(served, "the old ones stay")
    outcome = served.mail(a_mail(BOB, name))
    (served.folder / "templates/en/acknowledgement.md").unlink(missing_ok=True)

    assert [] == [words for words in told if words not in log.replace("\\'", "'").replace('\\"', '"')]
    assert ("open", digest(acmes_policy())) == (outcome.record["fate"], outcome.record["policy"])
    assert ("acknowledgement", BOB.address) in outcome.notices


def test_a_template_that_is_put_live_words_the_next_notice(served):
    own = served.folder / "templates/en/acknowledgement.md"
    (served.folder / "policy.toml").write_text(acmes_policy(), encoding="utf-8")
    own.write_text("Subject: We have it\nGot it, {{ name }}.\n", encoding="utf-8")
    reload(served, "policy read again")
    outcome = served.mail(a_mail(BOB, "three"))
    own.unlink()

    assert "Got it, Bob Brun." in outcome.to(BOB.address).text


def test_a_stranger_is_no_member_whatever_the_mail_says(served):
    (served.folder / "policy.toml").write_text(acmes_policy(), encoding="utf-8")
    reload(served, "policy read again")
    forged, stranger = served.mail(a_mail(BOB, proven=False)), served.mail(a_mail(EVE))

    assert ("refuse", "refuse") == (forged.record["fate"], stranger.record["fate"])
