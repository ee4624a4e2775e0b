"""What provenance says of the machine, and the hashes of files written: of a lock, a bundle, a dossier, a batch."""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from audit_mill import calculate

import textile_pcf as tp
from textile_pcf.cli import run

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
COMMAND = ["--rule", "{0}/rule.yaml", "--factors", "{0}/grid.csv"]


def command(folder: Path, *words: str) -> int:
    """Exit code of a command on the mill."""
    first, *rest = words
    return run([first, f"{folder}/mill.csv", *(word.format(folder) for word in (*COMMAND, *rest))])


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---------------------------------------------------------------- environment


def test_provenance_says_with_what_a_result_was_made(mill: Path) -> None:
    result = calculate(mill)
    made = {"library": f"textile_pcf {tp.__version__}", "python": platform.python_version(), "numpy": np.__version__,
            "platform": f"{platform.system()} {platform.machine()}"}  # fmt: skip
    assert result.provenance["environment"] == made
    assert result.to_dict()["provenance"]["environment"] == made
    assert tp.quality(result).to_dict()["provenance"]["environment"] == made
    assert tp.uncertainty(result, draws=10).to_dict()["provenance"]["environment"] == made


def test_a_saved_result_keeps_the_environment_of_its_calculation(mill: Path) -> None:
    data = json.loads(calculate(mill).save(mill / "saved.json").read_text())
    assert data["provenance"]["environment"] == data["made"]
    assert tp.load_result(mill / "saved.json").provenance["environment"] == data["made"]


def test_the_manifest_of_a_batch_has_environment_and_hashes_of_all_its_files(mill: Path) -> None:
    batch = tp.calculate_batch(mill / "mill.csv", mill / "rule.yaml", mill / "grid.csv", out=mill / "batch", progress=False)
    manifest = json.loads((batch.out / "manifest.json").read_text())
    assert manifest["environment"] == calculate(mill).provenance["environment"]
    assert manifest["files"] == {f"results/{path.name}": sha256(path) for path in batch.files}
    assert "environment" not in manifest["run"]  # another machine may continue a batch


# ---------------------------------------------------------------- files written


def test_a_lock_names_files_written_from_the_result(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(mill, "calculate", "--format", "json", "-o", "{0}/result.json") == 0
    assert command(mill, "label", "--product", "P", "--format", "json", "-o", "{0}/label.json") == 0
    assert command(mill, "report", "-o", "{0}/report.html") == 0
    names = ["result.json", "label.json", "report.html"]
    assert command(mill, "lock", *(word for name in names for word in ("--written", f"{{0}}/{name}"))) == 0
    files = json.loads((mill / "mill.lock").read_text())["files"]
    written = {file["path"]: file["sha256"] for file in files if file["role"] == "written"}
    assert written == {name: sha256(mill / name) for name in names}
    capsys.readouterr()
    assert run(["verify", f"{mill}/mill.lock"]) == 0
    assert capsys.readouterr().out.startswith("identical")


@pytest.mark.parametrize(("language", "says"), [("en", "have changed"), ("zh", "已被改动")])
def test_every_byte_of_a_written_file_counts(mill: Path, language: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = mill / "report.csv"
    report.write_text("product,total\nP,6.205\n")
    path = tp.lock(calculate(mill), mill / "mill.lock", written=[report])
    content = report.read_bytes()
    for place in range(len(content)):
        report.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        found = tp.verify(path)
        assert found.status == "written_changed" and not found.holds
        assert [file.path for file in found.files if file.status == "changed"] == ["report.csv"]
    assert run(["verify", str(path), "--lang", language]) == 1
    told = capsys.readouterr().out
    assert told.startswith("written_changed") and says in told and "report.csv (written)" in told


def test_a_changed_input_is_said_before_a_changed_report(mill: Path) -> None:
    (mill / "a.txt").write_text("6.205")
    path = tp.lock(calculate(mill), mill / "mill.lock", written=[mill / "a.txt"])
    (mill / "a.txt").write_text("7")
    (mill / "mill.csv").write_text((mill / "mill.csv").read_text().replace(",10,", ",11,"))
    found = tp.verify(path)
    assert found.status == "inputs_changed"
    assert {file.path for file in found.files if file.status == "changed"} == {"a.txt", "mill.csv"}


def test_a_changed_report_hinders_no_comparison(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mill / "a.txt").write_text("6.205")
    path = tp.lock(calculate(mill), mill / "mill.lock", written=[mill / "a.txt"])
    (mill / "a.txt").write_text("7")
    assert run(["diff", str(path), str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["differing"] == []


def test_files_that_are_not_there_are_all_named(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(mill, "lock", "--written", "{0}/one.html", "--written", "{0}/two.html") == 2
    told = capsys.readouterr().err
    assert "one.html" in told and "two.html" in told and not (mill / "mill.lock").exists()


def test_a_lock_never_replaces_a_file_that_it_names(mill: Path) -> None:
    (mill / "a.lock").write_text("a report")
    with pytest.raises(tp.UsageError):
        tp.lock(calculate(mill), mill / "a.lock", written=[mill / "a.lock"])
    assert (mill / "a.lock").read_text() == "a report"


def test_a_batch_is_locked_with_what_it_wrote(mill: Path) -> None:
    batch = tp.calculate_batch(mill / "mill.csv", mill / "rule.yaml", mill / "grid.csv", out=mill / "batch", progress=False)
    with pytest.raises(tp.UsageError, match="names the files that the batch wrote"):
        tp.lock(batch, mill / "batch.lock", written=[mill / "mill.csv"])
    assert run(["lock", f"{mill}/batch", "--written", f"{mill}/mill.csv"]) == 2


def test_a_bundle_holds_written_files_as_results_of_the_calculation(mill: Path) -> None:
    report = calculate(mill).to_html(mill / "report.html")
    path = tp.lock(calculate(mill), mill / "mill.zip", written=[report])
    with ZipFile(path) as package:
        assert package.read("files/report.html") == report.read_bytes()
        graph = {entity["@id"]: entity for entity in json.loads(package.read("ro-crate-metadata.json"))["@graph"]}
    assert graph["files/report.html"]["sha256"] == sha256(report)
    assert graph["#calculation"]["result"] == [{"@id": "mill.lock"}, {"@id": "files/report.html"}]
    assert {"@id": "files/report.html"} not in graph["#calculation"]["object"]
    assert tp.verify(path).status == "identical"


def test_a_bundle_without_a_table_holds_no_file_that_may_show_its_values(mill: Path) -> None:
    report = calculate(mill).to_html(mill / "report.html")  # while the values may be passed on
    (mill / "grid.yaml").write_text((mill / "grid.yaml").read_text().replace("redistributable: true", "redistributable: false"))
    path = tp.lock(calculate(mill), mill / "mill.zip", written=[report])
    with ZipFile(path) as package:
        assert not {"files/report.html", "files/grid.csv"} & set(package.namelist())
        assert not any(b"0.6205" in package.read(name) for name in package.namelist())
    assert tp.verify(path).status == "identical"  # both lie beside the bundle
    report.write_text("another")
    assert tp.verify(path).status == "written_changed"


def test_the_lock_of_a_dossier_holds_the_hash_of_each_of_its_files(mill: Path) -> None:
    assert command(mill, "report", "--dossier", "{0}/study") == 0
    study = mill / "study"
    files = json.loads((study / "result.lock").read_text())["files"]
    written = {file["path"]: file["sha256"] for file in files if file["role"] == "written"}
    assert written == {path.name: sha256(path) for path in study.iterdir() if path.name != "result.lock"}
    labels = study / "labels.json"
    labels.write_text(labels.read_text().replace("6.21", "6.20"))
    assert tp.verify(study / "result.lock").status == "written_changed"
