"""Scores of activities of a Brightway database: one factorisation, one transposed solve for all of them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray
from textile_pcf.brightway.chosen import Chosen
from textile_pcf.brightway.gases import GASES, NOT_PRINTED, Gases
from textile_pcf.brightway.packages import package
from textile_pcf.errors import FactorError, Problem, UsageError

TINY = 1e-12
BLOCK = 256  # activities looked through at once


@dataclass(frozen=True)
class Scored:
    """Scores per unit of each chosen activity and its gases, shape (activities, gases). [kg CO2e; kg per unit]

    `nothing` says where no flow of the life cycle is characterised, or is one of the gases.
    """

    score: FloatArray
    gases: FloatArray
    unprinted: FloatArray
    nothing: NDArray[np.bool_]


def scored(brightway: Any, these: list[Chosen], method: tuple[str, ...], gases: Gases | None) -> Scored:
    """Score and gases of one unit of each activity's product, or of treating one where the activity takes it in.

    Raises
    ------
    FactorError
        Brightway cannot solve the database.
    """
    if not these:
        raise UsageError([Problem("select", "No activity is chosen.", "Choose at least one.", code="no-activity")])
    lca = _loaded(brightway, these[0], method)
    from scipy.sparse.linalg import splu

    weights = np.asarray(lca.characterization_matrix.sum(axis=0)).ravel()
    columns = _flow_columns(lca, weights, gases)
    right = np.ascontiguousarray(lca.biosphere_matrix.T @ columns)
    try:
        solver = splu(lca.technosphere_matrix.T.tocsc())
    except RuntimeError as error:
        raise _unsolved(these[0], str(error)) from error
    rows = lca.dicts.product
    places = np.array([rows[one.product.id] for one in these], dtype=np.intp)
    _refuse_own_use(lca, these, places)
    told = solver.solve(right)[places] * np.sign([one.made for one in these])[:, None]
    if not np.isfinite(told).all():
        raise _unsolved(these[0], "some scores are not finite")
    nothing = _nothing(lca, solver, columns, places, told)
    return Scored(score=told[:, 0], gases=told[:, 2:], unprinted=told[:, 1], nothing=nothing)


def _loaded(brightway: Any, first: Chosen, method: tuple[str, ...]) -> Any:
    """Brightway's matrices."""
    errors = (import_error("bw2calc.errors", "BW2CalcError"), import_error("bw2data.errors", "BW2Exception"),
              import_error("matrix_utils.errors", "MatrixUtilsError"))  # fmt: skip
    try:
        demand, packages, remapping = brightway.prepare_lca_inputs({first.product: 1.0}, method=method)
        lca = package("bw2calc").LCA(demand, data_objs=packages, remapping_dicts=remapping)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that nothing is characterised is told by us
            lca.load_lci_data()
            lca.load_lcia_data()
    except errors as error:
        raise _unsolved(first, str(error)) from error
    return lca


def import_error(module: str, name: str) -> type[Exception]:
    """An exception of one of Brightway's packages."""
    found: type[Exception] = getattr(package(module), name)
    return found


def _unsolved(one: Chosen, reason: str) -> FactorError:
    what = f"Brightway cannot solve the database: {reason.strip().rstrip('.') or 'it gives no reason'}."
    cure = "Every product needs one activity that makes it, and every activity one product: allocate and link in Brightway."
    return FactorError([Problem(str(one.node["database"]), what, cure, code="not-solved")])


def _refuse_own_use(lca: Any, these: list[Chosen], places: NDArray[np.intp]) -> None:
    """Refuse activities that use all or more of what they make: their score would be of the wrong sign."""
    columns = [lca.dicts.activity[one.node.id] for one in these]
    net = np.asarray(lca.technosphere_matrix.tocsr()[places, columns]).ravel()
    problems = [
        Problem(
            f"{one.node['database']} ({one.node['name']})",
            "The activity uses all or more of what it makes.",
            "Correct its exchanges in Brightway. Or leave it out with select.",
            code="bad-production",
        )
        for one, left in zip(these, net.tolist(), strict=True)
        if left * one.made <= 0
    ]
    if problems:
        raise FactorError(problems)


def _flow_columns(lca: Any, weights: FloatArray, gases: Gases | None) -> FloatArray:
    """Per elementary flow: its weight, its weight where it is never printed, and its mass of each gas."""
    columns = np.zeros((len(weights), 2 + len(GASES)))
    columns[:, 0] = weights
    rows = lca.dicts.biosphere
    for gas, ids in (gases.flows if gases else {}).items():
        places = [rows[number] for number in ids if number in rows]
        columns[places, 2 + GASES.index(gas)] = 1.0
        if gas in NOT_PRINTED:
            columns[places, 1] = weights[places]
    return columns


def _nothing(lca: Any, solver: Any, columns: FloatArray, places: NDArray[np.intp], told: FloatArray) -> NDArray[np.bool_]:
    """Where no activity of the life cycle has a flow that counts. Only scores that are next to nothing are looked through."""
    size = float(np.abs(told).max(initial=0.0))
    nothing = np.abs(told).max(axis=1, initial=0.0) <= TINY * size
    counts = abs(lca.biosphere_matrix).T @ np.abs(columns).sum(axis=1)
    asked = np.flatnonzero(nothing)
    for start in range(0, len(asked), BLOCK):
        block = asked[start : start + BLOCK]
        demand = np.zeros((len(counts), len(block)))
        demand[places[block], np.arange(len(block))] = 1.0
        supply = np.abs(solver.solve(demand, trans="T"))
        takes_part = supply > TINY * supply.max(axis=0, initial=0.0)
        nothing[block] = ~(takes_part & (counts > 0)[:, None]).any(axis=0)
    return np.asarray(nothing)
