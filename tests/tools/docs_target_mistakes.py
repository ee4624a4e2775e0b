"""The mistakes of `docs/mistakes.yaml` that are made in targets, series and documents of measures, and the answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import textile_pcf as tp

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "helpers")]
from improvement_inputs import FACTORS, RULE  # noqa: E402
from mill_mistakes import catalogue  # noqa: E402

CAPS = """targets:
- {id: hla, entity: HLA, metric: intensity, scopes: [1, 2], boundary: site, unit: kgCO2e/set, source: letter,
   base: {year: 2024, amount: 4.6}, caps: [{from: 2025, to: 2030, at_most: 4.35}]}"""
SERIES = """entity,year,quantity,amount,unit,scopes,boundary
HLA,2025,emissions,4350,tCO2e,1 2,site
HLA,2025,output,1000000,set,,"""
ACTIVITY = """product,stage,flow,amount,unit,region,year
A,product,,,,CN,2024
A,finishing,heat,0,MJ/kg,,
A,finishing,electricity,1,kWh/kg,,"""
MEASURES = """discount: 8 %
improvements:
- {id: motors, source: offer, investment: 1000 CNY, lifetime: 10, saving: 0 CNY,
   changes: [{stage: finishing, flow: electricity, multiply: 0.9}]}"""
PRODUCTION = "product,process,output,unit\nA,finishing,1000,t"
CHECK = {"targets.yaml": CAPS, "series.csv": SERIES}
RANK = {"activity.csv": ACTIVITY, "measures.yaml": MEASURES, "production.csv": PRODUCTION}


def _check(folder: Path) -> Callable[[], object]:
    found = {name: folder / f"{name}.csv" for name in ("recalculations", "attribution") if (folder / f"{name}.csv").is_file()}
    return lambda: tp.targets.check(folder / "targets.yaml", folder / "series.csv", **found)


def _rank(folder: Path) -> Callable[[], object]:
    (folder / "small_mill.yaml").write_text(RULE, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    files = (folder / name for name in ("activity.csv", "small_mill.yaml", "measures.yaml", "production.csv"))
    return lambda: tp.improvements.rank(*files, factors=folder / "factors.csv")


def target_mistakes(folder: Path) -> Iterator[tuple[str, Path, Callable[[], object]]]:
    """Yield what was written, the folder it stands in, and the call that refuses it; the good files have no problem."""
    for number, entry in enumerate([{"files": {}}, {"files": {}, "call": "rank"}, *catalogue()["targets"]]):
        own = folder / str(number)
        own.mkdir()
        good, call = (RANK, _rank) if entry.get("call") == "rank" else (CHECK, _check)
        for name, text in {**good, **entry["files"]}.items():
            (own / name).write_text(text.strip() + "\n", encoding="utf-8")
        if entry["files"]:
            yield "\n".join(f"# {name}\n{text.strip()}" for name, text in entry["files"].items()), own, call(own)
        else:
            call(own)()
