"""Read what comes next while this thread works on what was read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Read = TypeVar("Read")


def read_ahead(read: Callable[[Item], Read], items: Sequence[Item]) -> Generator[Read]:
    """Yield what a function reads of each item, in order, while a thread reads the next one.

    No more than one item is read ahead, so that memory does not grow. An error of the function is raised where its item is due.

    Parameters
    ----------
    read : callable
        Called with each item, in one other thread, one after the other.
    items : sequence

    Examples
    --------
    >>> list(read_ahead(len, ["a", "bcd", ""]))
    [1, 3, 0]
    """
    with ThreadPoolExecutor(1) as reader:
        reading = [reader.submit(read, item) for item in items[:1]]
        for number in range(len(items)):
            done = reading.pop().result()
            reading += [reader.submit(read, item) for item in items[number + 1 : number + 2]]
            yield done
