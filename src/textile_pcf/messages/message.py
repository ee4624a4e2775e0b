"""A message as a template and its values, so that it can be written in every language of the catalogue."""

from __future__ import annotations

from typing import Any

from textile_pcf.messages.catalogue import chinese_template


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
        self = super().__new__(cls, _filled(template, values, "en"))
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
        template = chinese_template(self.template) if language == "zh" else None
        return str(self) if template is None else _filled(template, self.values, language)


def _filled(template: str, values: dict[str, Any], language: str) -> str:
    """Return a template with its values, each in the language where it knows one."""
    return template.format(**{name: _in_language(value, language) for name, value in values.items()}) if values else template


def _in_language(value: Any, language: str) -> Any:
    if isinstance(value, Message):
        return value.localized(language)
    text = getattr(value, "text", None)
    return text(language) if callable(text) else value
