"""What a file is by its first bytes, whatever its name and its sender say of it.

The table holds what people send to a desk, and what a machine would run. A file that says it is a
picture and begins like a program is a program.
"""

TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "application/x-sh"),
)
# What one of these is by its name is more exact than what its bytes say.
WRAPPERS = frozenset({"application/zip", "application/gzip", "application/x-ole-storage"})
SOUND = ("audio/", "video/")  # one container holds either
HTML = (b"<!doctype html", b"<html", b"<head", b"<script")
UNKNOWN = "application/octet-stream"


def looks_like_html(data: bytes) -> bool:
    return data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(HTML)


def type_of(data: bytes, promised: str) -> str:
    """The type by the bytes where they tell, else the promised one if bytes of no kind may have it."""
    found = next((kind for mark, kind in TYPES if data.startswith(mark)), "")
    if data[4:8] == b"ftyp":
        found = "video/mp4"
    if data[:4] == b"RIFF":
        found = {b"WEBP": "image/webp", b"WAVE": "audio/x-wav"}.get(data[8:12], "")
    if found in WRAPPERS or not found:
        return promised or found or UNKNOWN
    return promised if found.startswith(SOUND) and promised.startswith(SOUND) else found
