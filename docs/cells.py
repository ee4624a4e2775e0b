"""Cells of the tutorials in colours of what they hold: files as YAML or plain text, commands as shell, the rest as Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.lexer import Lexer
from pygments.lexers.data import YamlLexer
from pygments.lexers.python import Python3Lexer
from pygments.lexers.shell import BashLexer
from pygments.lexers.special import TextLexer
from pygments.token import Keyword


class CellLexer(Lexer):
    """A cell by its first line: `%%bash`, `%%writefile rule.yaml`, or Python."""

    name = "Notebook cell"
    aliases: ClassVar[list[str]] = ["ipython3"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        """Tokens of the first line and of what follows it."""
        first, _, rest = text.partition("\n")
        if not first.startswith("%%"):
            yield from Python3Lexer().get_tokens_unprocessed(text)
            return
        yield 0, Keyword, f"{first}\n"
        inner = BashLexer if first.startswith("%%bash") else YamlLexer if first.endswith(".yaml") else TextLexer
        for place, kind, value in inner().get_tokens_unprocessed(rest):
            yield place + len(first) + 1, kind, value
