"""Mails of public projects beside the checkout: none breaks the reader, no person becomes a machine."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.mail.parsed import parsed
from intake.messages import Raw

SHARED = Path(os.environ.get("DESKBELL_SHARED") or Path(__file__).parents[2] / "shared") / "mail"
pytestmark = pytest.mark.skipif(
    not (SHARED / "expectations.json").exists(),
    reason="no collection of real mails beside it (DESKBELL_SHARED)",
)


@pytest.fixture(scope="module")
def lines():
    paths = [path for path in SHARED.rglob("*") if path.suffix in (".eml", ".txt")]
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return {path.name: parsed(Raw("email", "test", path.read_bytes(), now)) for path in paths}


@pytest.fixture(scope="module")
def expected():
    return json.loads((SHARED / "expectations.json").read_text(encoding="utf-8"))


def test_every_real_mail_is_read(lines):
    assert [] == [name for name, line in lines.items() if "error" in line]
    assert lines == json.loads(json.dumps(lines))


def test_no_person_is_taken_for_a_machine(lines, expected):
    people = [name for name, fields in expected.items() if fields.get("human") or fields.get("auto") is False]

    assert people
    assert [] == [name for name in people if lines[name]["auto_generated"]["value"] or lines[name]["bounce"]]


def test_every_delivery_report_is_known(lines, expected):
    reports = [name for name, fields in expected.items() if fields.get("bounce")]

    assert reports
    assert [] == [name for name in reports if not lines[name]["bounce"]]


@pytest.mark.parametrize(("field", "key"), [("subject", "subject"), ("from", "address")])
def test_names_are_read_as_others_read_them(lines, expected, field, key):
    wanted = {name: fields[field] for name, fields in expected.items() if field in fields}
    read = {
        name: (lines[name]["from"] or {}).get(key, "") if field == "from" else lines[name][field]
        for name in wanted
    }
    differing = [name for name in wanted if wanted[name].split() != read[name].split()]

    assert len(wanted) * 0.05 >= len(differing)
