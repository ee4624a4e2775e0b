"""How far a batch has come: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

WIDTH = 30


class Progress:
    """Counts parts; draws on standard error where that is a terminal or where it was asked for."""

    def __init__(self, parts: int, wanted: bool | Callable[[int, int], None] | None) -> None:
        self.parts, self.done, self.products, self.rejected = parts, 0, 0, 0
        self.call = wanted if callable(wanted) else None
        self.drawn = sys.stderr.isatty() if wanted is None else wanted is True
        self.begun = time.perf_counter()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self.drawn:
            sys.stderr.write("\n")

    def add(self, parts: int, products: int = 0, rejected: int = 0) -> None:
        """Parts that were finished, with their products."""
        self.done, self.products, self.rejected = self.done + parts, self.products + products, self.rejected + rejected
        if self.call is not None:
            self.call(self.done, self.parts)
        if self.drawn:
            sys.stderr.write(f"\r{self.line()}")
            sys.stderr.flush()

    def line(self) -> str:
        """The bar as it is drawn."""
        full = WIDTH * self.done // max(self.parts, 1)
        seconds = time.perf_counter() - self.begun
        told = f"{self.done}/{self.parts} parts, {self.products:,} products"
        refused = f", {self.rejected:,} rejected" if self.rejected else ""
        return f"[{'█' * full}{' ' * (WIDTH - full)}] {told}{refused}, {seconds:.1f} s"
