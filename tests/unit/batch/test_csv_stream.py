"""Large CSV files are read in blocks: the same rows, lines, notes and refusals as in memory, in bounded memory."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from parquet_files import rows, start_dyehouse
from small_batches import batch

import textile_pcf as tp
from textile_pcf.batch import csv_stream
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.batch.source_files import find_files
from textile_pcf.batch.sources import partition_source
from textile_pcf.batch.worker import read_table
from textile_pcf.columns import parse_numbers
from textile_pcf.columns.arrow_strings import ArrowStrings
from textile_pcf.errors import PcfError
from textile_pcf.io import csv_blocks, text_blocks

HEAD = b"product,stage,flow,amount,unit\n"
HEADS = ["product", "stage", "flow", "amount", "unit"]
CELLS = {
    "product": ["A", "B", " A", "府绸", "a,b", 'say "x"', "two\nlines", "合计", ""],
    "stage": ["dyeing", "dyeing ", "染色", "", "a;b"],
    "flow": ["steam", "dye", "", "'=1+1", "'x"],
    "amount": ["1", " 2.5", "+3", "1e3", "", "ten", "2 kg", "1,5", "0.1000", "nan", "1e400", "５", "1.", ".5", "-0"],
    "unit": ["kg", "%", "", " kg"],
}
ODD = ["", ",,,,", "  ", "合计,,,9,", "A", "A,dyeing,steam", "A,dyeing,steam,1,kg,", "A,dyeing,steam,1,kg,x",
       '"A" ,dyeing,steam,1,kg', 'A"B,dyeing,steam,1,kg', ' "A", "dyeing",steam,1,kg', "Z", "A,dyeing,'=2,1,kg",
       'A,dyeing,steam,1,"kg']  # fmt: skip


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "MIN_BLOCK", 40)
    monkeypatch.setattr(csv_blocks, "SLICE", 30)
    monkeypatch.setattr(text_blocks, "HEAD", 600)


def told(source: Any, folder: Path, streamed: bool, per_file: int = 4) -> Any:
    """What the reading of a source says: cells and place of each row, notes and, of a refusal, its problems."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    limit, csv_stream.STREAMED_FROM = csv_stream.STREAMED_FROM, 0 if streamed else 1 << 60
    try:
        found = partition_source(source, folder, per_file)
        if streamed:
            assert not (folder / ".stream.new").exists()
        lines: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for part in found.partitions:
            table = read_table(part, SharedRowGroups())
            for row in range(table.rows):
                cells = {name: str(column[row]) for name, column in table.columns.items()}
                lines[table.location(row)] = cells
                assert seen.setdefault(cells["product"], part.number) == part.number  # products are whole
        assert found.rows == len(lines)
        return lines, found.products, {str(note) for note in found.notes}
    except PcfError as error:
        return {str(problem) for problem in error.problems}
    finally:
        csv_stream.STREAMED_FROM = limit


def csv_text(table: list[list[str]], quote_all: bool, delimiter: str) -> list[str]:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quote_all or any(sign in text for sign in f'"\n{delimiter}') else text

    return [delimiter.join(map(cell, row)) for row in table]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A CSV file of any form that is read, and of some that are not."""
    heads = draw(st.sampled_from([HEADS, ["产品", "工序", "项目", "数量", "单位"], [*HEADS[:3], "amount (kg)"],
                                  ["序号", *HEADS], [*HEADS, ""], [*HEADS[:4], "unti"], HEADS[1:]]))  # fmt: skip
    number = draw(st.integers(1, 25))
    plain = draw(st.booleans())
    table = []
    for row in range(number):
        cells = [draw(st.sampled_from(CELLS.get(head, CELLS["unit"])[: 2 if plain else None])) for head in HEADS]
        numbering = {"序号": [str(row)], "": [""]}
        own = cells[1:] if heads == HEADS[1:] else cells
        table.append([*numbering.get(heads[0], []), *own][: len(heads)] + numbering.get(heads[-1], []))
    delimiter = draw(st.sampled_from(",;\t"))
    lines = csv_text([heads, *table], draw(st.booleans()), delimiter)
    # beside a row that is no data, a refusal may also name the column that numbers the rows
    for odd in (
        [] if heads[0] == "序号" or (plain and draw(st.booleans())) else draw(st.lists(st.sampled_from(ODD), max_size=2))
    ):
        lines.insert(draw(st.integers(1, len(lines))), odd)
    lines = draw(st.sampled_from([[], ["sep=" + delimiter], ["Mill No. 3", ""]])) + lines
    text = draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"]))
    return text.encode(encoding)


@given(content=files())
@example(content=HEAD + b"A,dyeing,steam,1,kg\n\0")
@example(content=(HEAD + b"A,dyeing,steam,1,kg\n").decode().encode("utf-16-le"))
@example(content=HEAD + b"M\xfcller,dyeing,steam,1,kg\n")
@example(content=HEAD.replace(b"\n", b"\r") + b"A,dyeing,steam,1,kg\rB,dyeing,dye,2,%\r")
@example(content=HEAD + b"A,dyeing,steam,1,kg\n" * 30 + b"B,dyeing,steam,1,kg\nA,dyeing,dye,2,%\n")
@example(content=HEAD + b"\n" * 90 + b"A,dyeing,steam,1,kg\n")
@example(
    content=b'product,stage,flow,amount,unti\nA,dyeing,steam,1,kg\nA,dyeing\n"A" ,dyeing,steam,1,kg\n'
)  # all three are wrong
@example(content=HEAD + b'\xe5\x90\x88\xe8\xae\xa1,,,9,\n"A" ,dyeing,steam,1,kg\n')
@example(content=b'product,stage,flow,amount (kg)\n"A" ,dyeing,steam,1\n')
@example(content=HEAD)
@example(content=b"")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_say_what_the_whole_file_says(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mill.csv"
    path.write_bytes(content)
    found, expected = (told(str(path), tmp_path / "out", streamed) for streamed in (True, False))
    if isinstance(found, set) and any("There is no column product" in problem for problem in found):
        assert isinstance(expected, set)  # rows are not looked at then
    else:
        assert found == expected


STRANGE = ["1e-400", "123456789012345678901234567890", "-", "e", "1_0", "0x1p3"]


@given(numbers=st.lists(st.sampled_from([*CELLS["amount"], *STRANGE]) | st.floats(allow_nan=False).map(repr), max_size=20))
def test_amounts_of_arrow_are_those_of_the_texts(numbers: list[str]) -> None:
    texts = [text.strip() for text in numbers]
    expected, wrong = parse_numbers(texts or np.empty(0))
    found, invalid = parse_numbers(ArrowStrings(pa.array(texts, pa.string())))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(invalid, wrong)


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Path]:
    limit, csv_stream.STREAMED_FROM = csv_stream.STREAMED_FROM, 0
    yield start_dyehouse(tmp_path)
    csv_stream.STREAMED_FROM = limit


@pytest.mark.parametrize("scattered", [False, True])
def test_a_batch_of_blocks_has_the_results_of_parquet(mill: Path, scattered: bool) -> None:
    frame = rows([f"P{number:02}" for number in range(20)], scattered=scattered).to_pandas()
    wrong = int(np.flatnonzero((frame["product"] == "P07") & (frame["flow"] == "steam"))[0])
    frame.loc[wrong, "unit"] = "kWh"
    frame.to_parquet(mill / "mill.parquet", row_group_size=9)
    (mill / "parts").mkdir()
    frame.to_csv(mill / "mill.csv", index=False)
    frame.iloc[:25].to_csv(mill / "parts" / "a.csv", index=False)
    frame.iloc[25:].to_csv(mill / "parts" / "b.csv", index=False)
    sources = {"parquet": mill / "mill.parquet", "csv": mill / "mill.csv", "folder": mill / "parts"}
    done = {name: batch(mill, source, name, workers=2, threads=True) for name, source in sources.items()}
    totals = {
        name: dict(zip(*(one.read()[column].to_pylist() for column in ("product", "total")), strict=True))
        for name, one in done.items()
    }
    assert totals["csv"] == totals["folder"] == pytest.approx(totals["parquet"], rel=1e-13)
    assert {one.rejected for one in done.values()} == {1}
    assert done["csv"].problems()[0]["where"].startswith(f"{mill / 'mill.csv'}:{wrong + 2} ")
    name, line = ("a", wrong + 2) if wrong < 25 else ("b", wrong - 23)
    assert done["folder"].problems()[0]["where"].startswith(f"{mill / 'parts' / name}.csv:{line} ")
    assert not (mill / "csv" / ".stream").exists()
    mended = (mill / "csv" / "rejected_activity.csv").read_text().replace("kWh", "kg")
    (mill / "mended.csv").write_text(mended)
    assert batch(mill, mill / "mended.csv", "again").products == 1


def test_products_that_take_one_another_are_read_again_as_one(mill: Path) -> None:
    text = "product,stage,flow,amount,unit,item\n"
    for number in range(12):
        item = f"product:P{number - 1}" if number else "dye"
        text += (
            f"P{number},dyeing,dyeing_loss,3,%,\nP{number},dyeing,steam,{number + 1},kg,\nP{number},dyeing,dye,0.5,kg,{item}\n"
        )
    (mill / "linked.csv").write_text(text)
    one = batch(mill, mill / "linked.csv", "linked")
    whole = tp.footprint(mill / "linked.csv", mill / "rule.yaml", mill / "factors.csv").total()
    table = one.read()
    assert dict(zip(table["product"].to_pylist(), table["total"].to_pylist(), strict=True)) == pytest.approx(whole.to_dict())


def test_an_interrupted_run_goes_on_with_the_rows_it_wrote(mill: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows([f"P{number:02}" for number in range(20)]).to_pandas().to_csv(mill / "mill.csv", index=False)
    whole = batch(mill, mill / "mill.csv", "whole")
    from textile_pcf.batch import worker

    calculate, count = worker.calculate_partition, iter(range(100))

    def interrupted(*arguments: Any) -> Any:
        if next(count) == 2:
            raise KeyboardInterrupt
        return calculate(*arguments)

    monkeypatch.setattr(worker, "calculate_partition", interrupted)
    with pytest.raises(KeyboardInterrupt):
        batch(mill, mill / "mill.csv", "out", workers=1)
    assert (mill / "out" / ".stream" / "stream.json").exists()
    monkeypatch.setattr(csv_stream, "write_rows", None)  # nothing is read again
    done = batch(mill, mill / "mill.csv", "out", workers=1)
    assert done.read().equals(whole.read())
    assert len(whole.files) > 3
    for path in whole.files:
        assert (mill / "out" / "results" / path.name).read_bytes() == path.read_bytes()


def test_refusals_of_several_files_come_all_at_once(mill: Path) -> None:
    folder = mill / "mills"
    folder.mkdir()
    (folder / "a.csv").write_text("product,stage,flow,amount,unit\nA,dyeing,steam,1\nB,dyeing,steam,1,kg\n合计,,,9,\n")
    (folder / "b.csv").write_text("product,stage,flow,amount,unit\nC,dyeing,steam,1,kg\nD,dyeing,steam,1,kg,7\n")
    found = told(find_files(folder), mill / "read", streamed=True)
    assert found == told(find_files(folder), mill / "read", streamed=False)
    assert len(found) == 3
    (folder / "c.csv").write_text("product,stage,flow,amont,unit\nA,dyeing,steam,1,kg\n")
    (folder / "d.csv").write_bytes(b"product,stage\0")
    found = told(find_files(folder), mill / "read", streamed=True)
    assert {Path(problem.partition(".csv")[0]).name for problem in found} == {"c", "d"}
    assert not (mill / "read" / ".stream.new").exists()


MEMORY = """
import resource, sys
import textile_pcf as tp
tp.calculate_batch(sys.argv[1], sys.argv[2] + "/rule.yaml", sys.argv[2] + "/factors.csv", out=sys.argv[3], progress=False,
                   partition_rows=20_000, workers=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(mill: Path) -> None:
    said = ("dyeing_loss,3,%,", "steam,8,kg,", "dye,2,%,dye")
    text = "".join(f"PRODUCT-{{0:04}}-{number:06},dyeing,{one}\n" for number in range(2_500) for one in said)
    peaks = []
    for parts in (25, 75):
        path = mill / f"{parts}.csv"
        with path.open("w") as file:
            file.write("product,stage,flow,amount,unit,item\n")
            file.writelines(text.replace("{0:04}", f"{part:04}") for part in range(parts))
        command = [sys.executable, "-c", MEMORY, str(path), str(mill), str(mill / f"out{parts}")]
        peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        path.unlink()
    assert peaks[1] < 1.25 * peaks[0], peaks
