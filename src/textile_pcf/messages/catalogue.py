"""English and Chinese texts: fixed texts by key, and messages by their English template.

Both are in one catalogue, `catalogue.csv`. Code writes its messages in English; `translate` finds the template of a message and
fills the Chinese template with the same numbers and names. Codes, locations and ids are the same in all languages.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh")
FRAGMENT = "*"
"""Key of templates that occur only inside other messages."""
_FIELD = re.compile(r"\{(~?[a-z])\}")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_CHINESE_END = "。？！；，"


def fixed_text(key: str, language: str = "en", **values: object) -> str:
    """Return a fixed text.

    Parameters
    ----------
    key : str
        Its key in the catalogue.
    language : str
        `en` or `zh`.
    **values
        Values of its fields.

    Raises
    ------
    KeyError
        The catalogue has no such key.

    Examples
    --------
    >>> fixed_text("total", "zh"), fixed_text("per", "en", unit="m2")
    ('合计', 'kg CO2e per m2')
    """
    text = _fixed_texts()[key][language == "zh"]
    return text.format(**values) if values else text


def translate(text: str, language: str, names: Mapping[str, str] | None = None) -> str:
    """Translate a message, warning or error.

    Parameters
    ----------
    text : str
        One or several English sentences, as the library writes them.
    language : str
        `en` or `zh`.
    names : mapping, optional
        English → Chinese of titles and notes that may occur in it, such as those of a rule.

    Returns
    -------
    str
        Sentences that are not in the catalogue stay in English.

    Examples
    --------
    >>> translate("'24' is not a year. Write four digits, such as 2024.", "zh")
    "'24' 不是年份。请写四位数字，例如 2024。"
    >>> translate("Steam is missing, and the rule has no value for it.", "zh", {"Steam": "蒸汽"})
    '缺少“蒸汽”，规则中也没有默认值。'
    """
    if language != "zh" or not text:
        return text
    localized = getattr(text, "localized", None)  # a Message knows its template
    return localized(language) if localized else _translate_sentences(text, names or {})


@dataclass(frozen=True, slots=True)
class _Template:
    """An English sentence with fields and its Chinese translation.

    `literals` are the texts around the fields, one more than `fields`.
    """

    literals: tuple[str, ...]
    fields: tuple[str, ...]
    chinese: str
    is_fragment: bool

    def values(self, text: str) -> Mapping[str, str] | None:
        """Return the values of the fields if a text was made from this template, else None."""
        if not all(literal in text for literal in self.literals):
            return None
        match = re.fullmatch("(.*?)".join(map(re.escape, self.literals)), text, re.DOTALL)
        return None if match is None else dict(zip(self.fields, match.groups(), strict=True))


@cache
def _fixed_texts() -> Mapping[str, tuple[str, str]]:
    """Return English and Chinese of each fixed text by its key."""
    return {key: (english, chinese) for key, english, chinese in rows() if key and key != FRAGMENT}


@cache
def _templates() -> tuple[_Template, ...]:
    """Return all templates, those with the most literal text first."""
    templates = [_template(english, chinese, key == FRAGMENT) for key, english, chinese in rows() if not key or key == FRAGMENT]
    return tuple(sorted(templates, key=lambda template: -sum(map(len, template.literals))))


@cache
def _chinese_templates() -> Mapping[str, str]:
    """Return the Chinese template of each English one."""
    return {english: chinese for key, english, chinese in rows() if not key or key == FRAGMENT}


def chinese_template(english: str) -> str | None:
    """Return the Chinese template of a `Message`, or None if the catalogue has none.

    Parameters
    ----------
    english : str
        The template as it stands in the source.
    """
    return _chinese_templates().get(english)


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the catalogue: key (empty for messages, `*` for parts of messages), English, Chinese."""
    with Path(__file__).with_name("catalogue.csv").open(encoding="utf-8", newline="") as file:
        table = csv.reader(file, strict=True)
        next(table)  # key, en, zh
        yield from ((key, english, chinese) for key, english, chinese in table)


def _template(english: str, chinese: str, is_fragment: bool) -> _Template:
    parts = _FIELD.split(english)  # literal, field, literal, field, ...
    return _Template(tuple(parts[::2]), tuple(parts[1::2]), chinese, is_fragment)


def _translate_sentences(text: str, names: Mapping[str, str]) -> str:
    """Translate a text sentence by sentence; the shortest run of sentences that has a template is translated together."""
    parts, start = [], 0
    ends = [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    while start < len(text):
        remaining = [end for end in ends if end > start]
        translations = ((end, _translate_message(text[start:end], names)) for end in remaining)
        untranslated = (remaining[0], text[start : remaining[0]])
        end, part = next(((end, part) for end, part in translations if part is not None), untranslated)
        parts.append(part)
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return _join(parts)


def _join(parts: list[str]) -> str:
    """Join sentences; after a Chinese punctuation mark no space is needed."""
    joined = ""
    for part in parts:
        joined += part if not joined or joined[-1] in _CHINESE_END else f" {part}"
    return joined


def _translate_message(text: str, names: Mapping[str, str], inside: bool = False) -> str | None:
    """Return a message in Chinese, or None if no template matches; `inside` allows fragments."""
    if text in names:
        return names[text]
    for template, values in _matches(text):
        if template.is_fragment and not inside:
            continue

        def value(field: re.Match[str], values: Mapping[str, str] = values) -> str:
            name = field[1]
            text = values[name.removeprefix("~")]
            return _translate_value(text, names) if name.startswith("~") else text

        return _FIELD.sub(value, template.chinese)
    return None


def _translate_value(text: str, names: Mapping[str, str]) -> str:
    """Translate the value of a field if it is a name or a message itself; else return it unchanged."""
    translation = _translate_message(text.strip(), names, inside=True)
    return text if translation is None else translation


@lru_cache(maxsize=4096)
def _matches(text: str) -> tuple[tuple[_Template, Mapping[str, str]], ...]:
    """Return the templates from which a text can be made, with the values of their fields; the most literal text first."""
    matches = ((template, template.values(text)) for template in _templates())
    return tuple((template, values) for template, values in matches if values is not None)
