"""Nothing that is logged holds a secret: neither our entries, nor what libraries log, nor tracebacks."""

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest
import structlog

from bots.logs import log_unfailingly
from bots.redacting import redacted, remember

SECRETS = [
    "xoxb-1234-5678-AbCdEf",
    "xoxp-1234-5678",
    "xoxe.xoxb-1-Mi0yLTk",
    "xapp-1-A0DESK-99-f00ba4",
    "bot123456789:AAFlm-xyz_123",
    "123456789:AAFlm-xyz_1234567890abcdefghijklmnop",
]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is written while the desk logs."""
    before, root = structlog.get_config(), logging.getLogger()
    kept = root.handlers[:], root.level
    output = io.StringIO()
    with redirect_stdout(output):
        log_unfailingly()
        yield output
    structlog.configure(**before)
    root.handlers[:], root.level = kept[0], kept[1]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_token_is_taken_out_of_any_text_by_its_shape(secret):
    assert "GET /[secret]/x failed" == redacted(f"GET /{secret}/x failed")


@pytest.mark.parametrize(
    "text", ["bottom line: 5", "ticket 1042: due 12:30:00", "xox is a game", "robot: 7", "at 2026-03-10"]
)
def test_words_that_only_resemble_a_token_stay(text):
    assert text == redacted(text)


def test_a_secret_without_a_shape_is_known_by_itself():
    remember("8f742231b10e8888abcd99yyyzzz85a5")

    assert "signed with [secret]!" == redacted("signed with 8f742231b10e8888abcd99yyyzzz85a5!")


@pytest.mark.parametrize("secret", SECRETS)
def test_neither_an_entry_nor_a_library_nor_a_traceback_logs_a_token(log, secret):
    structlog.get_logger().warning(f"with {secret}", header=f"Bearer {secret}", deep={"a": [secret]})
    logging.getLogger("slack_sdk").warning("sent %s", {"token": secret})
    try:
        int(f"https://api.example/{secret}")
    except ValueError:
        structlog.get_logger().exception("broken")
        logging.getLogger("httpx").exception("broken")

    assert (6, False) == (log.getvalue().count("[secret]"), secret in log.getvalue())
