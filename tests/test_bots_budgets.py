"""The settings of budgets and of files: they reach what decides, and mistakes in them are told."""

from datetime import timedelta

import pytest

from bots.keeping import Keeping
from bots.settings import read_settings
from bots.wiring import wire
from intake.budgets import Budgets
from intake.errors import ConfigError
from intake.tickets import PROGRAM_ENDINGS
from intake.work import HeldFor, Hold
from serving import write_config
from stores import NOON, an_outbound

ALL = """\
ticket_notices_an_hour = 1
all_notices_an_hour = 2
messages_an_hour = 3
follow_ups_an_hour = 4
answer_files_mib = 5
refused_files = [".EXE", "dmg"]
"""


def wired(folder, desk):
    done = wire(write_config(folder, 1, 1, desk=desk))
    done.store.close()
    return done


@pytest.mark.parametrize(
    ("desk", "budgets", "files"),
    [
        (ALL, Budgets(ticket=1, overall=2, sender=3, follow_ups=4), (5, ("exe", "dmg"))),
        ("", Budgets(), (20, PROGRAM_ENDINGS)),
    ],
)
def test_each_setting_reaches_what_decides(tmp_path, desk, budgets, files):
    done = wired(tmp_path, desk)

    assert budgets == done.setup.budgets
    assert files == (done.desk.answer_files_mib, done.desk.refused_files)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('refused_files = ["a/b"]', 'expected the ending of a file\'s name, such as "exe"'),
        ('refused_files = [""]', "expected the ending"),
        ('refused_files = ["tar.gz"]', "expected the ending"),
        ("messages_an_hour = 0", "messages_an_hour"),
        ("answer_files_mib = 101", "answer_files_mib"),
    ],
)
def test_a_setting_that_cannot_be_is_told_with_what_would_be_right(tmp_path, line, words):
    with pytest.raises(ConfigError, match=words):
        read_settings(write_config(tmp_path, 1, 1, desk=line))


def test_whoever_delivers_takes_what_was_held_for_an_hour_with_room_once_there_is_one(tmp_path):
    done = wire(write_config(tmp_path, 1, 1, desk="all_notices_an_hour = 2"))
    hour, lease = timedelta(hours=1), timedelta(hours=5)
    with done.store.begin() as work:
        for number in range(3):
            held = Hold("more than 2 automatic mails within an hour", HeldFor.BUDGET, NOON + hour)
            work.promise(an_outbound(f"{number}@vendor.example"), None, NOON, held)
    keeping = Keeping(done.store, done.setup)
    taken = [len(keeping.claim("email", NOON + after * hour, lease, 10)) for after in (0.5, 1, 1.01, 2)]
    done.store.close()

    assert [0, 2, 0, 1] == taken
