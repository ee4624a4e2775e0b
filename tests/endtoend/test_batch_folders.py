"""The folder of a batch: what is not its own stays, what is there is checked against the manifest, one run at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textile_pcf.batch import calculate_batch
from textile_pcf.batch.folder import lock_folder
from textile_pcf.cli import run
from textile_pcf.errors import UsageError

RULE = """\
rule: dyehouse
edition: "1"
product: {unit: kg}
stages:
  - id: dyeing
    flows:
      steam: {unit: kg, factor: steam}
"""
FACTORS = "item,value,unit,region,year,kind,source,locator\nsteam,0.3,kgCO2e/kg,GLO,2024,life_cycle,hand,p. 1\n"
MILL = "product,stage,flow,amount,unit\nGREY,dyeing,steam,8,kg\nBLACK,dyeing,steam,10,kg\nSPOILT,dyeing,steam,ten,kg\n"


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    (tmp_path / "rule.yaml").write_text(RULE)
    (tmp_path / "factors.csv").write_text(FACTORS)
    (tmp_path / "mill.csv").write_text(MILL)
    return tmp_path


def batch(mill: Path, *more: str, file: str = "mill.csv") -> int:
    """Exit code of a batch into the folder `out`."""
    own = ["--rule", str(mill / "rule.yaml"), "--factors", str(mill / "factors.csv")]
    return run(["batch", str(mill / file), "-o", str(mill / "out"), *own, *more])


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the log."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


STRANGERS = ["notes.txt", "parts/mine", "results/mine", "results/part-00007.parquet", ".spread/mine", "manifest.json", "a/b/c"]


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("on_error", ["reject", "fail"])
def test_a_folder_that_no_batch_wrote_is_refused_and_stays_as_it_is(mill: Path, capsys, name: str, on_error: str) -> None:
    path = mill / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    if name.startswith(".spread"):
        assert batch(mill, "--on-error", on_error) in (1, 4)  # such a folder is ours, but not what is in it
    else:
        assert batch(mill, "--on-error", on_error) == 2
        assert f"This folder is not empty, and no batch wrote it: it holds {name.split('/')[0]}." in capsys.readouterr().err
        assert contents(mill / "out") == {name: b"mine"}
    assert path.read_text() == "mine"


def test_an_empty_folder_and_the_crumbs_of_a_desktop_are_no_hindrance(mill: Path) -> None:
    (mill / "out" / "results").mkdir(parents=True)
    (mill / "out" / ".DS_Store").write_text("x")
    assert batch(mill) == 1
    assert (mill / "out" / ".DS_Store").exists()


def test_what_somebody_put_beside_the_results_stays(mill: Path) -> None:
    assert batch(mill) == 1
    mine = [
        mill / "out" / name for name in ("chart.png", "results/mine.parquet", "parts/mine", "results/.mine.1.new", ".x.1.new")
    ]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (mill / "out" / "results" / "part-00000.parquet").unlink()
    assert batch(mill) == 1
    assert [path.read_text() for path in mine] == ["mine"] * len(mine)
    assert (mill / "out" / "results" / "part-00000.parquet").is_file()


def test_a_batch_that_fails_removes_its_own_files_only(mill: Path) -> None:
    assert batch(mill, "--on-error", "fail") == 4
    assert [path.name for path in (mill / "out").iterdir()] == ["log.jsonl"]
    (mill / "mill.csv").write_text(MILL.replace("ten", "10"))
    assert batch(mill, "--on-error", "fail") == 0  # the folder is as good as a new one


@pytest.mark.parametrize("gone", ["results/part-00000.parquet", "rejected.csv", "rejected_activity.csv"])
def test_what_is_gone_is_calculated_again(mill: Path, gone: str) -> None:
    assert batch(mill) == 1
    before = contents(mill / "out")
    (mill / "out" / gone).unlink()
    assert batch(mill) == 1
    assert contents(mill / "out") == before


def test_a_finished_batch_is_not_calculated_again(mill: Path) -> None:
    assert batch(mill) == 1
    written = (mill / "out" / "results" / "part-00000.parquet").stat().st_mtime_ns
    assert batch(mill) == 1
    assert (mill / "out" / "results" / "part-00000.parquet").stat().st_mtime_ns == written


def test_changed_results_are_refused_and_not_written_over(mill: Path, capsys) -> None:
    assert batch(mill) == 1
    path = mill / "out" / "results" / "part-00000.parquet"
    pq.write_table(pa.table({"product": ["GREY"], "total": [0.0]}), path)
    before = contents(mill / "out")
    assert batch(mill) == 2
    assert f"{path}: This file is not as the batch wrote it." in capsys.readouterr().err
    assert contents(mill / "out") == before


def test_a_part_that_is_not_of_this_batch_is_told(mill: Path, capsys) -> None:
    assert batch(mill) == 1
    (mill / "out" / "results" / "part-00007.parquet").write_bytes(b"PAR1")
    assert batch(mill) == 2
    assert "part-00007.parquet: This file is not of this batch" in capsys.readouterr().err
    (mill / "out" / "results" / "part-00000.parquet").unlink()
    assert batch(mill) == 2


def test_rows_may_be_mended_in_their_place(mill: Path) -> None:
    assert batch(mill) == 1
    path = mill / "out" / "rejected_activity.csv"
    path.write_text(path.read_text().replace("ten", "10"))
    assert batch(mill) == 1
    assert "10" in path.read_text()
    (mill / "out" / "results" / "part-00000.parquet").unlink()
    assert batch(mill) == 2  # to calculate again would take the mended rows away
    assert "10" in path.read_text()


def test_a_run_that_was_killed_before_it_said_of_what_leaves_no_rows_behind(mill: Path) -> None:
    """Rows dealt out of another file must not be taken for those of this one."""
    pq.write_table(
        pa.table({"product": ["A", "B", "A"], "stage": ["dyeing"] * 3, "flow": ["steam"] * 3}), mill / "rows.parquet"
    )
    (mill / "out" / ".spread").mkdir(parents=True)
    (mill / "out" / ".spread" / "00000.arrows").write_bytes(b"rows of another file")
    table = pa.table({
        "product": ["A", "B"] * 2, "stage": ["dyeing"] * 4, "flow": ["steam", "steam", "", ""],
        "amount": ["8", "10", "", ""], "unit": ["kg", "kg", "", ""],
    })  # fmt: skip
    pq.write_table(table, mill / "rows.parquet", row_group_size=2)
    assert batch(mill, file="rows.parquet") == 0


HOLDER = """\
import sys
from pathlib import Path
from textile_pcf.batch.folder import lock_folder
with lock_folder(Path(sys.argv[1])):
"""


def holder(mill: Path, then: str) -> subprocess.Popen[str]:
    """A process that holds the folder."""
    (mill / "out").mkdir(exist_ok=True)
    code = f"{HOLDER}    print('held', flush=True)\n    {then}\n"
    process = subprocess.Popen(
        [sys.executable, "-c", code, mill / "out"], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_second_batch_into_a_folder_is_refused_while_the_first_runs(mill: Path, capsys) -> None:
    process = holder(mill, "sys.stdin.read()")
    assert batch(mill) == 2
    said = capsys.readouterr()
    assert f"Another batch is writing into this folder (process {process.pid} on " in said.err and not said.out
    assert contents(mill / "out").keys() <= {".lock"}
    process.communicate("")
    assert not (mill / "out" / ".lock").exists()
    assert batch(mill) == 1


def test_the_lock_of_a_dead_process_is_taken_over(mill: Path) -> None:
    process = holder(mill, "sys.stdin.read()")
    process.kill()
    process.communicate()
    assert json.loads((mill / "out" / ".lock").read_text())["process"] == process.pid
    assert batch(mill) == 1
    assert not (mill / "out" / ".lock").exists()


def test_two_batches_in_one_process_are_two(mill: Path) -> None:
    out = mill / "out"
    out.mkdir()
    with lock_folder(out), pytest.raises(UsageError, match="Another batch"):
        calculate_batch(mill / "mill.csv", mill / "rule.yaml", mill / "factors.csv", out=out)
    with lock_folder(out):
        pass


def test_batches_started_at_once_leave_whole_results(mill: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "textile_pcf",
        "batch",
        mill / "mill.csv",
        "-o",
        mill / "out",
        "--rule",
        mill / "rule.yaml",
    ]
    runs = [
        subprocess.Popen([*command, "--factors", mill / "factors.csv"], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    ends = [(process.communicate()[1], process.returncode)[::-1] for process in runs]
    assert {code for code, _ in ends} <= {1, 2} and any(code == 1 for code, _ in ends)
    assert all("Another batch is writing" in said for code, said in ends if code == 2)
    assert batch(mill) == 1
    assert pq.read_table(mill / "out" / "results")["product"].to_pylist() == ["GREY", "BLACK"]


def test_a_folder_of_another_run_is_left_as_it_is(mill: Path) -> None:
    assert batch(mill) == 1
    before = contents(mill / "out")
    scattered = pa.table(
        {"product": ["A", "B", "A"], "stage": ["dyeing"] * 3, "flow": ["steam", "steam", ""], "amount": [1.0, 2, None]}
    )
    pq.write_table(scattered, mill / "scattered.parquet", row_group_size=1)
    assert batch(mill, file="scattered.parquet") == 2
    assert contents(mill / "out") == before and not (mill / "out" / ".spread").exists()
