"""Results of generated systems by the library."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml
from oracle.generated import COLUMNS, Case

import textile_pcf as tp

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def refused(made: Case, folder: Path) -> list[tp.Problem]:
    """Problems of amounts that rows must confirm."""
    path = folder / f"bands{made.seed}.yaml"
    path.write_text(yaml.dump(made.rule, Dumper=DUMPER, sort_keys=False), encoding="utf-8")
    try:
        activity = tp.read_activity(pd.DataFrame(made.rows, columns=list(COLUMNS)), tp.load_rules(path))
        tp.calculate(activity, tp.load_factors(pd.DataFrame(made.factors).fillna("")))
    except tp.InputError as error:
        problems = [problem for problem in error.problems if problem.code != "loop"]
        assert all(problem.code == "implausible" for problem in problems), f"seed {made.seed}: {error}"
        return problems
    return []


def calculated(made: Case, folder: Path) -> tp.Footprint | None:
    """Result of a generated case; None where its loops give nothing, which Brightway confirms."""
    path = folder / f"seed{made.seed}.yaml"
    path.write_text(yaml.dump(made.rule, Dumper=DUMPER, sort_keys=False), encoding="utf-8")
    activity = tp.read_activity(pd.DataFrame(made.rows, columns=list(COLUMNS)), tp.load_rules(path))
    try:
        return tp.calculate(activity, tp.load_factors(pd.DataFrame(made.factors).fillna("")))
    except tp.InputError as error:
        assert [problem.code for problem in error.problems] == ["loop"], f"seed {made.seed}: {error}"
        return None
