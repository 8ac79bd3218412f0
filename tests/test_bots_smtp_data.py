"""Where a mail ends, what is taken out of it, and when it is too much."""

import random

import pytest

from bots.smtp.data import Data
from bots.smtp.limits import MIB, Budget, Limits

HEAD = b"Return-Path: <>"


def read(sent: bytes, cuts: list[int], limits: Limits | None = None) -> tuple[bytes, bytes | None, str]:
    """A mail that comes in pieces cut at these places: its body, what is behind it, the trouble."""
    data = Data(HEAD, limits or Limits(), Budget(10 * MIB))
    rest = None
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        rest = data.feed(sent[start:end])
        if rest is not None:
            rest += sent[end:]
            break
    body = data.body().removeprefix(HEAD + b"\r\n")
    data.close()
    return body, rest, data.trouble


@pytest.mark.parametrize(
    ("sent", "body", "behind"),
    [
        (b".\r\n", b"", b""),
        (b"a\r\n.\r\n", b"a\r\n", b""),
        (b"a\r\n.\r\nQUIT\r\n", b"a\r\n", b"QUIT\r\n"),
        (b"..\r\n.\r\n", b".\r\n", b""),
        (b"...a\r\n.b\r\n.\r\n", b"..a\r\nb\r\n", b""),
        (b"\r\n..\r\n..\r\n.\r\n.\r\n", b"\r\n.\r\n.\r\n", b".\r\n"),
        (b".\r.\r\n\r\n.\r\n", b"\r.\r\n\r\n", b""),
        (b"a.\r\n.\r\n", b"a.\r\n", b""),
        (b"a\r\r\n.\r\n", b"a\r\r\n", b""),
        # seven ways to smuggle a second mail, none of which ends the first
        (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n", b""),
        (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n", b""),
        (b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n", b""),
        (b"a\r.\rb\r\n.\r\n", b"a\r.\rb\r\n", b""),
        (b"a\r.\r\nb\r\n.\r\n", b"a\r.\r\nb\r\n", b""),
        (b"a\r\n.\rb\r\n.\r\n", b"a\r\n\rb\r\n", b""),
        (b"a\r\n\x00.\r\nb\r\n.\r\n", b"a\r\n\x00.\r\nb\r\n", b""),
    ],
)
def test_a_mail_ends_at_crlf_dot_crlf_wherever_it_is_cut(sent, body, behind):
    whole = {read(sent, [])} | {read(sent, [cut]) for cut in range(1, len(sent))}
    by_octets = read(sent, list(range(1, len(sent))))

    assert {(body, behind, "")} == whole | {by_octets}


def test_any_mail_in_any_pieces_comes_out_as_it_was():
    chance = random.Random(7)
    for _ in range(2000):
        pieces = [chance.choice([b"\r\n", b".", b"\r", b"\n", b"a"]) for _ in range(chance.randrange(30))]
        mail = b"".join(pieces) + b"\r\n"
        lines = [b"." + line if line.startswith(b".") else line for line in mail.split(b"\r\n")]
        sent = b"\r\n".join(lines) + b".\r\n"
        cuts = sorted(chance.sample(range(1, len(sent)), min(3, len(sent) - 1)))

        assert (mail, b"", "") == read(sent, cuts), sent


@pytest.mark.parametrize(
    ("mail", "limits", "trouble"),
    [
        (b"a" * 10, Limits(message_bytes=12), ""),
        (b"a" * 11, Limits(message_bytes=12), "552 5.3.4"),
        (b"a\r\nb", Limits(message_lines=2), ""),
        (b"a\r\nb\r\nc", Limits(message_lines=2), "552 5.3.4"),
        (b"a" * 8, Limits(line_bytes=10), ""),
        (b"a" * 9, Limits(line_bytes=10), "500 5.6.0"),
        (b"b\r\n" + b"a" * 9 + b"\r\nb", Limits(line_bytes=10), "500 5.6.0"),
        (b"b\r\n" + b"a" * 8 + b"\r\nb", Limits(line_bytes=10), ""),
    ],
)
@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_a_mail_over_a_limit_is_read_to_its_end_and_not_kept(mail, limits, trouble, step):
    sent = mail + b"\r\n.\r\nNOOP"
    body, behind, words = read(sent, list(range(step, len(sent), step)), limits)

    assert (trouble, b"NOOP") == (words[:9], behind)
    assert (body == b"") == bool(trouble)


def test_a_large_mail_waits_on_disk_and_is_whole():
    line = bytes(range(32, 127)) + b"\r\n"
    data = Data(HEAD, Limits(), Budget(10 * MIB))
    for _ in range(40):
        data.feed(line * 1000)

    assert len(data._kept) <= MIB
    assert b"" == data.feed(b".\r\n")
    assert HEAD + b"\r\n" + line * 40_000 == data.body()
    data.close()


def test_bytes_in_flight_are_counted_until_the_mail_is_closed():
    budget = Budget(100)
    first, second = (Data(HEAD, Limits(), budget) for _ in range(2))
    first.feed(b"a" * 80)
    second.feed(b"a" * 80)
    first.close()
    first.close()
    third = Data(HEAD, Limits(), budget)
    third.feed(b"a" * 80)

    assert ["", "452 4.3.1", ""] == [data.trouble[:9] for data in (first, second, third)]
    third.close()
    second.close()
    assert 0 == budget.used
