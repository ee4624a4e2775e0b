"""The notebooks of the examples run, and show what they show in the repository. `tests/tools/notebooks.py` renews them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from printing import has_chinese_font

from notebooks import executed, notebooks, texts

TWINS = ("first_footprint", "consultant_analysis", "meters_to_buyer")
"""Notebooks that a mill or a consultant reads in Chinese as well."""


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_shows_in_the_repository(path: Path) -> None:
    if path.stem.endswith("_zh") and not has_chinese_font():
        pytest.skip("no font with Chinese characters")
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    assert texts(executed(path)) == texts(kept), "python tests/tools/notebooks.py renews them"
    assert any(texts(kept))


def test_the_notebooks_that_there_are() -> None:
    assert {path.stem for path in notebooks()} == {
        "three_companies", "next_investment", "own_rule", "brightway_bridge", "catalogue_recalculation",
        *TWINS, *(f"{name}_zh" for name in TWINS),
    }  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_twins_calculate_the_same(name: str) -> None:
    """Twins differ in their words and in the language of what they show, not in a number."""
    english, chinese = (nbformat.read(path, as_version=4) for path in notebooks() if path.stem in (name, f"{name}_zh"))
    assert [cell.cell_type for cell in english.cells] == [cell.cell_type for cell in chinese.cells]
    same = [
        there == here
        for there, here in zip(texts(english), texts(chinese), strict=True)
        if not any("\u4e00" <= sign <= "\u9fff" for sign in "".join(here))
    ]
    assert all(same) and len(same) > 2


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_shows_nothing_of_the_machine_that_ran_it(path: Path) -> None:
    shown = path.read_text(encoding="utf-8")
    assert "/tmp/" not in shown
    assert "ipykernel" not in shown
    assert "Traceback" not in shown
