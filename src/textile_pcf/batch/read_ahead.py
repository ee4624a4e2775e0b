"""Read what comes next while this thread works on what was read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Read = TypeVar("Read")


def read_ahead(read: Callable[[Item], Read], items: Sequence[Item], ahead: int = 1) -> Generator[Read]:
    """Yield what a function reads of each item, in order, while a thread reads the next ones.

    No more than `ahead` items are read ahead, so that memory does not grow, and what was yielded is not held. An error of the
    function is raised where its item is due.

    Parameters
    ----------
    read : callable
        Called with each item, in one other thread, one after the other.
    items : sequence
    ahead : int, optional

    Examples
    --------
    >>> list(read_ahead(len, ["a", "bcd", ""]))
    [1, 3, 0]
    """
    with ThreadPoolExecutor(1) as reader:
        reading = deque(reader.submit(read, item) for item in items[:ahead])
        for number in range(len(items)):
            reading.extend(reader.submit(read, item) for item in items[number + ahead : number + ahead + 1])
            yield reading.popleft().result()
