"""A catalogue on Ray: `python on_ray.py FOLDER RESULTS RULE [TABLE]...`, a Parquet file of whole products a task.

Each file becomes a batch in a folder of its own under RESULTS, so an interrupted run goes on when it is started again. Every
node needs textile_pcf[parquet] and sees all files under the same names.
"""

import sys
from pathlib import Path

import textile_pcf as tp


def calculate(files: list[Path], out: Path, rule: str, tables: list[str]) -> list[tp.BatchResult]:
    """Results of files, one batch each."""
    import ray

    batch = ray.remote(tp.calculate_batch)
    return ray.get([batch.remote(str(file), rule, tables, out=str(out / file.stem), progress=False) for file in files])


def main(folder: str, out: str, rule: str, *tables: str) -> None:
    """Parquet in, folders of results out."""
    done = calculate(sorted(Path(folder).resolve().glob("*.parquet")), Path(out).resolve(), rule, list(tables))
    calculated, rejected = sum(one.products for one in done), sum(one.rejected for one in done)
    print(f"{calculated + rejected} products = {calculated} calculated + {rejected} rejected")


if __name__ == "__main__":
    main(*sys.argv[1:])
