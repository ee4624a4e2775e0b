"""Draws of many products together: the same bits whatever stands beside a product, equal to whole recalculations."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from killed_calls import run_in_process

import textile_pcf as tp
from textile_pcf.cli import run
from textile_pcf.uncertainty_analysis import line_draws
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.simulation import Simulation
from textile_pcf.uncertainty_analysis.spreads import Spreads
from textile_pcf.uncertainty_analysis.statistics import Statistics

FLOWS = 24
RULE = """rule: wide
edition: "1"
product: {unit: kg}
stages:
  - id: making
    losses: [{id: cutting, unit: "%", basis: input, optional: true}]
    flows:
""" + "\n".join(f"      f{number}: {{unit: kg, factor: item_{number}, optional: true}}" for number in range(FLOWS))
TABLE = ["item,value,unit,region,year,kind,source,locator,gsd"] + [
    f"item_{number},{1 + number / 7!r},kgCO2e/kg,CN,2023,life_cycle,hand,hand,1.2" for number in range(FLOWS)
]
HEADER = "product,stage,flow,amount,unit,region,year,gsd"
COLUMNS = ("mean", "sd", "gsd", "p2_5", "p97_5")


def product(number: int) -> list[str]:
    """A product of its own flows; of every third two amounts have a spread, of P7 a loss has one."""
    spread = "1.1" if number % 3 == 0 else ""
    flows = [flow for flow in range(FLOWS) if (flow + number) % 5]
    rows = [f"P{number},product,,,,CN,2023,"]
    rows += [f"P{number},making,f{f},{1 + (number * f) % 7 / 3!r},kg/kg,,,{spread if f in (3, 4) else ''}" for f in flows]
    return [*rows, *([f"P{number},making,cutting,5,%,,,1.3"] if number == 7 else [])]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Activity data of 30 products, rule and factors."""
    for name, text in {"wide.yaml": RULE, "f.csv": "\n".join(TABLE)}.items():
        (tmp_path / name).write_text(text)
    return write(tmp_path, range(30)), tmp_path / "wide.yaml", tmp_path / "f.csv"


def write(folder: Path, numbers: range) -> Path:
    path = folder / f"rows{len(numbers)}.csv"
    path.write_text("\n".join([HEADER, *(row for number in numbers for row in product(number))]) + "\n")
    return path


def statistics_of(files: tuple[Path, Path, Path], draws: int = 300, whole: bool = False) -> tuple[tp.Footprint, Statistics]:
    result = tp.footprint(*files)
    evaluation = Evaluation(result, Spreads(result, {}, "classic"), whole=whole)
    return result, Simulation(evaluation, draws, 0).total_statistics()


def test_a_product_has_the_same_bits_alone_and_among_others(files: tuple[Path, Path, Path]) -> None:
    _, together = statistics_of(files)
    for number in (0, 1, 2, 29):
        _, alone = statistics_of((write(files[0].parent, range(number, number + 1)), *files[1:]))
        for name in COLUMNS:
            assert getattr(alone, name)[0] == getattr(together, name)[number], (number, name)


def test_the_size_of_blocks_and_of_what_is_kept_changes_no_bit(
    files: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, before = statistics_of(files)
    for block, kept in ((300, 8_000_000), (7 * 300, 300), (1_000_000, 30 * 300)):
        monkeypatch.setattr(line_draws, "BLOCK_ELEMENTS", block)
        monkeypatch.setattr(line_draws, "KEPT_ELEMENTS", kept)
        _, now = statistics_of(files)
        assert all(np.array_equal(getattr(now, name), getattr(before, name)) for name in COLUMNS)


def test_sums_of_lines_are_whole_recalculations(files: tuple[Path, Path, Path]) -> None:
    small = (write(files[0].parent, range(9)), *files[1:])
    (_, sums), (_, whole) = statistics_of(small, 100), statistics_of(small, 100, whole=True)
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(sums, name), getattr(whole, name), rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"partition_rows": 60}, {"partition_rows": 200, "workers": 2, "threads": True}])
def test_columns_of_a_catalogue_are_those_of_its_products(files: tuple[Path, Path, Path], options: dict[str, int]) -> None:
    out = files[0].parent / "out"
    batch = tp.calculate_batch(*files, out=out, progress=False, uncertainty={"draws": 300}, **options)
    table = batch.read().to_pandas().set_index("product")
    u = tp.uncertainty(tp.footprint(*files), draws=300)
    for name in COLUMNS:
        assert (table.loc[list(u.products), name].to_numpy() == getattr(u.statistics, name)).all(), name


def test_closed_columns_are_those_of_its_products(files: tuple[Path, Path, Path]) -> None:
    batch = tp.calculate_batch(*files, out=files[0].parent / "out", progress=False, uncertainty="closed", partition_rows=90)
    table = batch.read().to_pandas().set_index("product")
    forms = tp.uncertainty(tp.footprint(*files), draws=1).closed_form
    for name in COLUMNS:
        np.testing.assert_allclose(table.loc[forms.index, name], forms[name], rtol=1e-12)


# ---------------------------------------------------------------- command line, interruption


def command(files: tuple[Path, Path, Path], out: Path, *more: str) -> list[str]:
    return ["batch", str(files[0]), "-o", str(out), "--rule", str(files[1]), "--factors", str(files[2]), *more]


def test_the_command_line_gives_the_same(files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = files[0].parent
    assert run(command(files, folder / "a", "--uncertainty", "200", "--seed", "3")) == 0
    tp.calculate_batch(*files, out=folder / "b", progress=False, uncertainty={"draws": 200, "seed": 3})
    assert [path.read_bytes() for path in sorted((folder / "a/results").iterdir())] == [
        path.read_bytes() for path in sorted((folder / "b/results").iterdir())
    ]
    assert run(command(files, folder / "c", "--uncertainty", "closed")) == 0
    wrong = {
        "--uncertainty open": "open",
        "--uncertainty 0": "draws 0",
        "--uncertainty closed --seed 1": "--seed",
        "--seed 1": "--seed",
    }
    for words, says in wrong.items():
        capsys.readouterr()
        assert run(command(files, folder / "d", *words.split())) == 2, words
        assert says in capsys.readouterr().err
    assert not (folder / "d").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_and_continued_it_writes_the_same_bytes(tmp_path: Path, files: tuple[Path, Path, Path]) -> None:
    names = dict(zip(("source", "rules", "factors"), (write(tmp_path, range(200)), *files[1:]), strict=True))
    call = {**names, "uncertainty": {"draws": 2000}, "partition_rows": 500, "progress": False, "workers": 1}
    killed, parts, counter = tmp_path / "killed", tmp_path / "killed/results", tmp_path / "changes"
    assert run_in_process(tp.calculate_batch, call | {"out": tmp_path / "whole"}, counter) == 0
    half = int(counter.read_text(encoding="utf-8")) // 2
    assert run_in_process(tp.calculate_batch, call | {"out": killed}, counter, half) == -signal.SIGKILL
    finished = len(list(parts.glob("part-*.parquet")))
    tp.calculate_batch(**call, out=killed)
    written = sorted((tmp_path / "whole/results").iterdir())
    assert 0 < finished < len(written)
    for path in written:
        assert path.read_bytes() == (parts / path.name).read_bytes(), path.name
