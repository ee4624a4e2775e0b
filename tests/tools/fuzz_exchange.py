"""Mutate records of PACT and read them: exit 0 or 3, never 5.

`python tests/tools/fuzz_exchange.py --count 10000 --seed 1` prints how often each exit code came; a run that ends otherwise is
written to a file that repeats it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "unit" / "interchange")]

from pact_samples import RECORD, RECORD_V2  # noqa: E402

from textile_pcf.cli import run  # noqa: E402

ALLOWED = (0, 3)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -0.0, 10**400, "", " ", "0", "-0", "1e9", "١", "NaN", "9" * 200,
    "0." + "0" * 90 + "1", "\x00",
    "=1+1", "'", "\u202e", "é" * 5000, [], {}, [[]], [None], {"": ""}, "AR6", "2024-02-30T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "urn:a:b", "urn:x:" + "y" * 300, "kilogram", "piece", "3.0.0", "2.0.0", "Deprecated",
)  # fmt: skip


def mutated(document: Any, chance: random.Random) -> Any:
    """Return a copy of a document with one to four changes."""
    copied = json.loads(json.dumps(document))
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        owner = copied
        while True:
            keys = list(owner) if isinstance(owner, dict) else list(range(len(owner))) if isinstance(owner, list) else []
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(owner[key], dict | list) and owner[key] and chance.random() < 0.7:
                owner = owner[key]
                continue
            action = chance.randrange(4)
            if action == 0:
                del owner[key]
            elif action == 1 and isinstance(owner, dict):
                owner[str(key) + chance.choice(["", "x", " ", "\u0000"])] = owner.pop(key)
            else:
                owner[key] = chance.choice(VALUES)
            break
    return copied


def texts(count: int, seed: int) -> Iterator[bytes]:
    """Yield files: mutated records, and now and then mutated bytes."""
    chance = random.Random(seed)
    forms: list[Any] = [RECORD, RECORD_V2, [RECORD, RECORD_V2], {"data": [RECORD]}, {"data": {"pfs": [RECORD, RECORD_V2]}}]
    for _ in range(count):
        text = json.dumps(mutated(chance.choice(forms), chance), ensure_ascii=chance.random() < 0.5)
        data = bytearray(text.encode("utf-8", "surrogatepass"))
        if chance.random() < 0.2:
            for _ in range(chance.randint(1, 5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        yield bytes(data)


def read(data: bytes, folder: Path) -> tuple[int, str]:
    """Return the exit code of reading a file, and what was written on standard error."""
    path = folder / "record.json"
    path.write_bytes(data)
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        code = run(["import", "pact", str(path), "-o", str(folder / "table.csv")])
    return code, errors.getvalue()


def main() -> int:
    """Run the mutations and return 1 if any ended otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    codes: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(texts(options.count, options.seed)):
            code, errors = read(data, Path(folder))
            codes[code] += 1
            if code not in ALLOWED:
                kept = Path(f"fuzzed-{options.seed}-{number}.json")
                kept.write_bytes(data)
                sys.stdout.write(f"{kept}: exit {code}\n{errors[-2000:]}\n")
    sys.stdout.write(f"{dict(sorted(codes.items()))}\n")
    return 0 if set(codes) <= set(ALLOWED) else 1


if __name__ == "__main__":
    sys.exit(main())
