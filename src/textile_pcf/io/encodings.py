"""Detection of text encodings: UTF-8, UTF-16 and GB 18030 are read, others are recognised and named.

Bytes of one encoding often are valid in another too. The decision rests on plausibility: characters must be the common
characters of simplified Chinese, or letters next to letters of their own alphabet. Where an encoding was guessed, an example
word is returned as it was read, so that a person can check it.
"""

from __future__ import annotations

import codecs
import re

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
UNSUPPORTED = (("cp1252", "Windows-1252"), ("big5", "Big5"), ("cp932", "Shift-JIS"))
MIN_COMMON_SHARE = 0.9
"""Share of the non-ASCII characters that must be common ones in a plausible text."""
SAMPLE = 20_000
"""Number of non-ASCII characters that are examined."""
EXAMPLE_LENGTH = 30
_EXAMPLE = re.compile(r"[^\s,;\t\"，；]*[^\x00-\x7f\s，；][^\s,;\t\"，；]*")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_WESTERN = re.compile(r"[\u00c0-\u017f\u00a0°²³µ½¼·±€–—‘’“”…«»©®™§£]")
_LATIN_LETTERS = re.compile(r"[\u00c0-\u024f]")
_RARE = re.compile(r"[\u0180-\u036f\u0460-\u0482\u0530-\u07ff]")  # in no word of English, Greek or Russian
_THREE_BYTES = re.compile(r"[^\x00-\u07ff]")  # three or more bytes in UTF-8, which do not occur by chance
_UNASSIGNED = re.compile(r"[\u0080-\u009f\ue000-\uf8ff\ufffd]")


def decode_text(data: bytes) -> tuple[str, str, str] | tuple[None, str, str]:
    r"""Decode the content of a text file.

    Parameters
    ----------
    data : bytes
        Content of the file.

    Returns
    -------
    text : str or None
        None if the encoding is unknown or not supported.
    encoding : str
        Name of the encoding; empty for UTF-8 without doubt. If there is no text, the encoding that the file may have.
    example : str
        A word as it was (or would be) read, or the text before the first broken byte; may be empty.

    Examples
    --------
    >>> decode_text("产品,数量\n府绸,1".encode("gb18030"))
    ('产品,数量\n府绸,1', 'GB18030', '府绸')
    """
    mark = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "")
    if mark:
        return _decode_marked(data, mark)
    text = _decode(data, "utf-8")
    if text is not None and (text.isascii() or not _may_be_chinese(data, text)):
        return text, "", ""
    if text is None and (context := _broken_utf8(data)):
        return None, "UTF-8", context
    chinese = _decode(data, "gb18030")
    if text is not None:
        if chinese is not None and _RARE.search(text):
            return chinese, "GB18030", example_word(chinese)
        return text, "UTF-8", example_word(text)
    if chinese is not None and _is_plausible_chinese(chinese):
        return chinese, "GB18030", example_word(chinese)
    for encoding, name in UNSUPPORTED:
        if (other := _decode_plausible(data, encoding)) is not None:
            return None, name, example_word(other)
    if chinese is not None and not _UNASSIGNED.search(chinese):
        return chinese, "GB18030", example_word(chinese)
    return None, "", ""


def _decode_marked(data: bytes, encoding: str) -> tuple[str, str, str] | tuple[None, str, str]:
    """Decode a file that begins with a byte order mark."""
    text = _decode(data, encoding)
    if text is None:
        return None, encoding.upper(), ""
    return text, "" if encoding == "utf-8-sig" else encoding.upper(), example_word(text)


def _broken_utf8(data: bytes) -> str:
    """Return the text before the first invalid byte of a file that is UTF-8 except for a few bytes; else empty."""
    text = data.decode("utf-8", "replace")
    invalid, valid = text.count("\ufffd"), len(_THREE_BYTES.findall(text))
    index = text.find("\ufffd")
    before = text[text.rfind("\n", 0, index) + 1 : index]
    return before[-20:] or text[index : index + 20] if valid > max(9, 10 * invalid) + invalid else ""


def example_word(text: str) -> str:
    """Return a word with non-ASCII characters, if possible from the rows below the header."""
    rows = text[text.find("\n") + 1 :]
    match = _EXAMPLE.search(rows) or _EXAMPLE.search(text)
    return match[0][:EXAMPLE_LENGTH] if match else ""


def utf16_without_mark(data: bytes) -> bool:
    """Return whether every second byte of a text is zero, as in UTF-16.

    Examples
    --------
    >>> utf16_without_mark("stage,flow".encode("utf-16-le")), utf16_without_mark(b"stage,flow")
    (True, False)
    """
    head = data[:2000]
    return len(head) > 3 and max(head[::2].count(0), head[1::2].count(0)) > 0.6 * len(head) / 2


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _characters(text: str) -> str:
    """Return the non-ASCII characters of a text, at most `SAMPLE`."""
    return "".join(_NON_ASCII.findall(text))[:SAMPLE]


def _may_be_chinese(data: bytes, text: str) -> bool:
    """Return whether a UTF-8 text is valid GB 2312 too, and its letters do not form words."""
    if _THREE_BYTES.search(text):
        return False
    chinese = _decode(data, "gb2312")
    if chinese is None:
        return False
    isolated = re.compile(r"(?<![A-Za-z0-9])[\u00c0-\u07ff]+(?![A-Za-z])|[\u00c0-\u024f]{2,}")
    return _RARE.search(text) is not None or isolated.search(text) is not None


def _is_plausible_chinese(text: str) -> bool:
    """Return whether nearly all characters of a text decoded as GB 18030 are in GB 2312."""
    characters = _characters(text)
    common = sum(len(character.encode("gb2312", "ignore")) > 0 for character in characters)
    return common >= MIN_COMMON_SHARE * len(characters) and not _UNASSIGNED.search(text)


def _decode_plausible(data: bytes, encoding: str) -> str | None:
    """Return the text in an unsupported encoding if it is plausible, else None."""
    text = _decode(data, encoding)
    if text is None or _UNASSIGNED.search(text):
        return None
    check = {"cp1252": _is_plausible_western, "big5": _is_plausible_big5, "cp932": _is_plausible_japanese}[encoding]
    return text if check(text) else None


def _is_plausible_western(text: str) -> bool:
    """Return whether all characters are common in Western texts and accented letters stand alone."""
    runs = _NON_ASCII.findall(text)
    isolated = not any(len(run) > 2 or len(_LATIN_LETTERS.findall(run)) > 1 for run in runs)
    return isolated and all(map(_WESTERN.match, _characters(text)))


def _is_plausible_big5(text: str) -> bool:
    """Return whether nearly all characters are in the frequent part of Big5."""
    lead = [character.encode("big5")[0] for character in _characters(text)]
    return sum(0xA1 <= byte <= 0xC6 for byte in lead) >= MIN_COMMON_SHARE * len(lead)


def _is_plausible_japanese(text: str) -> bool:
    """Return whether a text has kana, or frequent kanji only, and no half-width kana."""
    characters = _characters(text)
    if any("\uff61" <= character <= "\uff9f" for character in characters):
        return False
    if any("\u3040" <= character <= "\u30ff" for character in characters):
        return True
    frequent = sum(0x81 <= character.encode("cp932")[0] <= 0x98 for character in characters)
    return frequent >= MIN_COMMON_SHARE * len(characters)
