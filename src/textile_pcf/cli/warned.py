"""Warnings of the library on the command line: each once, on standard error, in the language of the run."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from textile_pcf.errors import MoreWarning, PcfWarning
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize


class WarningCollector:
    """Warnings of a command, and which of them were already shown.

    Parameters
    ----------
    language : str
        `en` or `zh`.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts: dict[str, None] = {}
        self._shown: set[str] = set()

    def write(self, texts: Iterable[str] = ()) -> None:
        """Write the collected warnings and these texts on standard error, except those shown before."""
        for text in dict.fromkeys((*self.texts, *texts)):
            if text not in self._shown:
                sys.stderr.write(f"{fixed_text('warning', self.language)}: {localize(text, self.language)}\n")
            self._shown.add(text)

    def mark_shown(self, texts: Iterable[str]) -> None:
        """Do not write these warnings: the output of the command contains them."""
        self._shown |= set(texts)


@contextmanager
def collect_warnings(language: str) -> Iterator[WarningCollector]:
    """Collect the warnings of the library, and write them at the end; other warnings are shown as usual."""
    collector, show_other = WarningCollector(language), warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, PcfWarning):
            collector.texts[message.args[0] if isinstance(message, Warning) else message] = None  # a Message
        else:
            show_other(message, category, *where, **more)

    with warnings.catch_warnings():
        warnings.simplefilter("always", PcfWarning)
        warnings.simplefilter("ignore", MoreWarning)  # the command writes all warnings
        warnings.showwarning = show
        try:
            yield collector
        finally:
            collector.write()
