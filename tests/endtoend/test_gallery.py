"""The gallery shows every notebook and every picture, and what it shows is written when the site is built."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from notebooks import notebooks
from paths import ROOT
from textile_pcf import plot

DOCS = ROOT / "docs"
PAGES = {"en": DOCS / "gallery.md", "zh": DOCS / "gallery_zh.md"}


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_gallery", DOCS / "gallery.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(language: str) -> set[str]:
    """Names of the small pictures on a page."""
    return set(re.findall(r"generated/gallery/([\w.]+)\.png", PAGES[language].read_text(encoding="utf-8")))


def test_every_picture_of_the_library_is_in_the_gallery(gallery: ModuleType) -> None:
    functions = {name for name in plot.__all__ if name[0].islower()}
    methods = {name for name, value in vars(plot.Plots).items() if callable(value) and not name.startswith("_")}
    assert set(gallery.PICTURES) == functions | methods
    for language in PAGES:
        assert {name for name in shown(language) if not name.startswith("notebook_")} == {
            f"{name}.{language}" for name in gallery.PICTURES
        }


def test_every_notebook_is_in_the_gallery_and_in_its_contents() -> None:
    names = {path.stem for path in notebooks()}
    twins = {name for name in names if name.endswith("_zh")}
    others = {name for name in names - twins if f"{name}_zh" not in twins}
    for language, wanted in (("en", names - twins), ("zh", twins | others)):
        assert {name.removeprefix("notebook_") for name in shown(language) if name.startswith("notebook_")} == wanted
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES.values())
    assert sorted(re.findall(r"^generated/notebooks/(\w+)$", text, re.MULTILINE)) == sorted(names)


def test_links_of_notebooks_lead_to_pages_of_the_site(gallery: ModuleType) -> None:
    for path in notebooks():
        notebook = gallery.with_site_links(nbformat.read(path, as_version=4))
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if target.startswith("../../"):
                assert (DOCS / target.removeprefix("../../")).is_file(), f"{path.name}: {target}"
            else:
                assert target.startswith("http") or (path.parent / target).is_file(), f"{path.name}: {target}"


def test_notebooks_have_a_picture(gallery: ModuleType) -> None:
    for path in notebooks():
        assert gallery.first_picture(nbformat.read(path, as_version=4)).startswith(b"\x89PNG"), path.name


@pytest.mark.parametrize("name", ["effects", "abatement_steps", "target_path"])
def test_pictures_are_drawn(gallery: ModuleType, name: str, tmp_path: Path) -> None:
    assert gallery.PICTURES[name]("en").save(tmp_path / "small.png", dpi=30).stat().st_size > 1000
