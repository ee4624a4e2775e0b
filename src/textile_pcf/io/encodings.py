"""In which encoding a text file was saved: UTF-8, UTF-16 or GB 18030 are read, others are named.

Bytes of one encoding often are bytes of another too. What is read is what makes sense as a whole: the common signs of
simplified Chinese, or letters that stand between letters of their own alphabet. Where something was taken for granted,
a word is shown as it was read.
"""

from __future__ import annotations

import codecs
import re

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
OTHERS = (("cp1252", "Windows-1252"), ("big5", "Big5"), ("cp932", "Shift-JIS"))
COMMON = 0.9  # of the signs beyond ASCII that are common ones, where a text makes sense
LOOKED_AT = 20_000  # signs beyond ASCII that are looked at
_WORD = re.compile(r"[^\s,;\t\"，；]*[^\x00-\x7f\s，；][^\s,;\t\"，；]*")
_SIGNS = re.compile(r"[^\x00-\x7f]+")
_WESTERN = re.compile(r"[\u00c0-\u017f\u00a0°²³µ½¼·±€–—‘’“”…«»©®™§£]")
_LETTERS = re.compile(r"[\u00c0-\u024f]")
_STRANGE = re.compile(r"[\u0180-\u036f\u0460-\u0482\u0530-\u07ff]")  # no letters of a word in English, Greek or Russian
_LONG = re.compile("[\u0800-\U0010ffff]")  # three bytes and more in UTF-8: never by chance
_NO_SIGNS = re.compile(r"[\u0080-\u009f\ue000-\uf8ff\ufffd]")


def decoded(data: bytes) -> tuple[str, str, str] | tuple[None, str, str]:
    """The text of a file, the encoding where it is not plainly UTF-8, and a word as it was read.

    No text where it makes no sense: then the encoding that it may be, or nothing, and a word as it would read.
    """
    marked = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "")
    if marked:
        text = _read(data, marked)
        plainly = marked == "utf-8-sig" and text is not None
        return (None, marked.upper(), "") if text is None else (text, "" if plainly else marked.upper(), example(text))
    text = _read(data, "utf-8")
    if text is not None and (text.isascii() or not _may_be_chinese(data, text)):
        return text, "", ""
    if text is None and (broken := _nearly(data)):
        return None, "UTF-8", broken
    chinese = _read(data, "gb18030")
    if text is not None:
        if chinese is not None and _STRANGE.search(text):
            return chinese, "GB18030", example(chinese)
        return text, "UTF-8", example(text)
    if chinese is not None and _makes_sense(chinese):
        return chinese, "GB18030", example(chinese)
    other = next(((name, told) for encoding, name in OTHERS if (told := _plausible(data, encoding)) is not None), None)
    if other is not None:
        return None, other[0], example(other[1])
    if chinese is not None and not _NO_SIGNS.search(chinese):
        return chinese, "GB18030", example(chinese)
    return None, "", ""


def _nearly(data: bytes) -> str:
    """What stands before the first byte that is none of UTF-8, in a file that is UTF-8 but for a few."""
    text = data.decode("utf-8", "replace")
    wrong, whole = text.count("\ufffd"), len(_LONG.findall(text))
    place = text.find("\ufffd")
    before = text[text.rfind("\n", 0, place) + 1 : place]
    return before[-20:] or text[place : place + 20] if whole > max(9, 10 * wrong) + wrong else ""


def example(text: str) -> str:
    """A word with signs beyond ASCII, of the rows rather than the header."""
    rows = text[text.find("\n") + 1 :]
    found = _WORD.search(rows) or _WORD.search(text)
    return found[0][:30] if found else ""


def utf16_without_mark(data: bytes) -> bool:
    """Whether every second byte of a text is nothing, as in UTF-16."""
    head = data[:2000]
    return len(head) > 3 and max(head[::2].count(0), head[1::2].count(0)) > 0.6 * len(head) / 2


def _read(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _signs(text: str) -> str:
    return "".join(_SIGNS.findall(text))[:LOOKED_AT]


def _may_be_chinese(data: bytes, text: str) -> bool:
    """Whether a text in UTF-8 is as well one of common Chinese signs, and its own letters stand alone."""
    if _LONG.search(text):
        return False
    chinese = _read(data, "gb2312")
    if chinese is None:
        return False
    alone = re.compile(r"(?<![A-Za-z0-9])[\u00c0-\u07ff]+(?![A-Za-z])|[\u00c0-\u024f]{2,}")
    return _STRANGE.search(text) is not None or alone.search(text) is not None


def _makes_sense(text: str) -> bool:
    """Whether nearly all signs of a text read as GB 18030 are common ones."""
    signs = _signs(text)
    common = sum(len(sign.encode("gb2312", "ignore")) > 0 for sign in signs)
    return common >= COMMON * len(signs) and not _NO_SIGNS.search(text)


def _plausible(data: bytes, encoding: str) -> str | None:
    """A text in another encoding, where it makes sense in it."""
    text = _read(data, encoding)
    if text is None or _NO_SIGNS.search(text):
        return None
    signs = _signs(text)
    if encoding == "cp1252":
        runs = _SIGNS.findall(text)
        sense = all(map(_WESTERN.match, signs)) and not any(len(run) > 2 or len(_LETTERS.findall(run)) > 1 for run in runs)
    elif encoding == "big5":
        first = [sign.encode("big5")[0] for sign in signs]
        sense = sum(0xA1 <= byte <= 0xC6 for byte in first) >= COMMON * len(first)
    else:
        kana = sum("\u3040" <= sign <= "\u30ff" for sign in signs)
        sense = kana > 0 or sum(0x81 <= sign.encode("cp932")[0] <= 0x98 for sign in signs) >= COMMON * len(signs)
        sense = sense and not any("\uff61" <= sign <= "\uff9f" for sign in signs)
    return text if sense else None
