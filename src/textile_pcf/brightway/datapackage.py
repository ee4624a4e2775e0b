"""Write a result as a `bw_processing` data package: unit processes, factors and a table of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray, IntArray
from textile_pcf.brightway.packages import package, refuse_other_than_result
from textile_pcf.errors import Problem, UsageError, whole_number
from textile_pcf.io.output_files import as_path, refuse_unwritable
from textile_pcf.messages.message import Message
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
    """Return the system behind a result as a data package of Brightway 2.5, without any project or database.

    Ids count from `first_id`: first the products in their order, so that a demand of `{first_id + n: 1}` has the score of the
    n-th product per product unit; then stages [1 kg leaving the stage], flows [their unit], and emission factors as elementary
    flows characterised in kg CO2e. The table `nodes` in the package describes each id. Stages outside the system boundary are
    included, but nothing takes their flows. Links between products are a group of their own, `links_between_products`.

    Parameters
    ----------
    result : Footprint
        From `calculate`.
    path : str or Path, optional
        A new folder, or a new file that ends in `.zip`; in memory by default.
    part : str
        Part that characterises the factors: `total`, `fossil`, `biogenic`, `uptake` or `land_use_change`.
    flows_as_activities : bool
        Make each line an activity; otherwise lines belong to their stages, which takes a third of the size.
    labels : bool
        Write the table `nodes`.
    first_id : int
        Id of the first product.
    own_use : bool
        True if the package is not passed on, so that restricted factors may be written.

    Returns
    -------
    bw_processing.Datapackage
        The data package.

    Raises
    ------
    UsageError
        Brightway is not installed, the path exists, there is no such part, or the licence of a factor forbids the file.
    """
    refuse_other_than_result(result)
    number = whole_number(first_id)
    if number is None or number < 0:
        raise UsageError([Problem("first_id", "This is no id.", "Write a whole number from 0 on.", code="usage")])
    if part not in PARTS:
        raise UsageError(
            [
                Problem(
                    f"part {part!r}",
                    "There is no such part.",
                    Message("Choose from: {choices}.", choices=", ".join(PARTS)),
                    code="part",
                )
            ]
        )
    if path is not None and not own_use:
        refuse_restricted(result, Message("the data package {name}", name=Path(path).name))
    system = system_of(result)
    return pack(system, _filesystem(path), part, flows_as_activities, labels, number)


def pack(
    system: System,
    filesystem: Any = None,
    part: str = "total",
    flows_as_activities: bool = False,
    labels: bool = False,
    first_id: int = 1,
) -> Any:
    """Return unit processes as a data package. [kg CO2e]"""
    processing = package("bw_processing")
    datapackage = processing.create_datapackage(
        fs=filesystem, name="textile_pcf", metadata=_about(system), sum_inter_duplicates=True
    )
    matrices = _matrices(system, part, flows_as_activities)
    for name, (matrix, row, column, value, flip) in matrices.items():
        indices = np.empty(len(row), dtype=processing.INDICES_DTYPE)
        indices["row"], indices["col"] = row + first_id, column + first_id
        if matrix == "characterization_matrix":
            indices["col"] = 0
        datapackage.add_persistent_vector(matrix=matrix, name=name, indices_array=indices, data_array=value, flip_array=flip)
    if labels:
        nodes = node_table(system, flows_as_activities, first_id)
        resources = [(name, axis) for name in matrices for axis in ("rows", "cols")]
        datapackage.add_csv_metadata(dataframe=nodes, valid_for=resources, name="nodes")
    if filesystem is not None:
        datapackage.finalize_serialization()
    return datapackage


def _filesystem(path: str | Path | None) -> Any:
    if path is None:
        return None
    target = as_path(path, "path")
    if target.exists():
        raise UsageError([Problem(str(path), "This exists already.", "Name a new folder or .zip file.", code="taken")])
    processing = package("bw_processing")
    if target.suffix == ".zip":
        refuse_unwritable(target, str(path))
    try:
        if target.suffix == ".zip":
            return processing.generic_zipfile_filesystem(dirpath=target.parent, filename=target.name, write=True)
        target.mkdir(parents=True)
    except OSError as error:
        what = Message("The file cannot be written: {reason}.", reason=Message(error.strerror or str(error)))
        raise UsageError([Problem(str(path), what, "Name a new folder or .zip file.", code="unwritable")]) from None
    return processing.generic_directory_filesystem(dirpath=target)


def _about(system: System) -> dict[str, Any]:
    """Title, provenance and licences of the tables used."""
    provenance, settings = system.result.provenance, ("status", "gwp", "biogenic")
    names = dict.fromkeys(table.get("licence") or "not stated" for table in provenance.get("factors", ()))
    licences = [{"name": name, "title": name, "path": ""} for name in names]
    return {
        "title": f"{provenance['rule']}: {len(system.result.products)} products",
        "description": f"Unit processes by {provenance['library']}; {', '.join(provenance[key] for key in settings)}.",
        "licenses": licences,
        "textile_pcf": _to_json(provenance),
    }


def _to_json(value: Any) -> Any:
    """Convert mappings and sequences to dict and list, and unknown values to text."""
    if isinstance(value, Mapping):
        return {str(key): _to_json(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_to_json(entry) for entry in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


Entries = tuple[str, IntArray, IntArray, FloatArray, NDArray[np.bool_]]


def _matrices(system: System, part: str, flows_as_activities: bool) -> dict[str, Entries]:
    """Entries of the matrices by resource group: matrix, row, column, value, and whether the entry is an input."""
    exchanges, inputs, links = system.exchanges, system.inputs, system.links
    processes, lines = len(system.processes.kind), len(exchanges.line)
    activities = processes + (lines if flows_as_activities else 0)
    emitting = np.flatnonzero(exchanges.supplier < 0)
    linked = np.flatnonzero(exchanges.supplier >= 0)
    diagonal = np.arange(activities)
    supplier, user, amount = inputs.supplier, inputs.user, inputs.amount
    emitter, emitted = exchanges.process[emitting], exchanges.amount[emitting]
    link_user, link_amount = links.user, links.amount
    if flows_as_activities:
        supplier = np.concatenate([supplier, processes + exchanges.line])
        user, amount = np.concatenate([user, exchanges.process]), np.concatenate([amount, exchanges.amount])
        emitter, emitted = processes + emitting, np.ones(len(emitting))
        link_user, link_amount = processes + linked, exchanges.supplier_units[linked]
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
        FLOWS: (
            "biosphere_matrix",
            activities + exchanges.factor[emitting],
            emitter,
            emitted,
            np.zeros(len(emitter), dtype=bool),
        ),
        FACTORS: ("characterization_matrix", factor, factor, value, np.zeros(len(value), dtype=bool)),
    }
    if len(linked):
        flip = np.ones(len(link_user), dtype=bool)
        matrices[LINKS] = ("technosphere_matrix", links.supplier, link_user, link_amount, flip)
    return matrices


def node_table(system: System, flows_as_activities: bool, first_id: int) -> Any:
    """Return what each id stands for: kind, product, stage, component, flow, name, unit, region, year, table and source."""
    import pandas as pd

    result, processes, lines = system.result, system.processes, system.result.lines
    stages = np.array([*(info.id for info in result.stages), ""], dtype=object)
    products = np.array(result.products, dtype=object)
    kilogram = np.where(processes.kind == 0, result.unit, np.where(np.isin(processes.kind, (2, 4)), result.unit, "kg"))
    blocks = [
        pd.DataFrame(
            {
                "kind": np.array(KINDS, dtype=object)[processes.kind],
                "product": products[processes.product],
                "stage": stages[processes.stage],
                "component": np.array(processes.component.categories, dtype=object)[processes.component.codes],
                "name": [system.process_name(process) for process in range(len(processes.kind))],
                "unit": kilogram,
            }
        )
    ]
    if flows_as_activities:
        flow = _texts(lines.flow)
        names = [f"{p}: {s}.{f}" for p, s, f in zip(products[lines.product], stages[lines.stage], flow, strict=True)]
        columns = {name: _texts(getattr(lines, name)) for name in ("component", "flow", "unit", "item", "data_type", "source")}
        blocks.append(
            pd.DataFrame(
                {"kind": "flow", "product": products[lines.product], "stage": stages[lines.stage], "name": names, **columns}
            )
        )
    blocks.append(factor_table(system))
    nodes = pd.concat(blocks, ignore_index=True)
    text_columns = [name for name in nodes.columns if name not in ("kgCO2e", *SPLIT)]
    nodes[text_columns] = nodes[text_columns].fillna("")
    nodes.insert(0, "id", np.arange(len(nodes)) + first_id)
    return nodes


def factor_table(system: System) -> Any:
    """Return the distinct factors of a result with total and split. [kg CO2e per `unit`]"""
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


def _texts(column: Any) -> NDArray[np.object_]:
    return np.array([*column.categories], dtype=object)[column.codes] if len(column.categories) else np.array([], dtype=object)
