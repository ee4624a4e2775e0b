"""Broken files: one for each thing that can be wrong with a rule, a table of emission factors, an input.

`broken/rule/*.yaml`: the first line says `# expect: words | words`; `# here` marks each line that the message must name.
`broken/factors/*.csv` (a `.yaml` beside it where that is wrong) and `broken/activity/*`: a sidecar `<name>.expect` whose lines
are `place | words | words`.
"""

from __future__ import annotations

import pytest

import textile_pcf as tp
from paths import BROKEN, MISTAKES

HERE = BROKEN
RULES = sorted((HERE / "rule").glob("*.yaml"))
FACTORS = sorted((HERE / "factors").glob("*.expect"))
ACTIVITY = sorted((HERE / "activity").glob("*.expect"))
MILL = MISTAKES / "mill.yaml"


def problems_of(error, call):
    with pytest.raises(error) as caught:
        call()
    assert all(problem.what and problem.cure for problem in caught.value.problems), caught.value
    return caught.value.problems


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_broken_rule(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# expect: ")
    found = problems_of(tp.RuleError, lambda: tp.load_rules(path))
    told = "\n".join(map(str, found))
    missing = [words for words in lines[0].removeprefix("# expect: ").split(" | ") if words not in told]
    assert not missing, f"{missing} not in\n{told}"
    marked = [f"{path}:{number} " for number, line in enumerate(lines, 1) if line.endswith("# here")]
    assert marked, "mark the line with `# here`"
    places = [f"{problem.where} " for problem in found]
    assert not [place for place in marked if not any(where.startswith(place) for where in places)], told
    assert not [where for where in places if not where.startswith(tuple(marked))], f"more than the marked lines:\n{told}"


def sidecar(path):
    """`place | words | words` of each expected problem."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [line.split(" | ") for line in lines]


def file_of(path):
    return next(each for each in sorted(path.parent.glob(f"{path.stem}.*")) if each.suffix not in (".expect",))


def check(found, expected):
    told = "\n".join(map(str, found))
    for place, *words in expected:
        at = [problem for problem in found if place in problem.where]
        assert at, f"no problem at {place}:\n{told}"
        assert any(all(each in str(problem) for each in words) for problem in at), f"{words} not at {place}:\n{told}"
    assert len(found) == len(expected), f"{len(expected)} expected, {len(found)} told:\n{told}"


@pytest.mark.parametrize("path", FACTORS, ids=lambda path: path.stem)
def test_broken_factors(path):
    check(problems_of(tp.FactorError, lambda: tp.load_factors(path.with_suffix(".csv"))), sidecar(path))


@pytest.mark.parametrize("path", ACTIVITY, ids=lambda path: path.stem)
def test_broken_activity(path):
    check(problems_of(tp.InputError, lambda: tp.read_activity(file_of(path), MILL)), sidecar(path))


def test_no_file_is_forgotten():
    """Every CSV says what it expects, every sidecar has its file."""
    for folder, expects in (("factors", FACTORS), ("activity", ACTIVITY)):
        files = {path.stem for path in (HERE / folder).iterdir() if path.suffix != ".expect"}
        assert files == {path.stem for path in expects}
