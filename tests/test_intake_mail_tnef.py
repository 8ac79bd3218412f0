"""Outlook's winmail.dat: names and exact bytes of its files, in time that its own length bounds."""

import time

import pytest

from intake.mail.tnef import MOST_FILES, files_in

HEAD = b"\x78\x9f\x3e\x22\x00\x00"


def number(value, size=4):
    return value.to_bytes(size, "little")


def attribute(kind, value, level=2):
    return bytes([level]) + number(kind, 2) + number(6, 2) + number(len(value)) + value + b"\x00\x00"


def properties(*found):
    return number(len(found)) + b"".join(found)


def text(name, value):
    data = value.encode("utf-16-le") + b"\x00\x00"
    return (
        number(0x1F, 2) + number(name, 2) + number(1) + number(len(data)) + data + b"\x00" * (-len(data) % 4)
    )


def binary(name, data):
    return (
        number(0x102, 2) + number(name, 2) + number(1) + number(len(data)) + data + b"\x00" * (-len(data) % 4)
    )


SHORT = number(2, 2) + number(0x1234, 2) + b"\x07\x00\x00\x00"
NAMED = (
    number(3, 2) + number(0x8001, 2) + b"g" * 16 + number(1) + number(6) + b"a\0b\0\0\0\0\0" + b"\x01\0\0\0"
)
SEVERAL = number(0x1003, 2) + number(0x1235, 2) + number(3) + b"\x00" * 12
BEGINS, TITLE, DATA, PROPERTIES, CODEPAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9007
END = attribute(0x800A, b"\x00" * 8, 1)


@pytest.mark.parametrize(
    ("attributes", "files"),
    [
        ([], []),
        ([(BEGINS, b""), (TITLE, b"a.txt\x00"), (DATA, b"abc\x00")], [("a.txt", b"abc\x00")]),
        ([(TITLE, b"a.txt\x00"), (DATA, b"abc")], []),  # before any file begins
        ([(BEGINS, b""), (DATA, b"1"), (BEGINS, b""), (DATA, b"2")], [("", b"1"), ("", b"2")]),
        ([(CODEPAGE, number(1252)), (BEGINS, b""), (TITLE, b"\xfc.txt\x00")], [("ü.txt", b"")]),
        (
            [(BEGINS, b""), (TITLE, b"A~1.TXT"), (PROPERTIES, properties(text(0x3707, "a ü.txt")))],
            [("a ü.txt", b"")],
        ),
        ([(BEGINS, b""), (PROPERTIES, properties(binary(0x3701, b"abcde")))], [("", b"abcde")]),
        ([(BEGINS, b""), (PROPERTIES, properties(SHORT, NAMED, SEVERAL, text(0x3704, "n")))], [("n", b"")]),
        ([(BEGINS, b""), (PROPERTIES, number(2) + text(0x3704, "n") + b"\x1f")], [("n", b"")]),
    ],
)
def test_each_file_has_its_name_and_its_bytes(attributes, files):
    assert files == files_in(HEAD + b"".join(attribute(*one) for one in attributes) + END)


BOMBS = {
    "properties that are not there": attribute(PROPERTIES, b"\xff\xff\xff\xff" + b"\x00" * 40),
    "values that are not there": attribute(
        PROPERTIES, number(1) + number(0x1003, 2) + number(1, 2) + b"\xff" * 4
    ),
    "recipients that are not there": attribute(0x9004, b"\xff\xff\xff\xff" + b"\x00" * 40, 1),
    "very many attributes": attribute(0x1234, b"") * 90_000,
    "very many files": attribute(BEGINS, b"") * 90_000,
    "very many properties": attribute(PROPERTIES, number(10**6) + binary(0x3701, b"abcd") * 60_000),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_is_claimed_costs_no_more_than_what_is_there(bomb):
    start = time.process_time()
    files = files_in(HEAD + attribute(BEGINS, b"") + bomb + END)

    assert 1 <= len(files) <= MOST_FILES
    assert time.process_time() - start < 10


@pytest.mark.parametrize("data", [b"", b"\x78\x9f\x3e\x22", b"no winmail at all", HEAD, HEAD + b"\xff" * 30])
def test_what_is_no_winmail_has_no_files(data):
    assert [] == files_in(data)
