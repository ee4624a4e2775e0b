"""Warnings of the library on the command line: each once, on standard error, in the language asked for."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from textile_pcf.errors import MoreWarning, PcfWarning
from textile_pcf.messages.catalogue import fixed_text, translate


class Heard:
    """Warnings met so far, and those among them that a reader was told in another way."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts: dict[str, None] = {}
        self._told: set[str] = set()

    def tell(self, texts: Iterable[str] = ()) -> None:
        """Write what was heard, and these, on standard error, where it was not told before."""
        for text in dict.fromkeys((*self.texts, *texts)):
            if text not in self._told:
                sys.stderr.write(f"{fixed_text('warning', self.language)}: {translate(text, self.language)}\n")
            self._told.add(text)

    def told_elsewhere(self, texts: Iterable[str]) -> None:
        """These stand in what the command writes."""
        self._told |= set(texts)


@contextmanager
def collect_warnings(language: str) -> Iterator[Heard]:
    """Warnings of the library are kept, and told at the end; others are shown as ever."""
    heard, shown = Heard(language), warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, PcfWarning):
            heard.texts[str(message)] = None
        else:
            shown(message, category, *where, **more)

    with warnings.catch_warnings():
        warnings.simplefilter("always", PcfWarning)
        warnings.simplefilter("ignore", MoreWarning)  # the command tells them all
        warnings.showwarning = show
        try:
            yield heard
        finally:
            heard.tell()
