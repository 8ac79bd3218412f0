"""Bytes to text: which character sets are read, under which names, and what is done when they are wrong.

Only the sets in the table are ever handed to a decoder. Python knows many more names, and
some of them are no character sets (`rot13`, `zip`, `unicode_escape`) or let one text look like
another (`utf-7`). A name that is not here counts as no name: UTF-8 is tried, then a guess.
"""

import codecs

from intake.messages import clean

_SAME = (
    "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be", "iso-8859-2",
    "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-10",
    "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "cp1250", "cp1251", "cp1252", "cp1253",
    "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp775", "cp850", "cp852", "cp855", "cp857", "cp858",
    "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp866", "cp869", "cp874", "cp1125", "cp932",
    "cp949", "cp950", "koi8-r", "koi8-u", "koi8-t", "kz1048", "mac-roman", "mac-cyrillic", "mac-greek",
    "mac-latin2", "mac-turkish", "mac-iceland", "gb18030", "hz", "big5hkscs", "euc_jp", "euc_jisx0213",
    "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_ext", "iso2022_kr",
    "shift_jisx0213", "johab", "ptcp154",
)  # fmt: skip

# Mail says the smaller set and means the larger, which is what its author's program wrote.
_ALIASES = {
    "ascii": "utf-8", "us-ascii": "utf-8", "ansi_x3.4-1968": "utf-8", "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "utf-8mb4": "utf-8", "utf8mb4": "utf-8", "cp65001": "utf-8",
    "utf16": "utf-16", "ucs-2": "utf-16", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "iso-8859-9": "cp1254",
    "iso8859-9": "cp1254", "latin5": "cp1254", "cp1254": "cp1254", "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "iso-8859-11": "cp874",
    "tis-620": "cp874", "windows-874": "cp874", "dos-874": "cp874", "latin2": "iso-8859-2",
    "latin9": "iso-8859-15", "latin-9": "iso-8859-15", "iso_8859-1": "cp1252", "gb2312": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "windows-936": "gb18030",
    "euc-cn": "gb18030", "gb_2312-80": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs",
    "cn-big5": "big5hkscs", "x-x-big5": "big5hkscs", "big5-hkscs": "big5hkscs", "ms950": "cp950",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "cp943": "cp932", "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "eucjp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext", "iso-2022-jp-1": "iso2022_jp_1", "iso-2022-jp-2": "iso2022_jp_2",
    "iso-2022-jp-3": "iso2022_jp_3", "iso-2022-jp-ms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext", "iso-2022-kr": "iso2022_kr", "euc-kr": "cp949", "euckr": "cp949",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "ks_c_5601-1989": "cp949",
    "uhc": "cp949", "windows-949": "cp949", "koi8": "koi8-r", "cskoi8r": "koi8-r", "koi8-ru": "koi8-u",
    "macintosh": "mac-roman", "mac": "mac-roman", "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic", "x-mac-ce": "mac-latin2", "windows1250": "cp1250",
    "windows1251": "cp1251", "windows1252": "cp1252", "win-1251": "cp1251", "ansi": "cp1252",
}  # fmt: skip
_CODECS = {
    **{name: name for name in _SAME},
    **{name.replace("cp", "windows-"): name for name in _SAME if name.startswith("cp125")},
    **{name.replace("cp", "ibm"): name for name in _SAME if name.startswith("cp")},
    **{name.replace("iso-", "iso"): name for name in _SAME if name.startswith("iso-")},
    **{name.replace("iso-", "iso_"): name for name in _SAME if name.startswith("iso-")},
    "windows-1254": "cp1254",
    **_ALIASES,
}
_SWITCHES = b"\x1b$"
_NOT_MISTAKEN = frozenset(("", "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be"))
_OF_TWO_BYTES = frozenset((
    "gb18030", "big5hkscs", "cp950", "cp949", "johab", "cp932", "shift_jisx0213", "euc_jp", "euc_jisx0213",
    "hz",
))  # fmt: skip
_CONTINUATIONS = bytes(range(0x80, 0xC0))
_FEW = 4
_MOST_GUESSED = 64 * 1024  # bytes: the guess is dear, and a longer look changes it no more


def codec_for(charset: str) -> str:
    """The decoder for a name as mail writes it, "" when it is none we read."""
    name = charset.strip(" \t\"'").lower()
    return _CODECS.get(name) or _CODECS.get(name.replace("_", "-"), "")


def text_of(data: bytes, *charsets: str) -> str:
    """The text of some bytes: by the first named set that reads them all, then UTF-8, then a guess.

    What is UTF-8 beyond chance is read so whatever its name, and so is what switches between sets.
    """
    if _SWITCHES in data and (text := _switching(data)) is not None:
        return text
    for charset in charsets:
        codec = codec_for(charset)
        text = _utf8_after_all(data, codec) or _read(data, codec)
        if text is not None:
            return text
    text = _read(data, "utf-8")
    return _guessed(data, charsets) if text is None else text


def _switching(data: bytes) -> str | None:
    """Text in one of the sets that begin by an escape sequence (ISO 2022), which ASCII never has."""
    codec = "iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_ext"
    return _read(data, codec) if data.isascii() else None


def _utf8_after_all(data: bytes, codec: str) -> str:
    """The text of bytes that claim to be in another set; "" where they are in it.

    Letters of one byte each form UTF-8 only by a rare chance; those of two bytes do so in short words.
    """
    if codec in _NOT_MISTAKEN or data.isascii():
        return ""
    text = _read(data, "utf-8") or ""
    letters = len(data) - len(data.translate(None, _CONTINUATIONS))
    return text if letters >= (_FEW if codec in _OF_TWO_BYTES else 1) else ""


def _read(data: bytes, codec: str) -> str | None:
    if not codec:
        return None
    try:
        text = data.decode(codec)
    except (UnicodeError, LookupError):
        if codec != "cp1252":
            return None
        text = data.decode("latin-1")  # five bytes are no characters in cp1252, but are in what mail says
    return clean(text.removeprefix("\ufeff"))


def _guessed(data: bytes, charsets: tuple[str, ...]) -> str:
    """By the named set with marks for what it lacks, unless nothing but ASCII would be left of it."""
    named = next((codec for charset in charsets if (codec := codec_for(charset))), "")
    if named:
        text = codecs.decode(data, named, "replace")
        if not text.replace("\ufffd", "").isascii():
            return clean(text)
    return clean(codecs.decode(data, _likely(data), "replace"))


def _likely(data: bytes) -> str:
    """What the bytes look like; Western European when nothing fits."""
    from charset_normalizer import from_bytes  # dear to import, and seldom needed

    best = from_bytes(data[:_MOST_GUESSED]).best()
    return (
        codec_for(best.encoding.replace("_", "-")) or codec_for(best.encoding) or "cp1252"
        if best
        else "cp1252"
    )
