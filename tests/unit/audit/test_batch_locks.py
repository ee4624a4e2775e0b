"""Locks of batches: inputs and result files by hash, and the whole catalogue calculated again, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import textile_pcf as tp
from textile_pcf.audit.canonical import sha256_of_json
from textile_pcf.audit.lock_document import results_sha256
from textile_pcf.cli import run
from textile_pcf.io.resources import sha256_of

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


def catalogue(mill: Path, **options: Any) -> tp.BatchResult:
    """Twenty products of the mill in partitions of some rows; of one the amount is no number."""
    head, row = (mill / "mill.csv").read_text().splitlines()
    rows = [row.replace("P,", f"P{number},").replace("10", f"1{number}") for number in range(20)]
    (mill / "mill.csv").write_text("\n".join([head, *rows, row.replace("10", "ten")]) + "\n")
    files = (mill / "mill.csv", mill / "rule.yaml", mill / "grid.csv")
    return tp.calculate_batch(*files, out=mill / "out", partition_rows=8, workers=1, progress=False, **options)


def reseal(path: Path, change: Any) -> None:
    """Change a lock and seal it again, as somebody would who means harm."""
    data = json.loads(path.read_text())
    change(data)
    results = data["results"]
    results["sha256"] = results_sha256(results)
    data["seal"] = sha256_of_json({key: value for key, value in data.items() if key != "seal"})
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False))


COLUMNS = {"units": ["g"], "quality": True, "uncertainty": "closed", "scenarios": {"old": {"gwp": "AR5"}}}


@pytest.mark.parametrize("options", [{}, {"results": "contributions"}, COLUMNS], ids=["stages", "lines", "columns"])
def test_a_batch_is_locked_and_verified_bit_for_bit(mill: Path, options: dict[str, Any]) -> None:
    done = catalogue(mill, **options)
    path = tp.lock(done, mill / "out.lock")
    check = tp.verify(path)
    assert check.status == "identical", check.to_dict()
    assert [file.role for file in check.files][:4] == ["rule", "factors", "factors", "activity"]
    assert path.read_bytes() == tp.lock(done, mill / "out.lock").read_bytes()
    results = json.loads(path.read_text())["results"]
    assert results["counts"] == {"rows": 21, "products": 20, "rejected": 1} and len(results["parts"]) == len(done.files) + 1


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("grid.csv", b"CN", "inputs_changed"), ("mill.csv", b"CN", "inputs_changed"), ("rule.yaml", b"study", "inputs_changed"),
        ("out/results/part-00000.parquet", b"P1", "seal_broken"), ("out/rejected.csv", b"product", "seal_broken"),
        ("out.lock", b"AR6", "seal_broken"),
    ],
)  # fmt: skip
def test_a_changed_byte_of_an_input_or_a_result_is_found(mill: Path, name: str, text: bytes, status: str) -> None:
    path = tp.lock(catalogue(mill), mill / "out.lock")
    content = (mill / name).read_bytes()
    place = content.index(text)
    (mill / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    check = tp.verify(path)
    assert check.status == status and not check.holds, check.to_dict()
    (mill / name).write_bytes(content)
    assert tp.verify(path).holds


def test_a_missing_part_is_a_missing_file(mill: Path) -> None:
    path = tp.lock(catalogue(mill), mill / "out.lock")
    (mill / "out/results/part-00001.parquet").unlink()
    with pytest.raises(tp.UsageError, match="part-00001"):
        tp.verify(path)


def test_a_list_of_rejected_rows_may_be_corrected(mill: Path) -> None:
    path = tp.lock(catalogue(mill), mill / "out.lock")
    (mill / "out/rejected_activity.csv").write_text("corrected\n")
    assert tp.verify(path).holds


@pytest.mark.parametrize(("factor", "status"), [(1 + 1e-13, "equal"), (1 + 1e-9, "different")])
def test_results_of_other_code_are_equal_or_different(mill: Path, factor: float, status: str) -> None:
    """The result files of a lock that another release made differ in their last digits."""
    path = tp.lock(catalogue(mill), mill / "out.lock")
    part = mill / "out/results/part-00001.parquet"
    table = parquet.read_table(part)
    totals = pa.array([total * factor for total in table["total"].to_pylist()])
    parquet.write_table(table.set_column(table.column_names.index("total"), "total", totals), part)
    reseal(path, lambda data: data["results"]["parts"].update({"results/part-00001.parquet": sha256_of(part)}))
    check = tp.verify(path)
    assert check.status == status and check.sealed
    assert [product.product for product in check.products] == table["product"].to_pylist()
    assert check.max_relative == pytest.approx(factor - 1, rel=0.01)


def test_hostile_locks_are_refused_or_do_not_hold(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is changed in such a lock and sealed again: a refusal, or a lock that does not hold; never a fault."""
    path = tp.lock(catalogue(mill), mill / "out.lock")
    text = path.read_text()
    changes = [
        lambda data: data["results"].update(folder="/etc"), lambda data: data["results"].update(parts={"../x": "0" * 64}),
        lambda data: data["results"]["manifest"].update(partition_rows=0),
        lambda data: data["results"]["manifest"].pop("scenarios"), lambda data: data["results"].update(manifest=[]),
        lambda data: data["results"]["manifest"]["scenarios"][0].update(gwp="AR99"),
        lambda data: data["results"]["manifest"].update(results="nothing"),
        lambda data: data["results"].update(counts={"a": 1}),
        lambda data: data["results"].update(products={}), lambda data: data.update(files=data["files"][1:]),
    ]  # fmt: skip
    for change in changes:
        reseal(path, change)
        assert run(["verify", str(path)]) in (1, 2, 4), capsys.readouterr()
        path.write_text(text)
    (mill / "out/results/part-00000.parquet").write_bytes(b"PAR1 is no table")
    part = "results/part-00000.parquet"
    reseal(path, lambda data: data["results"]["parts"].update({part: sha256_of(mill / "out" / part)}))
    assert run(["verify", str(path)]) == 1


def test_the_commands_lock_verify_and_diff_batches(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(mill)
    assert run(["lock", f"{mill}/out"]) == 0
    assert capsys.readouterr().out == f"{mill}/out.lock\n"
    assert run(["verify", f"{mill}/out.lock"]) == 0
    assert capsys.readouterr().out.startswith("identical")
    assert run(["lock", f"{mill}/out", "--rule", "cotton_fabric"]) == 2
    assert "--rule cannot be given" in capsys.readouterr().err
    assert run(["lock", f"{mill}/mill.csv"]) == 2
    assert run(["diff", f"{mill}/out.lock", f"{mill}/out.lock", "-o", f"{mill}/why"]) == 0
    assert "both 20" in capsys.readouterr().out
    assert run(["compare", f"{mill}/out.lock"]) == 2
    assert "lock of a batch" in capsys.readouterr().err


def test_what_cannot_be_locked_is_refused(mill: Path) -> None:
    frame = pd.read_csv(mill / "mill.csv")
    done = tp.calculate_batch(frame, mill / "rule.yaml", mill / "grid.csv", out=mill / "memory", progress=False)
    with pytest.raises(tp.UsageError, match="in memory only"):
        tp.lock(done, mill / "memory.lock")
    done = catalogue(mill, scenarios={"twice": {"factors": [mill / "grid.csv", mill / "grid.csv"]}})
    with pytest.raises(tp.UsageError, match="tables of its own"):
        tp.lock(done, mill / "out.lock")
    with pytest.raises(tp.UsageError, match="no batch"):
        tp.lock(done, mill / "out.zip")
