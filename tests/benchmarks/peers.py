"""The same work by other means: table engines, pandas, plain numpy. Peers are given the factors found beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import workload

STAGES = list(dict.fromkeys(column.stage for column in workload.columns() if column.kind == "flow"))


def found_factors(factors: Path) -> Any:
    """kg CO2e per written unit of every item, region and year: fallback and units are done for the peers."""
    import pandas as pd

    import textile_pcf as tp
    from textile_pcf.factors import Match, Request
    from textile_pcf.units import parse_unit

    table = tp.load_factors(factors)
    rows = []
    for column in (c for c in workload.columns() if c.kind == "flow"):
        for unit in (column.unit, workload.OTHER[column.unit][0]):
            for item in workload.items(column):
                for region in workload.REGIONS:
                    for year in workload.YEARS:
                        found = table.match(Request(item, "life_cycle", region, year, parse_unit(column.unit)))
                        assert isinstance(found, Match)
                        chosen = table.tables[found.table]
                        value = chosen.numbers["value"][found.row] * chosen.units[found.row].factor * parse_unit(unit).factor
                        rows.append((item, unit, region, str(year), value))
    return pd.DataFrame(rows, columns=["item", "unit", "region", "year", "value"]).drop_duplicates(
        ["item", "unit", "region", "year"]
    )


def decode(path: Path) -> int:
    """Parquet to arrow, dictionaries kept: the floor of any run."""
    from pyarrow import parquet

    file = parquet.ParquetFile(path, read_dictionary=list(workload.TEXTS), memory_map=True)
    return sum(file.read_row_group(group).num_rows for group in range(file.num_row_groups))


def _losses() -> dict[str, str]:
    return {column.stage: column.flow for column in workload.columns() if column.kind == "loss"}


def duckdb(path: Path, found: Any) -> Any:
    """Joins and sums in duckdb."""
    import duckdb as engine

    ratios = ", ".join(
        f"1 / (1 - max(amount) filter (flow = '{loss}') / 100) as r_{stage}" for stage, loss in _losses().items()
    )
    masses = {
        stage: " * ".join(["1.0", *(f"r_{later}" for later in STAGES[place + 1 :])]) for place, stage in enumerate(STAGES)
    }
    sums = ", ".join(f"coalesce(sum(amount * value) filter (stage = '{stage}'), 0) as s_{stage}" for stage in STAGES)
    told = ", ".join(f"s_{stage} * {mass} as {stage}" for stage, mass in masses.items())
    with engine.connect() as connection:
        connection.register("found", found)
        return connection.sql(
            f"""with rows as (from read_parquet('{path}')),
            losses as (select product, {ratios} from rows where flow like '%_loss' group by product),
            flows as (select product, {sums} from rows join found using (item, unit, region, year) group by product)
            select product, {told} from flows join losses using (product)"""
        ).to_arrow_table()


def polars(path: Path, found: Any) -> Any:
    """Joins and sums in polars, streaming."""
    import polars as pl

    rows = pl.scan_parquet(path)
    text = [pl.col(name).cast(pl.String) for name in ("item", "unit", "region", "year", "stage", "flow")]
    rows = rows.with_columns(text)
    named = pl.from_pandas(found).lazy().with_columns(pl.col("item", "unit", "region", "year").cast(pl.String))
    flows = rows.join(named, on=["item", "unit", "region", "year"])
    one = [
        ((pl.col("amount") * pl.col("value")).filter(pl.col("stage") == stage)).sum().alias(f"s_{stage}") for stage in STAGES
    ]
    sums = flows.group_by("product").agg(one)
    ratio = [
        (1 / (1 - pl.col("amount").filter(pl.col("flow") == loss).max() / 100)).alias(f"r_{stage}")
        for stage, loss in _losses().items()
    ]
    losses = rows.filter(pl.col("flow").str.ends_with("_loss")).group_by("product").agg(ratio)
    told = []
    for place, stage in enumerate(STAGES):
        mass = pl.lit(1.0)
        for later in STAGES[place + 1 :]:
            mass = mass * pl.col(f"r_{later}")
        told.append((pl.col(f"s_{stage}") * mass).alias(stage))
    return sums.join(losses, on="product").select("product", *told).collect(engine="streaming").to_arrow()


def pandas(path: Path, found: Any) -> Any:
    """Row group by row group in pandas, texts as categories, factors by one merge, sums by group."""
    import pandas as pd
    from pyarrow import parquet

    file = parquet.ParquetFile(path, read_dictionary=list(workload.TEXTS))
    parts = []
    for group in range(file.num_row_groups):
        frame = file.read_row_group(group).to_pandas()
        flows = frame[frame["item"].notna()].merge(found, on=["item", "unit", "region", "year"])
        flows["kg"] = flows["amount"] * flows["value"]
        sums = flows.groupby(["product", "stage"], observed=True)["kg"].sum().unstack(fill_value=0.0)[STAGES]
        losses = frame[frame["flow"].isin(list(_losses().values()))]
        ratio = 1 / (1 - losses.pivot_table(index="product", columns="stage", values="amount", observed=True)[STAGES] / 100)
        masses = ratio[STAGES[::-1]].cumprod(axis=1).shift(1, axis=1, fill_value=1.0)[STAGES]
        parts.append(sums * masses)
    return pd.concat(parts).reset_index()


def dict_loop(
    rows: list[dict[str, Any]], value: dict[tuple[str, str, str, str], float], losses: dict[str, str]
) -> dict[str, float]:
    """One product, a plain loop over dictionaries; nothing is checked."""
    sums, ratio = dict.fromkeys(STAGES, 0.0), dict.fromkeys(STAGES, 1.0)
    for row in rows:
        if row.get("item"):
            sums[row["stage"]] += row["amount"] * value[row["item"], row["unit"], row["region"], row["year"]]
        elif row["flow"] == losses.get(row["stage"]):
            ratio[row["stage"]] = 1 / (1 - row["amount"] / 100)
    mass = 1.0
    for stage in reversed(STAGES):
        sums[stage] *= mass
        mass *= ratio[stage]
    return sums


def blocked(amounts: np.ndarray[Any, Any], factor: np.ndarray[Any, Any], block: int = 800) -> np.ndarray[Any, Any]:
    """Wide: products × 40 in canonical units to products × stages, in blocks that stay in the cache; nothing is checked."""
    told = workload.columns()
    loss = [place for place, column in enumerate(told) if column.kind == "loss"]
    flows = np.zeros((len(told), len(STAGES)))
    for place, column in enumerate(told):
        if column.kind == "flow":
            flows[place, STAGES.index(column.stage)] = factor[place]
    result = np.empty((len(amounts), len(STAGES)))
    for first in range(0, len(amounts), block):
        part = amounts[first : first + block]
        mass = np.ones(len(part))
        sums = part @ flows
        for stage in range(len(STAGES) - 1, -1, -1):
            sums[:, stage] *= mass
            mass = mass / (1 - part[:, loss[stage]])
        result[first : first + block] = sums
    return result


def by_pint(amounts: list[float], units: list[str], wanted: dict[str, str]) -> dict[str, Any]:
    """Amounts to canonical units by pint, three ways: texts read row by row, units kept, one factor per distinct unit."""
    import pint

    registry = pint.UnitRegistry()
    known = {unit: (registry.Unit(unit), registry.Unit(canonical)) for unit, canonical in wanted.items()}
    codes, numbers = np.unique(units, return_inverse=True)[1], np.array(amounts)

    def texts() -> Any:
        told = zip(amounts, units, strict=True)
        return np.array([registry.Quantity(f"{amount!r} {unit}").to(wanted[unit]).magnitude for amount, unit in told])

    def kept() -> Any:
        told = zip(amounts, units, strict=True)
        return np.array([registry.Quantity(amount, known[unit][0]).to(known[unit][1]).magnitude for amount, unit in told])

    def distinct() -> Any:
        factor = [registry.Quantity(1.0, known[unit][0]).to(known[unit][1]).magnitude for unit in sorted(known)]
        return np.array(factor)[codes] * numbers

    return {"texts, row by row": texts, "units kept, row by row": kept, "once per distinct unit": distinct}


def brightway(system: Any, products: int) -> np.ndarray[Any, Any]:
    """One data package, one transposed solve; the unit processes are given. [kg CO2e per product unit]"""
    import bw2calc
    from scipy.sparse.linalg import splu

    from textile_pcf.brightway.datapackage import pack

    lca = bw2calc.LCA({1: 1.0}, data_objs=[pack(system)])
    lca.load_lci_data()
    lca.load_lcia_data()
    emitted = np.asarray((lca.characterization_matrix @ lca.biosphere_matrix).sum(axis=0)).ravel()
    score = splu(lca.technosphere_matrix.tocsc(), permc_spec="NATURAL").solve(emitted, trans="T")
    return np.asarray(score)[lca.technosphere_mm.row_mapper.map_array(np.arange(1, products + 1))]
