"""Rows of several files as one table: which line of which file a row is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLines:
    """Lines of several files, counted through from the first file to the last.

    Attributes
    ----------
    starts : sequence of int
        How many lines the files before have, for each file, ascending.
    names : sequence of str
        Name of each file.

    Examples
    --------
    >>> FileLines((0, 100), ("a.csv", "b.csv")).locate(102)
    ('b.csv', 2)
    """

    starts: Sequence[int]
    names: Sequence[str]

    def locate(self, line: int) -> tuple[str, int]:
        """Return the file of a line, and its number in this file.

        Parameters
        ----------
        line : int
            Number of the line among those of all files.
        """
        index = bisect_right(self.starts, line) - 1
        return self.names[index], line - self.starts[index]
