"""A catalogue on Ray: `python on_ray.py CATALOGUE.parquet RESULTS RULE [TABLE]...`, partitions as tasks of Ray.

Every node needs textile_pcf[parquet] and sees CATALOGUE and RESULTS under the same names. An interrupted run goes on when it is
started again.
"""

import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import textile_pcf as tp


class OnRay(Executor):
    """Calls that are tasks of Ray."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Start a call."""
        import ray

        return ray.remote(function).remote(*arguments, **named).future()


def main(source: str, out: str, rule: str, *tables: str) -> None:
    """Parquet in, a folder of results out."""
    import ray

    if not ray.is_initialized():
        ray.init()
    workers = int(ray.cluster_resources()["CPU"])
    done = tp.calculate_batch(Path(source).resolve(), rule, tables, out=Path(out).resolve(), executor=OnRay(), workers=workers)
    print(f"{done.products + done.rejected} products = {done.products} calculated + {done.rejected} rejected")


if __name__ == "__main__":
    main(*sys.argv[1:])
