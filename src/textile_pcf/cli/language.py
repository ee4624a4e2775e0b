"""The language of messages of the command line."""

from __future__ import annotations

import os
from itertools import pairwise

VARIABLE = "TEXTILE_PCF_LANG"


def message_language(arguments: list[str]) -> str:
    """Return the language of messages: that of `--lang`, else of TEXTILE_PCF_LANG, else English.

    Examples
    --------
    >>> message_language(["check", "mill.csv", "--lang", "zh"]), message_language(["check", "mill.csv", "--lang=zh"])
    ('zh', 'zh')
    """
    languages = [value for argument, value in pairwise([*arguments, ""]) if argument == "--lang"]
    languages += [argument.removeprefix("--lang=") for argument in arguments if argument.startswith("--lang=")]
    return (languages or [os.environ.get(VARIABLE) or "en"])[-1]
