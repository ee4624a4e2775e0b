"""English and Chinese: fixed words by key, and messages by the sentence they are made of.

One catalogue, `catalogue.csv`, holds both. Code writes its messages in English; `translate` finds the sentence they were made
from and tells it in Chinese, with the numbers and names that stand in it. Codes, places and ids are the same in all languages.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh")
FRAGMENT = "*"  # key of what stands only inside other messages
_HOLE = re.compile(r"\{(~?[a-z])\}")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_CHINESE_END = "。？！；，"


def fixed_text(key: str, language: str = "en", **values: object) -> str:
    """A fixed word or sentence in a language, with values in its places.

    Examples
    --------
    >>> fixed_text("total", "zh"), word("per", "en", unit="m2")
    ('合计', 'kg CO2e per m2')
    """
    told = _words()[key][language == "zh"]
    return told.format(**values) if values else told


def translate(text: str, language: str, names: Mapping[str, str] | None = None) -> str:
    """A message, warning or error in a language; what is not in the catalogue stays as it is.

    Parameters
    ----------
    text : str
        In English, as the library says it: one sentence or several.
    language : str
        `en` or `zh`.
    names : mapping, optional
        English → Chinese of titles and notes that may stand in it, such as those of a rule.

    Examples
    --------
    >>> translate("'24' is not a year. Write four digits, such as 2024.", "zh")
    "'24' 不是年份。请写四位数字，例如 2024。"
    >>> translate("Steam is missing, and the rule has no value for it.", "zh", {"Steam": "蒸汽"})
    '缺少“蒸汽”，规则中也没有默认值。'
    """
    return text if language != "zh" or not text else _told(text, names or {})


@dataclass(frozen=True, slots=True)
class _Message:
    """A sentence with holes: how it is recognised, and what is said instead."""

    pieces: tuple[str, ...]
    holes: tuple[str, ...]
    chinese: str
    fragment: bool

    def values(self, text: str) -> Mapping[str, str] | None:
        """What stands in the holes when a text is made from this message; None when it is not."""
        if not all(piece in text for piece in self.pieces):
            return None
        found = re.fullmatch("(.*?)".join(map(re.escape, self.pieces)), text, re.DOTALL)
        return None if found is None else dict(zip(self.holes, found.groups(), strict=True))


@cache
def _words() -> Mapping[str, tuple[str, str]]:
    return {key: (english, chinese) for key, english, chinese in rows() if key and key != FRAGMENT}


@cache
def _messages() -> tuple[_Message, ...]:
    """Messages, what says most first; only needed where something is told in Chinese."""
    found = [_message(english, chinese, key == FRAGMENT) for key, english, chinese in rows() if not key or key == FRAGMENT]
    return tuple(sorted(found, key=lambda message: -sum(map(len, message.pieces))))


def rows() -> Iterator[tuple[str, str, str]]:
    """The rows of the catalogue: key (empty for messages, `*` for parts of messages), English, Chinese."""
    with Path(__file__).with_name("catalogue.csv").open(encoding="utf-8", newline="") as file:
        table = csv.reader(file, strict=True)
        next(table)  # key, en, zh
        yield from ((key, english, chinese) for key, english, chinese in table)


def _message(english: str, chinese: str, fragment: bool) -> _Message:
    parts = _HOLE.split(english)  # text, hole, text, hole, ...
    return _Message(tuple(parts[::2]), tuple(parts[1::2]), chinese, fragment)


def _told(text: str, names: Mapping[str, str]) -> str:
    """Sentence after sentence: each as far as the shortest stretch that the catalogue knows."""
    parts, start = [], 0
    ends = [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    while start < len(text):
        left = [end for end in ends if end > start]
        known = ((end, _whole(text[start:end], names)) for end in left)
        end, told = next(((end, told) for end, told in known if told is not None), (left[0], text[start : left[0]]))
        parts.append(told)
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return _joined(parts)


def _joined(parts: list[str]) -> str:
    joined = ""
    for part in parts:
        joined += part if not joined or joined[-1] in _CHINESE_END else f" {part}"
    return joined


def _whole(text: str, names: Mapping[str, str], inside: bool = False) -> str | None:
    """What one message says in Chinese; None when the catalogue does not know it."""
    if text in names:
        return names[text]
    for message, values in _matches(text):
        if message.fragment and not inside:
            continue

        def filled(hole: re.Match[str], values: Mapping[str, str] = values) -> str:
            name = hole[1]
            value = values[name.removeprefix("~")]
            return _part(value, names) if name.startswith("~") else value

        return _HOLE.sub(filled, message.chinese)
    return None


def _part(text: str, names: Mapping[str, str]) -> str:
    """Something that stands in a message: a name, a message of its own, or what it is."""
    told = _whole(text.strip(), names, inside=True)
    return text if told is None else told


@lru_cache(maxsize=4096)
def _matches(text: str) -> tuple[tuple[_Message, Mapping[str, str]], ...]:
    """Messages that a text can be made from, the one that says most first."""
    found = ((message, message.values(text)) for message in _messages())
    return tuple((message, values) for message, values in found if values is not None)
