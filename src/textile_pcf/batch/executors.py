"""Who runs the partitions: this process, a pool of processes or threads, a Dask cluster. The function is the same."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import sysconfig
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.machinery import PathFinder
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from textile_pcf import __file__ as package
from textile_pcf.batch.malloc import retain_freed_memory
from textile_pcf.batch.worker import (
    Job,
    MatcherCache,
    Partition,
    PartitionReport,
    calculate_part,
    run_chunk,
    run_pipelined,
    run_serial,
)
from textile_pcf.errors import Problem, UsageError

TURNS = 4  # tasks per worker: what was learned is kept within a task, and workers end at about the same time
NEEDED = ("__main__", "textile_pcf.batch.work", "pyarrow.parquet", "pandas")  # the last because pyarrow imports it


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
    def is_local(self) -> bool:
        """Nobody else calculates."""
        return (self.workers or 1) == 1 and self.dask is None and self.executor is None

    @property
    def one_thread(self) -> bool:
        """One thing is done after the other."""
        return self.workers == 1 and self.is_local

    def preload_workers(self) -> None:
        """Let the server of worker processes import what they need while the source is looked at."""
        if not (self.is_local or self.threads or self.dask is not None or self.executor is not None):
            _processes()

    def each(self, work: Job, partitions: Sequence[Partition]) -> Iterator[PartitionReport]:
        """Calculate all partitions; what became of each, as it is finished."""
        known = MatcherCache.of(work)
        here = run_serial if self.one_thread else run_pipelined
        if self.is_local or len(partitions) < 2:
            yield from here(work, partitions, known)
            return
        yield from run_serial(work, partitions[:1], known)  # what is learned from it, every worker is told
        rest, workers = partitions[1:], self.workers or 1
        if self.dask is not None:
            yield from _on_dask(self.dask, work, rest, known)
        elif self.executor is not None:  # somebody else's: it stays open
            yield from _in_chunks(self.executor, workers, work, rest, known)
        elif self.threads:
            with ThreadPoolExecutor(workers) as pool:
                yield from _in_chunks(pool, workers, work, rest, known)
        else:
            yield from _in_processes(min(workers, len(rest)), work, rest, known)


def _in_chunks(
    pool: Executor, workers: int, work: Job, partitions: Sequence[Partition], known: MatcherCache
) -> Iterator[PartitionReport]:
    """As tasks that tell all they need."""
    tasks = [pool.submit(run_chunk, (work, known), chunk) for chunk in chunks(partitions, workers * TURNS)]
    for done in _finished(tasks):
        yield from done


def _in_processes(workers: int, work: Job, partitions: Sequence[Partition], known: MatcherCache) -> Iterator[PartitionReport]:
    """In processes that are told once what is to be done, and keep what they learn.

    Raises
    ------
    UsageError
        They could not begin, or were ended from outside.
    """
    told = pickle.dumps((work, known), pickle.HIGHEST_PROTOCOL)
    try:
        with ProcessPoolExecutor(workers, _processes(), initializer=_begin, initargs=(told,)) as pool:
            yield from _finished([pool.submit(_part, partition) for partition in partitions])
    except (BrokenProcessPool, BrokenPipeError, EOFError) as error:
        what = "The worker processes ended before their work was done."
        cure = "In a script, call it under `if __name__ == '__main__':`; else take fewer workers, as memory may have run out."
        raise UsageError([Problem(f"workers {workers}", what, cure, code="workers")]) from error


def _finished(tasks: Sequence[Future[Any]]) -> Iterator[Any]:
    """What tasks give, as they are finished; where one fails, none of the others runs any more when that is told."""
    try:
        for task in as_completed(tasks):
            yield task.result()
    except BaseException:
        for task in tasks:
            task.cancel()
        wait(tasks)
        raise


def _processes() -> BaseContext:
    """How worker processes start: on Linux as copies of a server that has imported all they need, elsewhere each anew."""
    if not (sys.platform.startswith("linux") and _found_anew()):
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver  # not there on Windows

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(NEEDED))
    forkserver.ensure_running()
    return context


def _found_anew() -> bool:
    """A new Python finds this package, no other copy of it: the server may know nothing of a `sys.path` changed since."""
    installed = Path(sysconfig.get_path("purelib"))
    named = [line for file in sorted(installed.glob("*.pth")) for line in file.read_text("utf-8", "replace").splitlines()]
    told = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    found = PathFinder.find_spec("textile_pcf", [*told, str(installed), *named])
    return found is not None and found.origin is not None and Path(found.origin).resolve() == Path(package).resolve()


_told: list[tuple[Job, MatcherCache]] = []  # of a worker process: filled when it begins


def _begin(told: bytes) -> None:
    """A worker process begins."""
    end_with_parent()
    retain_freed_memory()
    _told.append(pickle.loads(told))  # noqa: S301 - the parent's


def _part(partition: Partition) -> PartitionReport:
    """One partition, in a worker process."""
    work, known = _told[0]
    return calculate_part(work, partition, known)


def end_with_parent() -> None:
    """A worker ends with the process that started it, also where that was killed: nobody else would tell it."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def chunks(partitions: Sequence[Partition], count: int) -> list[Sequence[Partition]]:
    """Partitions in about `count` runs of neighbours.

    Examples
    --------
    >>> [len(chunk) for chunk in chunks(list(range(7)), 3)]
    [3, 3, 1]
    """
    size = max(1, -(-len(partitions) // count))
    return [partitions[first : first + size] for first in range(0, len(partitions), size)]


def _on_dask(cluster: Any, work: Job, partitions: Sequence[Partition], known: MatcherCache) -> Iterator[PartitionReport]:
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
    (told,) = cluster.scatter([(work, known)], broadcast=True, hash=False)
    workers = max(1, len(cluster.scheduler_info()["workers"]))
    tasks = [cluster.submit(run_chunk, told, chunk, pure=False) for chunk in chunks(partitions, workers * TURNS)]
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
