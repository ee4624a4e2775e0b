"""Progress of a batch: a bar on a terminal (`click.progressbar`), or a function of the caller's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from textile_pcf.messages.catalogue import fixed_text

ProgressOption = bool | Callable[[int, int], None] | None


class ProgressBar:
    """A progress bar on standard error, with counts of products.

    Parameters
    ----------
    shown : bool, optional
        Whether to show the bar. By default it is shown on a terminal only.
    language : str
        `en` or `zh`.
    """

    def __init__(self, shown: bool | None = None, language: str = "en") -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self.language = language
        self.products, self.rejected = 0, 0
        self._bar: Any = None
        self._stack = ExitStack()

    def add(self, products: int, rejected: int) -> None:
        """Count the products of a partition."""
        self.products += products
        self.rejected += rejected

    def __call__(self, done: int, parts: int) -> None:
        """Redraw the bar: `done` of `parts` partitions are finished."""
        if not self.shown:
            return
        label = self.label(done, parts)
        if self._bar is None:
            from click import progressbar

            self._bar = self._stack.enter_context(progressbar(length=parts, label=label, file=sys.stderr))
        self._bar.label = label
        self._bar.update(done - self._bar.pos)
        self._bar.render_progress()

    def label(self, done: int, parts: int) -> str:
        """Return the text beside the bar."""
        counts = {"done": done, "parts": parts, "products": f"{self.products:,}", "rejected": f"{self.rejected:,}"}
        return fixed_text("progress_rejected" if self.rejected else "progress", self.language, **counts)

    def close(self) -> None:
        """Finish the line of the bar and forget the counts."""
        self._stack.close()
        self._bar = None
        self.products, self.rejected = 0, 0


class Progress:
    """Count finished partitions and report them after each.

    Parameters
    ----------
    parts : int
        Number of partitions.
    option : bool or callable, optional
        As `progress` of `calculate_batch`.
    """

    def __init__(self, parts: int, option: ProgressOption) -> None:
        self.parts, self.done = parts, 0
        self.report = option if callable(option) else ProgressBar(option)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if isinstance(self.report, ProgressBar):
            self.report.close()

    def add(self, parts: int, products: int = 0, rejected: int = 0) -> None:
        """Count finished partitions and their products, and report."""
        self.done += parts
        if isinstance(self.report, ProgressBar):
            self.report.add(products, rejected)
        self.report(self.done, self.parts)
