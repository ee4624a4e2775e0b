"""Run thousands of damaged inputs through the command line.

`python tests/tools/fuzz_inputs.py [--n 2000] [--seed 1] [--keep FOLDER]`

Valid files (`damaged_inputs.py`: a rule, a table of factors, activity data as CSV, workbook, YAML, JSON and Parquet) are
damaged: bytes changed, files cut, cells exchanged, hostile texts, other headers, encodings and column types. Each command runs
with a time limit. Whatever the file, the command ends with a documented exit code, without a traceback, and prints nothing on
standard output if the input is wrong. A failure is reported with its number, which reproduces it (`--only NUMBER`), and is kept
in the folder given by `--keep`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import damaged_inputs as ways
import damaged_tables
from textile_pcf.cli import run

LIMIT = 20  # seconds
CODES = {0, 1, 2, 3, 4}


class SlowError(BaseException):
    """A command takes longer than its limit; not to be caught as an error of the program."""


@dataclass
class Case:
    """A spoilt file, and what is run with it."""

    kind: str
    file: Path
    commands: list[list[str]]


def spoilt(number: int, seed: int, folder: Path) -> Case:
    """The spoilt input of a number, always the same."""
    draw = random.Random(f"{seed} {number}")
    rule, table, sound = folder / "rule.yaml", folder / "factors.csv", folder / "sound.csv"
    rule.write_text(ways.RULE, encoding="utf-8")
    table.write_text("\n".join(",".join(row) for row in ways.FACTORS) + "\n", encoding="utf-8")
    sound.write_text("\n".join(",".join(row) for row in ways.activity(draw)) + "\n", encoding="utf-8")
    kind = draw.choice(("csv", "csv", "xlsx", "yaml", "json", "parquet", "parquet", "rule", "rule", "factors", "units"))
    file = folder / f"input_{number}.{ {'rule': 'yaml', 'factors': 'csv', 'units': 'csv'}.get(kind, kind) }"
    own = ["--rule", str(rule), "--factors", str(table)]
    calculate = ["calculate", str(file), *own, "--format", draw.choice(("json", "csv", "table"))]
    batch = ["batch", str(file), *own, "-o", str(folder / "out"), "--on-error", draw.choice(("reject", "reject", "fail"))]
    commands = [calculate, ["check", str(file), *own], batch]
    if kind in ("csv", "units"):
        ways.spoilt_csv(draw, ways.activity(draw), file) if kind == "csv" else damaged_tables.spoilt_units(draw, file)
    elif kind == "xlsx":
        ways.spoilt_workbook(draw, file)
        commands.append(["check", str(file), *own, "--annotate", str(folder / "marked.xlsx")])
    elif kind in ("yaml", "json"):
        ways.written(draw, ways.tree(draw), file)
    elif kind == "parquet":
        damaged_tables.spoilt_parquet(draw, file)
    elif kind == "rule":
        ways.spoilt_rule(draw, file)
        commands = [["rules", "lint", str(file)], ["calculate", str(sound), "--rule", str(file), "--factors", str(table)]]
    else:
        ways.spoilt_csv(draw, ways.FACTORS, file)
        commands = [["factors", "lint", str(file)], ["calculate", str(sound), "--rule", str(rule), "--factors", str(file)]]
    if draw.random() < 0.2:  # what can be calculated can also be written down
        told = ["--rule", str(file), "--factors", str(table)] if kind == "rule" else own
        told = ["--rule", str(rule), "--factors", str(file)] if kind == "factors" else told
        of = str(sound if kind in ("rule", "factors") else file)
        commands += [
            ["calculate", of, *told, "-o", str(folder / "result.xlsx")],
            ["report", of, *told, "-o", str(folder / "report.html")],
        ]
    language = ["--lang", draw.choice(("en", "en", "zh"))]
    return Case(kind, file, [[*command, *language] for command in commands])


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """A time limit, where the system has one."""

    def stop(*_: object) -> None:
        raise SlowError

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def wrong(command: list[str], seconds: int = LIMIT) -> str:
    """What is wrong with how a command ends; nothing where it ends as it should."""
    out, told = io.StringIO(), io.StringIO()
    try:
        with limited(seconds), contextlib.redirect_stdout(out), contextlib.redirect_stderr(told), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = run(command)
    except SlowError:
        return f"takes more than {seconds} s"
    except BaseException:
        return traceback.format_exc()
    if code not in CODES or "Traceback (most" in told.getvalue():
        return f"exit {code}\n{told.getvalue()[-3000:]}"
    return f"exit 4, and on standard output:\n{out.getvalue()[:300]}" if code == 4 and out.getvalue() else ""


def tried(number: int, seed: int, folder: Path) -> list[tuple[Case, list[str], str]]:
    """The commands of a spoilt input that do not end as they should."""
    case, found = spoilt(number, seed, folder), []
    for command in case.commands:
        said = wrong(command)
        shutil.rmtree(folder / "out", ignore_errors=True)
        if said:
            found.append((case, command, said))
    return found


def sound(folder: Path) -> int:
    """How the files end that nothing was done to."""
    calculate = next(
        c for n in range(100) for c in spoilt(n, 1, folder).commands if c[0] == "calculate" and "sound" not in c[1]
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return run([calculate[0], str(folder / "sound.csv"), *calculate[2:]])


def main() -> int:
    """Try all of them; 1 where some do not end as they should."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--n", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", type=int)
    options.add_argument("--keep", type=Path)
    told = options.parse_args()
    numbers = range(told.n) if told.only is None else [told.only]
    bad, kinds = 0, set()
    with tempfile.TemporaryDirectory() as place:
        assert sound(Path(place)) == 0, "the sound files are not sound"
        for number in numbers:
            for case, command, said in tried(number, told.seed, Path(place)):
                bad += 1
                where = "\n".join(line for line in said.splitlines() if line.strip())[-1500:]
                key = (command[0], where[-200:])
                if told.keep:
                    told.keep.mkdir(parents=True, exist_ok=True)
                    shutil.copy(case.file, told.keep)
                sys.stdout.write(f"{number} {case.kind}: {' '.join(command)}\n{'' if key in kinds else where}\n")
                kinds.add(key)
            with contextlib.suppress(FileNotFoundError):
                for file in Path(place).glob("input_*"):
                    file.unlink()
    sys.stdout.write(f"{len(list(numbers))} inputs, {bad} commands that did not end as they should\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
