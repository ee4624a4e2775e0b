"""Who runs the partitions: this process, a pool of processes or threads, a Dask cluster. The function is the same."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from textile_pcf.batch.work import Done, Known, Loads, Work, calculate_parts, each_part, one_by_one
from textile_pcf.errors import Problem, UsageError

TURNS = 4  # tasks per worker: what was learned is kept within a task, and workers end at about the same time


@dataclass(frozen=True)
class Runner:
    """Where partitions are calculated.

    Raises
    ------
    UsageError
        No worker at all.
    """

    workers: int | None = None
    """None: here, the next partition loaded and the last one written meanwhile; 1: here, in one thread."""
    threads: bool = False
    dask: Any = None
    executor: Executor | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            cure = "Give 1 or more, or leave it out."
            raise UsageError([Problem(f"workers {self.workers}", "There must be at least one worker.", cure, code="workers")])

    @property
    def alone(self) -> bool:
        """Nobody else calculates."""
        return (self.workers or 1) == 1 and self.dask is None and self.executor is None

    @property
    def one_thread(self) -> bool:
        """One thing is done after the other."""
        return self.workers == 1 and self.alone

    def each(self, work: Work, partitions: Sequence[Loads]) -> Iterator[Done]:
        """Calculate all partitions; what became of each, as it is finished."""
        known = Known.of(work)
        here = one_by_one if self.one_thread else each_part
        if self.alone or len(partitions) < 2:
            yield from here(work, partitions, known)
            return
        with self._pool() as pool:
            yield from one_by_one(work, partitions[:1], known)  # what is learned from it, every worker is told
            if self.dask is not None:
                yield from _on_dask(self.dask, work, partitions[1:], known)
            else:
                yield from self._pooled(pool, work, partitions[1:], known)

    def _pooled(self, pool: Executor, work: Work, partitions: Sequence[Loads], known: Known) -> Iterator[Done]:
        tasks = [pool.submit(calculate_parts, work, chunk, known) for chunk in chunks(partitions, (self.workers or 1) * TURNS)]
        try:
            for task in as_completed(tasks):
                yield from task.result()
        except BaseException:
            for task in tasks:
                task.cancel()
            raise

    def _pool(self) -> AbstractContextManager[Executor]:
        if self.executor is not None:
            return nullcontext(self.executor)  # somebody else's: it stays open
        if self.threads or self.dask is not None:
            return ThreadPoolExecutor(self.workers)
        pool = ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"), initializer=end_with_parent)
        for _ in range(self.workers):
            pool.submit(time.sleep, 0.01)  # lets the processes start
        return pool


def end_with_parent() -> None:
    """A worker ends with the process that started it, also where that was killed: nobody else would tell it."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def chunks(partitions: Sequence[Loads], count: int) -> list[Sequence[Loads]]:
    """Partitions in about `count` runs of neighbours.

    Examples
    --------
    >>> [len(chunk) for chunk in chunks(list(range(7)), 3)]
    [3, 3, 1]
    """
    size = max(1, -(-len(partitions) // count))
    return [partitions[first : first + size] for first in range(0, len(partitions), size)]


def _on_dask(cluster: Any, work: Work, partitions: Sequence[Loads], known: Known) -> Iterator[Done]:
    """On a cluster, by the address of its scheduler or a Client; its workers must see the same files."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        cure = "Install it: pip install 'textile_pcf[dask]'"
        raise UsageError([Problem("dask", "Running on Dask needs dask and distributed.", cure, code="extra")]) from None
    if isinstance(cluster, str):
        with _client(Client, cluster) as client:
            yield from _on_dask(client, work, partitions, known)
        return
    everywhere, learned = cluster.scatter([work, known], broadcast=True)
    workers = max(1, len(cluster.scheduler_info()["workers"]))
    tasks = [
        cluster.submit(calculate_parts, everywhere, chunk, learned, pure=False) for chunk in chunks(partitions, workers * TURNS)
    ]
    try:
        for task in as_completed(tasks):
            yield from task.result()
    finally:
        cluster.cancel(tasks)


def _client(make: Any, address: str) -> Any:
    """A client of the scheduler at an address."""
    try:
        return make(address, set_as_default=False)
    except (OSError, ValueError) as error:
        cure = "Name the address of a running scheduler, such as tcp://10.0.0.1:8786."
        raise UsageError([Problem(f"dask {address}", "There is no Dask scheduler.", cure, code="dask")]) from error
