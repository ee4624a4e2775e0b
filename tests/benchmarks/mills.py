"""The second workload: the shipped rules with their defaults and methods, as mills fill their templates.

Each product tells the rows of a shipped example: a mill's template, filled in. What differs between products is drawn with
a seed. A mill has another spinning system, loom or dyeing machine, of those for which the rule has values; it stands in
another province, in another year; a number that it states differs by up to a tenth; and some of what the rule would fill in
it has measured, up to a fifth beside the value of the rule. Emission factors are those of the shipped tables. A choice that
the rule or the tables do not answer for the example is left out, so that every product can be calculated.
"""

from __future__ import annotations

import csv
import hashlib
import json
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import workload
from bench import Bench
from measure import ROOT, Row, in_turns, peak_of, ratio

import textile_pcf as tp
from textile_pcf.rules.arrays import rule_arrays

EXAMPLES = ROOT / "examples"
RULES = {  # what stands in the table: example
    "chemical fibre": "polyester_woven",
    "cotton": "cotton_poplin",
    "silk": "silk_habotai",
    "apparel": "t_shirt",
}
PLACES = [(region, year) for region in ("CN", "CN-ZJ", "CN-JS", "CN-SD", "CN-GD") for year in ("", "2023", "2024")]
MEASURED, STATED = 0.2, 0.1  # how far a measured amount is from the rule's, and a stated one from the example's
GROUP = 5_000  # products in a row group


@dataclass(frozen=True)
class Template:
    """What the rows of a product say: places, each with one or more forms; a form is a row or None where there is none."""

    rules: tp.RuleSet
    factors: tp.FactorTable
    forms: list[list[dict[str, str] | None]]


def described(name: str) -> dict[str, str]:
    """What the list of examples says of the example of one rule."""
    with (EXAMPLES / "examples.csv").open(encoding="utf-8") as file:
        return next(row for row in csv.DictReader(file) if row["name"] == RULES[name])


def rule_and_factors(name: str) -> tuple[tp.RuleSet, tp.FactorTable]:
    """One rule and the tables of its example."""
    told = described(name)
    tables = [EXAMPLES / told["name"] / one if one.endswith(".csv") else one for one in told["factors"].split(";")]
    return tp.load_rules(told["rule"]), tp.load_factors(*tables)


def template(name: str) -> Template:
    """The filled template of one rule, with every form that can be calculated."""
    told = described(name)
    with (EXAMPLES / told["name"] / told["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rules, factors = rule_and_factors(name)

    def can_be_calculated(place: int, form: dict[str, str] | None) -> bool:
        try:
            tp.footprint([*rows[:place], *([form] if form else []), *rows[place + 1 :]], rules, factors)
        except tp.InputError:
            return False
        return True

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        measured = _measured(tp.footprint(rows, rules, factors))
        forms: list[list[dict[str, str] | None]] = []
        for place, row in enumerate(rows):
            others = [form for form in _other_forms(row, rules, measured) if can_be_calculated(place, form)]
            forms.append([row, *others])
        given = {(row["stage"], row["flow"]) for row in rows}
        for (stage, flow), new in measured.items():
            row = {**dict.fromkeys(rows[0], ""), "product": rows[0]["product"], "stage": stage, "flow": flow, **new}
            if (stage, flow) not in given and can_be_calculated(len(rows), row):
                forms.append([None, None, row])
    return Template(rules, factors, forms)


def _other_forms(
    row: dict[str, str], rules: tp.RuleSet, measured: dict[tuple[str, str], dict[str, str]]
) -> list[dict[str, str]]:
    """Other rows that a mill may write in this place."""
    if not row["flow"] and row["stage"] == "product":
        return [{**row, "region": region, "year": year} for region, year in PLACES]
    spec = next((one for one in rules.properties if (rules.stage_id(one.stage), one.id) == (row["stage"], row["flow"])), None)
    if spec is not None and spec.choice and row["flow"] != "category":
        return [{**row, "item": option} for option in spec.choice if option != row["item"]]
    new = measured.get((row["stage"], row["flow"]))
    return [{**row, **new}] if new and not row["amount"] else []


def _measured(result: tp.Footprint) -> dict[tuple[str, str], dict[str, str]]:
    """Amount and unit of what the rule fills in, by stage and flow; none of what it balances itself."""
    inventory, rules = result.inventory, result.rules
    told = {}
    for index, value in zip(inventory.flow.tolist(), inventory.value.tolist(), strict=True):
        flow = rules.flows[index]
        if not flow.balance and value > 0:
            unit = flow.ratio_unit
            row = {"amount": repr(value / unit.factor), "unit": unit.text, "data_type": "measured", "source": "meter"}
            told[rules.stage_id(flow.stage), flow.id] = row
    return told


def catalogue(told: Template, first: int, products: int) -> Any:
    """Products `first` … as a pyarrow table with dictionary-encoded texts; the same whatever the size of the run."""
    import pyarrow as pa

    draw = np.random.default_rng([11, first])
    flat = [form for forms in told.forms for form in forms]
    columns = [name for name in next(row for row in flat if row) if name not in ("product", "amount")]
    begin = np.cumsum([0, *(len(forms) for forms in told.forms)])[:-1]
    form = begin + np.stack([draw.integers(0, len(forms), products) for forms in told.forms], axis=1)
    is_row = np.array([row is not None for row in flat])[form]
    product = np.broadcast_to(np.arange(products, dtype=np.int32)[:, None], form.shape)[is_row]
    form = form[is_row]
    amount = np.array([float(row["amount"]) if row and row["amount"] else np.nan for row in flat])
    balance = np.array([bool(row) and (row["unit"], row["amount"]) == ("kg/kg", "1") for row in flat])
    fixed = balance | np.array([bool(row) and row["flow"] == "cutoff" for row in flat])  # mills estimate in round numbers
    measured = np.array([bool(row) and row["source"] == "meter" for row in flat])
    spread = np.where(fixed, 0.0, np.where(measured, MEASURED, STATED))
    of_rule = rule_arrays(told.rules).property_is_share
    shares = {spec.id for spec, is_share in zip(told.rules.properties, of_rule, strict=True) if is_share}
    most = np.array([(100.0 if row["unit"] == "%" else 1.0) if row and row["flow"] in shares else np.inf for row in flat])
    amounts = np.minimum(amount[form] * (1 + spread[form] * draw.uniform(-1, 1, len(form))), most[form])
    table = {"product": pa.DictionaryArray.from_arrays(product, workload.sku(np.arange(first, first + products)))}
    for name in columns:
        texts = [row[name] if row else "" for row in flat]
        words = list(dict.fromkeys(text for text in texts if text))
        codes = np.array([words.index(text) if text else 0 for text in texts], dtype=np.int32)[form]
        nothing = np.array([not text for text in texts])[form]
        table[name] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=nothing), pa.array(words, pa.string()))
    return pa.table({**table, "amount": pa.array(amounts, mask=np.isnan(amounts))})


def write_catalogue(told: Template, products: int, path: Path) -> Path:
    """The catalogue as Parquet, in row groups of whole products."""
    from pyarrow import parquet

    new = path.with_suffix(".new")
    writer = None
    for first in range(0, products, GROUP):
        piece = catalogue(told, first, min(GROUP, products - first))
        writer = writer or parquet.ParquetWriter(new, piece.schema)
        writer.write_table(piece, row_group_size=len(piece))
    assert writer is not None
    writer.close()
    return new.rename(path)


def decode(path: Path) -> int:
    """Parquet to arrow, dictionaries kept: the floor of any run."""
    from pyarrow import parquet

    texts = [name for name in parquet.read_schema(path).names if name != "amount"]
    file = parquet.ParquetFile(path, read_dictionary=texts, memory_map=True)
    return sum(file.read_row_group(group).num_rows for group in range(file.num_row_groups))


def mills(bench: Bench) -> list[Row]:
    """Target 2b: each shipped rule against decoding."""
    rows = []
    for name in RULES:
        told = template(name)
        drawn = hashlib.sha256(f"{told.forms}".encode() + Path(__file__).read_bytes()).hexdigest()[:8]
        path = bench.home / f"{RULES[name]}_{bench.products}_{drawn}.parquet"
        size = decode(path if path.exists() else write_catalogue(told, bench.products, path))

        def calculate(path: Path, told: Template) -> None:
            bench.clear()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # on factors of other GWP sets: they are known, and the same each time
                result = tp.calculate_batch(path, told.rules, told.factors, out=bench.out, progress=False)
            assert (result.products, result.rejected) == (bench.products, 0), result

        runs = {"decode": partial(decode, path), "ours": partial(calculate, path, told)}
        timed = in_turns(runs, bench.rounds, f"{name}, {bench.products} products, ", bench.clear)
        what = f"rule {name} as mills fill it, {bench.products:,} products of {size / bench.products:.1f} rows: against decode"
        rows.append(ratio("2b", what, 2.5, timed["ours"], timed["decode"]))
        rows += [memory(name, path, bench, **options) for options in ({}, {"uncertainty": "closed"}, {"weights": True})]
    return rows


def memory(name: str, path: Path, bench: Bench, **options: Any) -> Row:
    """Target 10: peak memory of the batch of one shipped rule, with options, in a process of its own."""
    peak = peak_of("mill", name, path, bench.out, json.dumps(options))
    what = f"peak memory, rule {name} as mills fill it, {bench.products:,} products"
    what += "".join(f", {option}" for option in options)
    return Row("10", what, "≤ 600 MB", f"{peak:.0f} MB ({peak / 600:.2f}×)", peak <= 600)
