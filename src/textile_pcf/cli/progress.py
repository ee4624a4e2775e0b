"""How far a batch has come: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from textile_pcf.messages.catalogue import fixed_text

WIDTH = 30


class Bar:
    """A bar on standard error.

    Parameters
    ----------
    shown : bool, optional
        Whether it is drawn; None draws it only on a terminal.
    language : str
        `en` or `zh`.
    """

    def __init__(self, shown: bool | None = None, language: str = "en") -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self.language = language
        self.products, self.rejected = 0, 0
        self.begun = time.perf_counter()

    def __call__(self, done: int, parts: int) -> None:
        """Draw the bar again."""
        if self.shown:
            sys.stderr.write(f"\r{self.line(done, parts)}")
            sys.stderr.flush()

    def line(self, done: int, parts: int) -> str:
        """The bar as it is drawn."""
        full = WIDTH * done // max(parts, 1)
        counts = {"done": done, "parts": parts, "products": f"{self.products:,}", "rejected": f"{self.rejected:,}"}
        told = fixed_text("progress_rejected" if self.rejected else "progress", self.language, **counts)
        return f"[{'█' * full}{' ' * (WIDTH - full)}] {told}, {time.perf_counter() - self.begun:.1f} s"


class Progress:
    """Counts parts; tells a bar, or a function of the caller's, after each."""

    def __init__(self, parts: int, wanted: bool | Callable[[int, int], None] | None) -> None:
        self.parts, self.done = parts, 0
        self.told = wanted if callable(wanted) else Bar(wanted)

    def __enter__(self) -> Progress:
        if isinstance(self.told, Bar):
            self.told.products, self.told.rejected = 0, 0
        return self

    def __exit__(self, *error: object) -> None:
        if isinstance(self.told, Bar) and self.told.shown:
            sys.stderr.write("\n")

    def add(self, parts: int, products: int = 0, rejected: int = 0) -> None:
        """Parts that were finished, with their products."""
        self.done += parts
        if isinstance(self.told, Bar):
            self.told.products, self.told.rejected = self.told.products + products, self.told.rejected + rejected
        self.told(self.done, self.parts)
