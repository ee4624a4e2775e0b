"""What the gallery shows, written when the site is built: the notebooks as pages, and a small picture of each thing.

The pages are `docs/gallery.md` and its Chinese twin; files go to `docs/generated/`, which is not kept.
"""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

import textile_pcf as tp
from textile_pcf import plot
from textile_pcf.io.resources import data_root
from textile_pcf.plot.figure import chinese_family

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
NOTEBOOKS = ROOT / "examples" / "notebooks"
LINK = re.compile(r"\[([^\]]+)\]\((\.\./[^)\s]+)\)")
DPI = 60


def write_gallery(folder: Path) -> None:
    """Write the notebooks into `notebooks` and the small pictures into `gallery`."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    (folder / "gallery").mkdir(exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        (folder / "gallery" / f"notebook_{path.stem}.png").write_bytes(first_picture(notebook))
        _write(folder / "notebooks" / path.name, nbformat.writes(with_site_links(notebook)))
    for name, draw in PICTURES.items():
        for language in ("en", "zh"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", tp.PcfWarning)
                picture = draw(language if chinese_family() else "en")
            picture.save(folder / "gallery" / f"{name}.{language}.png", dpi=DPI)


def first_picture(notebook: Any) -> bytes:
    """The first picture that a notebook shows, as PNG."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    found = next(output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {}))
    return base64.b64decode(found)


def with_site_links(notebook: Any) -> Any:
    """A notebook whose links lead to pages of the site; files that are no pages are named by their path."""

    def leading(link: re.Match[str]) -> str:
        target, _, anchor = link[2].partition("#")
        path = (NOTEBOOKS / target).resolve()
        if not path.is_relative_to(DOCS):
            return f"{link[1]} (`{path.relative_to(ROOT).as_posix()}`)"
        return f"[{link[1]}](../../{path.relative_to(DOCS).as_posix()}{'#' if anchor else ''}{anchor})"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(leading, cell.source)
    return notebook


def _write(path: Path, text: str) -> None:
    """Write a file unless it says the same already, so that a second build is quick."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


# -- pictures ---------------------------------------------------------------------------------------------------------


@cache
def _example(name: str) -> tp.Footprint:
    return tp.footprint(*tp.load_example(name))


@cache
def _of_targets() -> Mapping[str, Any]:
    """The examples of a target, of measures and of a change."""
    folder = data_root("examples") / "targets"
    motors = {
        "id": "motors", "changes": [{"stage": "finishing", "flow": "electricity", "multiply": 0.8}], "investment": "0 CNY",
        "lifetime": 10, "saving": "1 CNY", "source": "example",
    }  # fmt: skip
    roof = {
        "id": "roof", "supply": {"carrier": "electricity", "item": "electricity_pv", "share": "50 %"}, "lifetime": 25,
        "investment": "2000000 CNY", "saving": "0 CNY", "source": "example",
    }  # fmt: skip
    document = {"discount": "8 %", "improvements": [motors, roof]}
    tables = [folder / name for name in ("power.csv", "mill.yaml", "production.csv")]
    return {
        "ranking": tp.improvements.rank(tables[0], tables[1], document, tables[2], factors=folder / "factors.csv"),
        "checked": tp.targets.check(folder / "hla.yaml", folder / "hla_series.csv"),
        "path": tp.targets.path(folder / "hla.yaml"),
        "change": tp.diff(_finished(12, 1.5, 0.6205), _finished(11.8, 1.45, 0.5777)),
    }


def _finished(heat: float, power: float, grid: float) -> tp.Footprint:
    """The mill of the notebook on the next investment, in one of its two years."""
    rows = [
        {"product": "CLOTH", "stage": "finishing", "flow": "heat", "amount": heat, "unit": "MJ/kg"},
        {"product": "CLOTH", "stage": "finishing", "flow": "electricity", "amount": power, "unit": "kWh/kg"},
    ]
    factors = {"electricity": f"{grid} kgCO2e/kWh", "heat": "0.0561 kgCO2e/MJ"}
    return tp.footprint(rows, data_root("examples") / "targets" / "mill.yaml", factors)


@cache
def _metered() -> tuple[Any, Any, Any]:
    import pandas as pd

    tables = [data_root("examples") / "dyehouse" / f"{name}.csv" for name in ("readings", "meters", "batches", "events")]
    return tp.factory.meters(*tables, region="CN"), pd.read_csv(tables[0]), pd.read_csv(tables[2])


@cache
def _sure() -> tp.Uncertainty:
    return tp.uncertainty(_example("cotton_poplin"), draws=500, assume={"estimated": 1.2})


PICTURES: Mapping[str, Callable[[str], plot.Picture]] = {
    "stages": lambda language: _example("cotton_poplin").plot.stages(language=language),
    "waterfall": lambda language: _example("cotton_poplin").plot.waterfall(language=language),
    "sankey": lambda language: _example("cotton_poplin").plot.sankey(language=language),
    "hotspots": lambda language: _example("cotton_poplin").plot.hotspots(most=10, language=language),
    "compare": lambda language: _example("cotton_poplin").plot.compare(_example("polyester_cotton_blend"), language=language),
    "stage_intervals": lambda language: plot.stage_intervals(_sure(), language=language),
    "tornado": lambda language: plot.tornado(_sure(), most=8, language=language),
    "effects": lambda language: plot.effects(_of_targets()["change"], language=language),
    "abatement_steps": lambda language: plot.abatement_steps(_of_targets()["ranking"], language=language),
    "target_path": lambda language: plot.target_path(_of_targets()["checked"], path=_of_targets()["path"], language=language),
    "load_curve": lambda language: plot.load_curve(*_metered()[1:], "E-JET2", machine="JET2", language=language),
    "energy_use": lambda language: plot.energy_use(_metered()[0], language=language),
}
"""Every picture of the library, by the name of its function."""
