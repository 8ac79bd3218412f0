"""What a file is by its bytes, whatever its name and its sender say of it."""

import pytest

from bots.sniffing import is_page_instead, sniffed


@pytest.mark.parametrize(
    ("data", "claimed", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n..", "image/png", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/png", "image/jpeg"),
        (b"%PDF-1.7", "text/plain", "application/pdf"),
        (b"PK\x03\x04", "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
        (b"plain words", "text/plain", "text/plain"),
        (b"plain words", "image/png", "application/octet-stream"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/png", "image/webp"),
    ],
)
def test_a_file_has_the_type_of_its_bytes_where_they_tell(data, claimed, kind):
    assert kind == sniffed("a.bin", claimed, data).content_type


@pytest.mark.parametrize("data", [b"MZ\x90\x00", b"\x7fELF\x02"])
def test_a_program_gets_the_ending_of_one_whatever_it_is_called(data):
    assert "photo.png.exe" == sniffed("photo.png", "image/png", data).name


@pytest.mark.parametrize(
    ("name", "safe"), [("../../etc/passwd", "passwd"), ("", "file"), ("a\x00b\u202egnp.exe", "a_b_gnp.exe")]
)
def test_a_name_leads_nowhere(name, safe):
    assert safe == sniffed(name, "text/plain", b"x").name


@pytest.mark.parametrize(
    ("data", "claimed", "is_page"),
    [
        (b"<!DOCTYPE html>", "image/png", True),
        (b"\n <HTML><head>", "image/png", True),
        (b"<!DOCTYPE html>", "text/html", False),
        (b"<svg>", "image/svg+xml", False),
        (b"x <html>", "text/plain", False),
    ],
)
def test_a_page_in_the_place_of_a_file_is_known_by_its_beginning(data, claimed, is_page):
    assert is_page == is_page_instead(claimed, data)
