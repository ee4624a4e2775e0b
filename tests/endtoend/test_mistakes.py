"""The mistakes a mill makes. Each is answered with its place, what is wrong, and the cure; many at once are answered at once.

`docs/mistakes.yaml` holds them: the section `table` changes lines of `mistakes/good.csv`, a table without mistakes under the
rule `mistakes/mill.yaml`. The error says this mistake and nothing else.
"""

from __future__ import annotations

import pytest
from mill_mistakes import GOOD, MISTAKES, Mistake, catalogue, footprint, problems, written


def test_the_good_table(tmp_path):
    """1 / 0.97 into dyeing, / 0.96 into weaving, / 0.88 of each fibre: 1.22030615 kg fibre, 1.07388316 kg yarn."""
    dyeing = 8 * 0.3 + 0.06 * 0.2 + 0.02 * 8
    weaving = 1 / 0.97 * 5 * 0.6
    yarn = 1 / 0.97 / 0.96
    fibre = yarn / 0.88 * (0.65 * 3 + 0.35 * 2)
    result = footprint(written(tmp_path, "\n".join(GOOD)))
    assert float(result.totals[0]) == pytest.approx(dyeing + weaving + yarn * 3.2 * 0.6 + fibre, rel=1e-12)
    assert result.warnings() == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake(mistake, tmp_path):
    found = problems(written(tmp_path, mistake.text()))
    told = "\n".join(map(str, found))
    problem = next((each for each in found if each.where.removeprefix(f"{tmp_path}/").startswith(mistake.where)), None)
    assert problem, f"no problem at {mistake.where}:\n{told}"
    assert not [words for words in mistake.what if words not in problem.what], problem.what
    assert not [words for words in mistake.cure if words not in problem.cure], problem.cure
    noise = [each for each in found if each is not problem and not (mistake.also and mistake.also in str(each))]
    assert not noise, f"one mistake, {len(found)} answers:\n{told}"


@pytest.mark.parametrize("section", ["workbook", "table", "cells", "site", "meters", "targets"])
def test_all_mistakes_have_a_title_of_their_own_in_both_languages(section):
    titles = [entry["title"] for entry in catalogue()[section]]
    for language in ("en", "zh"):
        assert len({title[language] for title in titles}) == len(titles)


def test_there_are_many():
    assert len(MISTAKES) >= 74


# ---------------------------------------------------------------- many at once


def test_many_mistakes_in_one_table_are_answered_at_once(tmp_path):
    """Every mistake that is one line gets a product of its own; one run names them all."""
    chosen = [mistake for mistake in MISTAKES if len(mistake.lines) == 1 and not mistake.added and _a_row(mistake)]
    assert len(chosen) >= 24
    rows = [GOOD[0]]
    expected: list[tuple[str, Mistake]] = []
    for number, mistake in enumerate(chosen):
        line, text = next(iter(mistake.lines.items()))
        first = len(rows)
        for place, row in enumerate(GOOD[1:], 2):
            rows.append((text if place == line else row).replace("FABRIC-1", f"PRODUCT-{number}"))
        there = mistake.where
        if there.startswith("mill.csv:"):
            _, _, rest = there.removeprefix("mill.csv:").partition(" ")
            shift = int(there.removeprefix("mill.csv:").split(" ")[0]) - 1 + first
            there = f"mill.csv:{shift} {rest}".strip()
        expected.append((there.replace("FABRIC-1", f"PRODUCT-{number}"), mistake))
    found = problems(written(tmp_path, "\n".join(rows)))
    places: dict[str, str] = {}
    for problem in found:
        where = problem.where.removeprefix(f"{tmp_path}/")
        places[where] = f"{places.get(where, '')} {problem.what}"
    missing = [
        f"{mistake.name}: {where}"
        for where, mistake in expected
        if not all(
            words in places.get(where, "") for words in mistake.what if "FABRIC" not in words and "mill.csv" not in words
        )
    ]
    assert not missing, "\n".join(missing)
    follow = {mistake.also for _, mistake in expected if mistake.also}
    told = [problem for problem in found if not any(words in str(problem) for words in follow)]
    places_told = {where for where, _ in expected}
    noise = [str(each) for each in told if each.where.removeprefix(f"{tmp_path}/") not in places_told]
    assert not noise, "\n".join(noise)
    assert len({each.where for each in told}) == len(told), "told twice"


def _a_row(mistake: Mistake) -> bool:
    """One row says something wrong that stands for one product: not the shape of the file."""
    (line,) = mistake.lines
    whole = mistake.lines[line].count(",") == 10 or '"' in mistake.lines[line]
    return line > 1 and whole and "left open" not in mistake.name and mistake.name != "no product"


def test_a_wrong_column_does_not_hide_wrong_rows(tmp_path):
    """Unknown columns and wrong rows are told together: all problems are collected and raised once."""
    lines = list(GOOD)
    lines[0] = lines[0].replace("note", "remarks")
    lines[12] = "FABRIC-1,dyeing,steam,,8,kWh,,,,,"
    told = "\n".join(map(str, problems(written(tmp_path, "\n".join(lines)))))
    assert "remarks" in told
    assert "mill.csv:13" in told


def test_a_short_row_does_not_hide_wrong_rows(tmp_path):
    lines = list(GOOD)
    lines[12] = "FABRIC-1,dyeing,steam,,8,kWh,,,,,"
    lines[13] = "FABRIC-1,dyeing,water"
    told = "\n".join(map(str, problems(written(tmp_path, "\n".join(lines)))))
    assert "mill.csv:14" in told
    assert "mill.csv:13" in told
