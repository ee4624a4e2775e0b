"""An address where a path of this machine is wanted: refused, and no folder named `s3:` is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import textile_pcf as tp
from textile_pcf.cli import run as command_line
from textile_pcf.io.output_files import as_path

EXAMPLE = Path(__file__).parents[3] / "examples/cotton_poplin/activity.csv"
ADDRESS = "s3://me:secret@mills/results"
WRITERS: dict[str, Callable[[tp.Footprint, str], object]] = {
    "diff_batch": lambda _, out: tp.diff_batch("old", "new", out=out),
    "reprice": lambda _, out: tp.reprice(out, "grid.csv", out="new"),
    "save": lambda result, out: result.save(out),
    "lock": lambda result, out: tp.lock(result, out),
    "to_html": lambda result, out: result.to_html(out),
    "to_excel": lambda result, out: result.to_excel(out),
    "to_datapackage": lambda result, out: result.to_datapackage(out),
    "to_openlca": lambda result, out: result.to_openlca(out),
    "plot": lambda result, out: result.plot.sankey().save(out),
    "interactive": lambda result, out: result.plot.sankey(interactive=True).save(f"{out}.html"),
    "template": lambda _, out: tp.make_template("cotton_fabric@2026.1", out),
}


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which everything runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def poplin() -> tp.Footprint:
    return tp.footprint(EXAMPLE, "cotton_fabric@2026.1", "default@2026.1")


@pytest.mark.parametrize("name", WRITERS)
def test_what_writes_here_only_refuses_an_address_without_showing_its_secret(
    name: str, poplin: tp.Footprint, empty: Path
) -> None:
    with pytest.raises(tp.UsageError, match="This is an address, not a path of this machine") as refusal:
        WRITERS[name](poplin, ADDRESS)
    assert "secret" not in str(refusal.value)
    assert not list(empty.iterdir())


@pytest.mark.parametrize("command", [
    ["diff", "old", "new", "-o", ADDRESS],
    ["calculate", str(EXAMPLE), "--rule", "cotton_fabric@2026.1", "--format", "json", "-o", f"{ADDRESS}/a.json"],
    ["batch", str(EXAMPLE), "--rule", "cotton_fabric@2026.1", "-o", "s3://mills/results", "--local", "gs://mills/work"],
])  # fmt: skip
def test_commands_refuse_it_too(command: list[str], empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("old", "new"):
        tp.calculate_batch(EXAMPLE, "cotton_fabric@2026.1", out=empty / name, progress=False)
    there = set(empty.rglob("*"))
    assert command_line(command) == 2
    assert "This is an address, not a path of this machine." in capsys.readouterr().err
    assert set(empty.rglob("*")) == there


@pytest.mark.parametrize("path", ["a:b/c", "C:/results", "results/s3:/x", "./file"])
def test_paths_that_look_a_little_like_one_are_taken(path: str) -> None:
    assert as_path(path, "out") == Path(path)
