"""Run partitions in this process, in a pool of processes or threads, in an executor, or on a Dask cluster."""

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

from textile_pcf.batch.job import Job
from textile_pcf.batch.malloc import retain_freed_memory
from textile_pcf.batch.partition_report import Partition, PartitionReport
from textile_pcf.batch.worker import (
    WorkerCache,
    run_chunk,
    run_partition,
    run_pipelined,
    run_serial,
)
from textile_pcf.errors import Problem, UsageError, wrong_type

PACKAGE = Path(__file__).resolve().parents[1] / "__init__.py"
TASKS_PER_WORKER = 4  # few, because a task keeps its matches; several, so that workers finish at about the same time
PRELOADED = ("__main__", "textile_pcf.batch.worker", "pyarrow.parquet", "pandas")  # pyarrow imports pandas


@dataclass(frozen=True)
class Runner:
    """Where partitions are calculated.

    Attributes
    ----------
    workers : int or None
        Number of processes or threads. None: this process, with threads that read and write; 1: this thread alone.
    threads : bool
        Whether the workers are threads.
    dask : address or Client
        Dask cluster.
    executor : concurrent.futures.Executor
        Executor of the caller; it is not shut down.

    Raises
    ------
    UsageError
        `workers` is below 1, or an executor or cluster is none.
    """

    workers: int | None = None
    threads: bool = False
    dask: Any = None
    executor: Executor | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            cure = "Give 1 or more, or leave it out."
            raise UsageError([Problem(f"workers {self.workers}", "There must be at least one worker.", cure, code="workers")])
        if self.executor is not None and not hasattr(self.executor, "submit"):
            raise wrong_type("executor", self.executor, "an executor", "Give a concurrent.futures.Executor, or leave it out.")
        if self.dask is not None and not isinstance(self.dask, str) and not hasattr(self.dask, "scatter"):
            cure = "Give the address of a scheduler, or a dask.distributed.Client."
            raise wrong_type("dask", self.dask, "a Dask cluster", cure)

    @property
    def is_local(self) -> bool:
        """Whether all partitions are calculated in this process."""
        return (self.workers or 1) == 1 and self.dask is None and self.executor is None

    @property
    def one_thread(self) -> bool:
        """Whether everything is done in this thread."""
        return self.workers == 1 and self.is_local

    def preload_workers(self) -> None:
        """Start the server of worker processes, so that it imports modules while the source is planned."""
        if not (self.is_local or self.threads or self.dask is not None or self.executor is not None):
            _process_context()

    def run(self, job: Job, partitions: Sequence[Partition]) -> Iterator[PartitionReport]:
        """Calculate partitions, and yield the report of each as it is finished."""
        cache = WorkerCache.empty(job)
        if self.is_local or len(partitions) < 2:
            run_here = run_serial if self.one_thread else run_pipelined
            yield from run_here(job, partitions, cache)
            return
        yield from run_serial(job, partitions[:1], cache)  # its matches are sent to all workers
        rest, workers = partitions[1:], self.workers or 1
        if self.dask is not None:
            yield from _run_on_dask(self.dask, job, rest, cache)
        elif self.executor is not None:
            yield from _run_chunks(self.executor, workers, job, rest, cache)
        elif self.threads:
            with ThreadPoolExecutor(workers) as pool:
                yield from _run_chunks(pool, workers, job, rest, cache)
        else:
            yield from _run_processes(min(workers, len(rest)), job, rest, cache)


def _run_chunks(
    pool: Executor, workers: int, job: Job, partitions: Sequence[Partition], cache: WorkerCache
) -> Iterator[PartitionReport]:
    """Run chunks of partitions as tasks of an executor, each with a copy of the job."""
    tasks = [pool.submit(run_chunk, (job, cache), chunk) for chunk in chunks(partitions, workers * TASKS_PER_WORKER)]
    for reports in _results(tasks):
        yield from reports


def _run_processes(workers: int, job: Job, partitions: Sequence[Partition], cache: WorkerCache) -> Iterator[PartitionReport]:
    """Run partitions in worker processes, which receive the job once and keep their matches.

    Raises
    ------
    UsageError
        The processes could not start, or were killed.
    """
    pickled = pickle.dumps((job, cache), pickle.HIGHEST_PROTOCOL)
    try:
        with ProcessPoolExecutor(workers, _process_context(), initializer=_initialize_worker, initargs=(pickled,)) as pool:
            yield from _results([pool.submit(_run_in_worker, partition) for partition in partitions])
    except (BrokenProcessPool, ConnectionError, EOFError) as error:
        what = "The worker processes ended before their work was done."
        cure = "In a script, call it under `if __name__ == '__main__':`; else take fewer workers, as memory may have run out."
        raise UsageError([Problem(f"workers {workers}", what, cure, code="workers")]) from error


def _results(tasks: Sequence[Future[Any]]) -> Iterator[Any]:
    """Yield results of futures as they complete. If one raises, cancel the others, wait for them, and re-raise."""
    try:
        for task in as_completed(tasks):
            yield task.result()
    except BaseException:
        for task in tasks:
            task.cancel()
        wait(tasks)
        raise


def _process_context() -> BaseContext:
    """Return how worker processes start: on Linux forked from a server with all imports, elsewhere spawned."""
    if not (sys.platform.startswith("linux") and _would_import_this_package()):
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver  # missing on Windows

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    forkserver.ensure_running()
    return context


def _would_import_this_package() -> bool:
    """Whether a new Python process imports this copy of the package: the server does not inherit changes of `sys.path`."""
    installed = Path(sysconfig.get_path("purelib"))
    path_lines = [line for file in sorted(installed.glob("*.pth")) for line in file.read_text("utf-8", "replace").splitlines()]
    environment = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    spec = PathFinder.find_spec("textile_pcf", [*environment, str(installed), *path_lines])
    return spec is not None and spec.origin is not None and Path(spec.origin).resolve() == PACKAGE


_worker_state: list[tuple[Job, WorkerCache]] = []  # of a worker process, filled by `_initialize_worker`


def _initialize_worker(pickled: bytes) -> None:
    """Prepare a worker process: job, cache, memory, and its end with the parent process."""
    end_with_parent()
    retain_freed_memory()
    _worker_state.append(pickle.loads(pickled))  # noqa: S301 - from the parent process


def _run_in_worker(partition: Partition) -> PartitionReport:
    """Calculate a partition in a worker process."""
    job, cache = _worker_state[0]
    return run_partition(job, partition, cache)


def end_with_parent() -> None:
    """End this worker process when its parent process ends, even if that is killed."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def chunks(partitions: Sequence[Partition], count: int) -> list[Sequence[Partition]]:
    """Divide partitions into about `count` chunks of neighbours.

    Examples
    --------
    >>> [len(chunk) for chunk in chunks(list(range(7)), 3)]
    [3, 3, 1]
    """
    size = max(1, -(-len(partitions) // count))
    return [partitions[first : first + size] for first in range(0, len(partitions), size)]


def _run_on_dask(cluster: Any, job: Job, partitions: Sequence[Partition], cache: WorkerCache) -> Iterator[PartitionReport]:
    """Run chunks of partitions on a Dask cluster, given by the address of its scheduler or a Client."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        cure = "Install it: pip install 'textile_pcf[dask]'"
        raise UsageError([Problem("dask", "Running on Dask needs dask and distributed.", cure, code="extra")]) from None
    if isinstance(cluster, str):
        with _connect(Client, cluster) as client:
            yield from _run_on_dask(client, job, partitions, cache)
        return
    (scattered,) = cluster.scatter([(job, cache)], broadcast=True, hash=False)
    workers = max(1, len(cluster.scheduler_info()["workers"]))
    tasks = [
        cluster.submit(run_chunk, scattered, chunk, pure=False) for chunk in chunks(partitions, workers * TASKS_PER_WORKER)
    ]
    try:
        for task in as_completed(tasks):
            yield from task.result()
    finally:
        cluster.cancel(tasks)


def _connect(make: Any, address: str) -> Any:
    """Return a client of the scheduler at an address."""
    try:
        return make(address, set_as_default=False)
    except (OSError, ValueError) as error:
        cure = "Name the address of a running scheduler, such as tcp://10.0.0.1:8786."
        raise UsageError([Problem(f"dask {address}", "There is no Dask scheduler.", cure, code="dask")]) from error
