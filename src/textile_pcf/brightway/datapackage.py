"""A result as a `bw_processing` data package: its unit processes, its factors, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray, IntArray
from textile_pcf.brightway.packages import package
from textile_pcf.errors import Problem, UsageError
from textile_pcf.results import Footprint
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.licence import refuse_restricted
from textile_pcf.results.process_system import KINDS, System, system_of

PARTS = ("total", *SPLIT)
CHAIN, LINKS, FLOWS, FACTORS = "technosphere", "links_between_products", "flows", "emission_factors"


def to_datapackage(
    result: Footprint,
    path: str | Path | None = None,
    *,
    part: str = "total",
    flows_as_activities: bool = True,
    labels: bool = True,
    first_id: int = 1,
    own_use: bool = False,
) -> Any:
    """The system behind a result as a data package of Brightway 2.5; no project and no database is touched.

    IntArray count from `first_id`: products in their order, so that a demand of `{first_id + n: 1}` scores as the n-th product per
    product unit; then stages [1 kg leaving the stage], flows [their unit], emission factors as elementary flows characterised
    in kg CO2e. The table `nodes` in the package says what each id is. Stages outside the boundary are there, but nothing takes
    their flows: they count as memo. Links between products are a group of their own, `links_between_products`.

    Parameters
    ----------
    result : Footprint
        From `calculate`.
    path : str or Path, optional
        A new folder, or a new file that ends in `.zip`; in memory where none is given.
    part : str
        What the factors are characterised by: `total`, `fossil`, `biogenic`, `uptake` or `land_use_change`.
    flows_as_activities : bool
        Every line an activity of its own; without, lines stand on their stages: a third of the size.
    labels : bool
        Write the table `nodes`.
    own_use : bool
        You keep the package to yourself, so factors that must not be passed on may be written to `path`.

    Returns
    -------
    bw_processing.Datapackage

    Raises
    ------
    UsageError
        Brightway is not installed, the path is taken, or the licence of a factor forbids the file.
    """
    if part not in PARTS:
        raise UsageError(
            [Problem(f"part {part!r}", "There is no such part.", f"Choose from: {', '.join(PARTS)}.", code="part")]
        )
    if path is not None and not own_use:
        refuse_restricted(result, f"the data package {Path(path).name}")
    return pack(system_of(result), _filesystem(path), part, flows_as_activities, labels, first_id)


def pack(
    system: System,
    filesystem: Any = None,
    part: str = "total",
    flows_as_activities: bool = False,
    labels: bool = False,
    first_id: int = 1,
) -> Any:
    """Unit processes as a data package. [kg CO2e]"""
    processing = package("bw_processing")
    made = processing.create_datapackage(fs=filesystem, name="textile_pcf", metadata=_about(system), sum_inter_duplicates=True)
    matrices = _matrices(system, part, flows_as_activities)
    for name, (matrix, row, column, value, flip) in matrices.items():
        indices = np.empty(len(row), dtype=processing.INDICES_DTYPE)
        indices["row"], indices["col"] = row + first_id, column + first_id
        if matrix == "characterization_matrix":
            indices["col"] = 0
        made.add_persistent_vector(matrix=matrix, name=name, indices_array=indices, data_array=value, flip_array=flip)
    if labels:
        nodes = node_table(system, flows_as_activities, first_id)
        valid = [(name, axis) for name in matrices for axis in ("rows", "cols")]
        made.add_csv_metadata(dataframe=nodes, valid_for=valid, name="nodes")
    if filesystem is not None:
        made.finalize_serialization()
    return made


def _filesystem(path: str | Path | None) -> Any:
    if path is None:
        return None
    place = Path(path)
    if place.exists():
        raise UsageError([Problem(str(path), "This exists already.", "Name a new folder or .zip file.", code="taken")])
    processing = package("bw_processing")
    if place.suffix == ".zip":
        return processing.generic_zipfile_filesystem(dirpath=place.parent, filename=place.name, write=True)
    place.mkdir(parents=True)
    return processing.generic_directory_filesystem(dirpath=place)


def _about(system: System) -> dict[str, Any]:
    """Title, provenance and the licences of the tables that are in it."""
    told = system.result.provenance
    names = dict.fromkeys(table.get("licence") or "not stated" for table in told.get("factors", ()))
    licences = [{"name": name, "title": name, "path": ""} for name in names]
    return {
        "title": f"{told['rule']}: {len(system.result.products)} products",
        "description": f"Unit processes by {told['library']}; {told['status']}, {told['gwp']}, {told['biogenic']}.",
        "licenses": licences,
        "textile_pcf": _plain(told),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


Triple = tuple[str, IntArray, IntArray, FloatArray, NDArray[np.bool_]]


def _matrices(system: System, part: str, flows_as_activities: bool) -> dict[str, Triple]:
    """Entries of the matrices by resource group: matrix, row, column, value, and whether it is an input."""
    met, inputs, links = system.met, system.inputs, system.links
    processes, lines = len(system.processes.kind), len(met.line)
    activities = processes + (lines if flows_as_activities else 0)
    emitting = np.flatnonzero(met.supplier < 0)
    linked = np.flatnonzero(met.supplier >= 0)
    diagonal = np.arange(activities)
    supplier, user, amount = inputs.supplier, inputs.user, inputs.amount
    holder, emitted = met.process[emitting], met.amount[emitting]
    linker, taken = links.user, links.amount
    if flows_as_activities:
        supplier = np.concatenate([supplier, processes + met.line])
        user, amount = np.concatenate([user, met.process]), np.concatenate([amount, met.amount])
        holder, emitted = processes + emitting, np.ones(len(emitting))
        linker, taken = processes + linked, met.supplied[linked]
    column = PARTS.index(part)
    value = system.factors.total if part == "total" else system.factors.split[:, column - 1]
    factor = activities + np.arange(len(value))
    matrices = {
        CHAIN: (
            "technosphere_matrix",
            np.concatenate([diagonal, supplier]),
            np.concatenate([diagonal, user]),
            np.concatenate([np.ones(activities), amount]),
            np.arange(activities + len(supplier)) >= activities,
        ),
        FLOWS: ("biosphere_matrix", activities + met.factor[emitting], holder, emitted, np.zeros(len(holder), dtype=bool)),
        FACTORS: ("characterization_matrix", factor, factor, value, np.zeros(len(value), dtype=bool)),
    }
    if len(linked):
        inputs_ = np.ones(len(linker), dtype=bool)
        matrices[LINKS] = ("technosphere_matrix", links.supplier, linker, taken, inputs_)
    return matrices


def node_table(system: System, flows_as_activities: bool, first_id: int) -> Any:
    """What each id is: kind, product, stage, fibre, flow, name, unit, region, year, table and source, as a DataFrame."""
    import pandas as pd

    result, told, lines = system.result, system.processes, system.result.lines
    stages = np.array([*(info.id for info in result.stages), ""], dtype=object)
    products = np.array(result.products, dtype=object)
    kilogram = np.where(told.kind == 0, result.unit, np.where(np.isin(told.kind, (2, 4)), result.unit, "kg"))
    blocks = [
        pd.DataFrame(
            {
                "kind": np.array(KINDS, dtype=object)[told.kind],
                "product": products[told.product],
                "stage": stages[told.stage],
                "component": np.array(told.component.categories, dtype=object)[told.component.codes],
                "name": [system.process_name(process) for process in range(len(told.kind))],
                "unit": kilogram,
            }
        )
    ]
    if flows_as_activities:
        flow = _texts(lines.flow)
        where = [f"{p}: {s}.{f}" for p, s, f in zip(products[lines.product], stages[lines.stage], flow, strict=True)]
        columns = {name: _texts(getattr(lines, name)) for name in ("component", "flow", "unit", "item", "data_type", "source")}
        blocks.append(
            pd.DataFrame(
                {"kind": "flow", "product": products[lines.product], "stage": stages[lines.stage], "name": where, **columns}
            )
        )
    blocks.append(factor_table(system))
    nodes = pd.concat(blocks, ignore_index=True)
    words = [name for name in nodes.columns if name not in ("kgCO2e", *SPLIT)]
    nodes[words] = nodes[words].fillna("")
    nodes.insert(0, "id", np.arange(len(nodes)) + first_id)
    return nodes


def factor_table(system: System) -> Any:
    """The distinct factors of a result with total and split, as a DataFrame. [kg CO2e per `unit`]"""
    import pandas as pd

    lines, rows, factors = system.result.lines, system.factors.line, system.factors
    columns = {name: _texts(getattr(lines, name))[rows] for name in ("item", "unit", "region", "year")}
    names = [" ".join(filter(None, texts)) for texts in zip(columns["item"], columns["region"], columns["year"], strict=True)]
    texts = {"table": "factor_table", "source": "factor_source", "locator": "factor_locator"}
    split = {part: factors.split[:, number] for number, part in enumerate(SPLIT)}
    return pd.DataFrame(
        {
            "kind": "emission factor",
            "name": names,
            **columns,
            **{name: _texts(getattr(lines, column))[rows] for name, column in texts.items()},
            "kgCO2e": factors.total,
            **split,
        }
    )


def _texts(coded: Any) -> NDArray[np.object_]:
    return np.array([*coded.categories], dtype=object)[coded.codes] if len(coded.categories) else np.array([], dtype=object)
