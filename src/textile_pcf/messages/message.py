"""A message as a template and its values, so that it can be written in every language of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from textile_pcf.messages.catalogue import chinese_template
from textile_pcf.messages.shown_text import escape_halves, shown_value

_CHINESE_END = ("。", "？", "！", "；", "，")


class Message(str):
    """An English text that remembers the template and the values it was made of.

    It is an ordinary string in English; `localized` fills the translation of its template with the same values.

    Parameters
    ----------
    template : str
        Full sentences in English with named fields, as for `str.format`: `"{text!r} is not a year."`. Names of fields have two
        letters or more. The template is the key of the translation in `catalogue.csv`.
    **values
        Values of the fields. A value may be a `Message`, or anything with a method `text(language)`, such as the
        title of a rule.

    Raises
    ------
    KeyError
        A field of the template has no value.

    Examples
    --------
    >>> message = Message("{text!r} is not a year.", text="24")
    >>> message
    "'24' is not a year."
    >>> message.localized("zh")
    "'24' 不是年份。"
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        """Fill the template in English and remember both."""
        self = super().__new__(cls, _fill(template, values, "en"))
        self.template, self.values = template, values
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.values

    def localized(self, language: str) -> str:
        """Return the text in a language; in English if its template has no translation.

        Parameters
        ----------
        language : str
            `en` or `zh`.
        """
        return self._chinese if language == "zh" else str(self)

    @cached_property
    def _chinese(self) -> str:
        """The text in Chinese, filled once: each partition of a catalogue repeats its warnings."""
        template = chinese_template(self.template)
        return str(self) if template is None else _fill(template, self.values, "zh")


class CodedMessage(Message):
    """A message with a code, by which a program knows a warning in every language.

    Parameters
    ----------
    code : str
        Language-neutral identifier, as that of a `Problem`.
    template, **values
        See `Message`.

    Examples
    --------
    >>> message = CodedMessage("year", "{text!r} is not a year.", text="24")
    >>> message, message.code
    ("'24' is not a year.", 'year')
    """

    code: str

    def __new__(cls, code: str, template: str, /, **values: Any) -> CodedMessage:
        """Fill the template in English and remember the code."""
        self = str.__new__(cls, _fill(template, values, "en"))
        self.code, self.template, self.values = code, template, values
        return self

    def __getnewargs_ex__(self) -> tuple[Any, dict[str, Any]]:
        return (self.code, self.template), self.values


class JoinedMessage(Message):
    """Several texts in one, each in the language that is asked for.

    Parameters
    ----------
    parts : iterable
        Texts, messages, or objects with a method `text(language)`; empty ones are left out.
    separator, chinese : str
        Text between two parts in English and in Chinese.

    Examples
    --------
    >>> listed = JoinedMessage([Message("mass"), Message("energy")], " and ", "、")
    >>> listed, listed.localized("zh")
    ('mass and energy', '质量、能量')
    """

    def __new__(cls, parts: Iterable[Any], separator: str = ", ", chinese: str = ", ") -> JoinedMessage:
        """Join the parts in English and remember them."""
        kept = tuple(part for part in parts if part)
        self = str.__new__(cls, separator.join(localize(part, "en") for part in kept))
        self.template, self.values = "", {"parts": kept, "separator": separator, "chinese": chinese}
        return self

    def __getnewargs_ex__(self) -> tuple[Any, dict[str, Any]]:
        return (), self.values

    def localized(self, language: str) -> str:
        """Return the parts in a language, with its separator between them.

        Parameters
        ----------
        language : str
            `en` or `zh`.
        """
        if language != "zh":
            return str(self)
        joined = ""
        for text in (localize(part, language) for part in self.values["parts"]):
            separator = self.values["chinese"]
            if separator == " " and joined.endswith(_CHINESE_END):
                separator = ""  # Chinese marks need no space behind them
            joined += f"{separator}{text}" if joined else text
        return joined


class TranslatedText(Message):
    """A text that comes with its Chinese, such as a title of a rule.

    Parameters
    ----------
    english, chinese : str
        The same in both languages; without Chinese it is English in both.

    Examples
    --------
    >>> title = TranslatedText("Steam", "蒸汽")
    >>> title, title.localized("zh")
    ('Steam', '蒸汽')
    """

    def __new__(cls, english: str, chinese: str | None = None) -> TranslatedText:
        """Return the English text, which remembers the Chinese one."""
        self = str.__new__(cls, english)
        self.template, self.values = "", {"english": english, "chinese": chinese}
        return self

    def __getnewargs_ex__(self) -> tuple[Any, dict[str, Any]]:
        return (), self.values

    def localized(self, language: str) -> str:
        """Return the text in a language.

        Parameters
        ----------
        language : str
            `en` or `zh`.
        """
        return (self.values["chinese"] if language == "zh" else None) or str(self)


def sentences(*parts: Any) -> JoinedMessage:
    """Return sentences as one message; empty ones are left out.

    Examples
    --------
    >>> cure = sentences(Message("Did you mean {close!r}?", close="kg"), "Capitals matter in units.")
    >>> cure, cure.localized("zh")
    ("Did you mean 'kg'? Capitals matter in units.", "是否想写 'kg'？单位区分大小写。")
    """
    return JoinedMessage(parts, " ", " ")


def localize(text: Any, language: str) -> str:
    """Return a text of the library in a language.

    Parameters
    ----------
    text : str, Message, or object with a method `text(language)`
        A plain text without fields is its own template.
    language : str
        `en` or `zh`.

    Returns
    -------
    str
        The text as it is if the catalogue has no translation.

    Examples
    --------
    >>> localize("The amount is missing.", "zh")
    '缺少数量。'
    """
    localized = _in_language(text, language)
    if localized is not text or language != "zh":
        return str(localized)
    return chinese_template(text) or str(text)


def chinese_of(texts: Iterable[str]) -> dict[str, str]:
    """Return the Chinese of each English text that has one, to be stored beside it.

    Examples
    --------
    >>> chinese_of(["The amount is missing.", "no message"])
    {'The amount is missing.': '缺少数量。'}
    """
    pairs = ((str(text), localize(text, "zh")) for text in texts)
    return {english: chinese for english, chinese in pairs if chinese != english}


def with_chinese(texts: Iterable[str], chinese: Mapping[str, str]) -> list[TranslatedText]:
    """Return stored texts as messages, with their Chinese from `chinese_of`.

    Examples
    --------
    >>> with_chinese(["Steam"], {"Steam": "蒸汽"})[0].localized("zh")
    '蒸汽'
    """
    return [_translate(text, chinese.get(text)) for text in texts]


@lru_cache(maxsize=4096)
def _translate(english: str, chinese: str | None) -> TranslatedText:
    """Return a stored text as a message. Reports of all partitions of a batch mostly hold the same hundred."""
    return TranslatedText(english, chinese)


def _fill(template: str, values: dict[str, Any], language: str) -> str:
    """Return a template with its values, each in the language where it knows one."""
    if not values:
        return template
    shown = {name: shown_value(_in_language(value, language), language) for name, value in values.items()}
    return escape_halves(template.format(**shown))


def _in_language(value: Any, language: str) -> Any:
    if isinstance(value, Message):
        return value.localized(language)
    text = getattr(value, "text", None)
    return text(language) if callable(text) else value
