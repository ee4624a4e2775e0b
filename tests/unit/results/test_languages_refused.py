"""A language that is none, such as a DataFrame, wherever a language is an argument: refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.errors import Problem

WRONG = [pd.DataFrame({"a": [1, 2]}), pd.Series(["en", "zh"]), ["en"], "fr", "x" * 100_000]


@pytest.fixture(scope="module")
def result() -> Any:
    return tp.footprint(rows("P", 2, 4), RULE, FACTORS)


@pytest.mark.parametrize("language", WRONG, ids=["frame", "series", "list", "fr", "long"])
def test_a_wrong_language_is_told(result: Any, language: Any, tmp_path: Path) -> None:
    problem = Problem("mill.csv:14", "The amount is missing.", "")
    calls = [
        lambda: result.label("P", language=language),
        lambda: result.show(language),
        lambda: result.explain("P", language=language),
        lambda: result.to_html(tmp_path / "x.html", language=language),
        lambda: result.to_excel(tmp_path / "x.xlsx", language=language),
        lambda: result.rules.title("spinning", language=language),
        lambda: result.rules.ways_named(["spinning"], language),
        lambda: tp.quality(result).show(language),
        lambda: tp.make_template(RULE, tmp_path / "t.xlsx", language=language),
        lambda: problem.localized(language),
        lambda: tp.InputError([problem]).localized(language),
    ]
    for call in calls:
        with pytest.raises(tp.UsageError, match="There is no such language") as caught:
            call()
        (told,) = caught.value.problems
        assert "\n" not in told.where and len(told.where) < 100


def test_no_language_and_each_language(result: Any) -> None:
    assert "titles" not in result.label("P")
    assert [result.label("P", language=language)["titles"]["value"] != "" for language in ("en", "zh")] == [True, True]
