"""Names and notes in English and Chinese."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from textile_pcf.io.documents import Strict


class LocalizedText(Strict):
    """A text in English and Chinese.

    Examples
    --------
    >>> LocalizedText(en="Cotton fabric", zh="棉面料").text("zh")
    '棉面料'
    """

    en: str
    """English."""
    zh: str | None = None
    """Chinese."""

    def text(self, language: str = "en") -> str:
        """Return the text in a language, in English if it has no translation.

        Parameters
        ----------
        language : str
            `en` or `zh`.
        """
        return (self.zh if language == "zh" else None) or self.en


def _in_english(value: Any) -> Any:
    """Return a plain text as an English one."""
    return {"en": value} if isinstance(value, str) else value


_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"en": {"type": "string"}, "zh": {"type": ["string", "null"]}},
            "required": ["en"],
            "additionalProperties": False,
        },
    ]
}
Text = Annotated[LocalizedText, BeforeValidator(_in_english), WithJsonSchema(_SCHEMA)]
"""A field that is written as a text or as `{en: ..., zh: ...}`."""
