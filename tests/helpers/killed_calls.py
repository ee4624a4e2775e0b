"""A call in a process of its own that ends by `kill -9` at the n-th change of its files: the same moment in every run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

CHANGES = ("mkdir", "replace", "rename", "unlink", "rmdir")
"""Functions of `os` by which files and folders come, take their names and go."""
PROCESSES = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")


def run_in_process(call: Callable[..., Any], arguments: Mapping[str, Any], counter: Path, last: int = 0) -> int:
    """Run a call, killed when it is about to change a file for the n-th time (0: never); return how its process ended."""
    process = PROCESSES.Process(target=_counted, args=(call, dict(arguments), counter, last))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _counted(call: Callable[..., Any], arguments: dict[str, Any], counter: Path, last: int) -> None:
    numbers = count(1)  # threads may change files at the same time

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*args: Any, **options: Any) -> Any:
            if next(numbers) == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **options)

        return changed

    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))
    call(**arguments)
    counter.write_text(str(next(numbers) - 1), encoding="utf-8")
