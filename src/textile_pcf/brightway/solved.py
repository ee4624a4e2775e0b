"""Score activities of a Brightway database with one factorisation and one transposed solve for all of them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray
from textile_pcf.brightway.chosen import SelectedActivity
from textile_pcf.brightway.gases import BIOGENIC, GASES, Gases
from textile_pcf.brightway.packages import package
from textile_pcf.errors import FactorError, Problem, UsageError
from textile_pcf.messages.message import Message, sentences

TINY = 1e-12
BLOCK = 256  # activities looked through at once


@dataclass(frozen=True)
class ActivityScores:
    """Scores and gases of activities, per unit of their product.

    Attributes
    ----------
    score : ndarray, shape (activities,)
        Score by the method. [kg CO2e per unit]
    gases : ndarray, shape (activities, gases)
        Mass of each gas. [kg per unit]
    unprinted : ndarray, shape (activities,)
        Part of the score from biogenic CO2 and uptake. [kg CO2e per unit]
    uncharacterised : ndarray of bool, shape (activities,)
        True if no flow of the life cycle is characterised or one of the gases.
    """

    score: FloatArray
    gases: FloatArray
    unprinted: FloatArray
    uncharacterised: NDArray[np.bool_]


def score_activities(
    brightway: Any, activities: list[SelectedActivity], method: tuple[str, ...], gases: Gases
) -> ActivityScores:
    """Score one unit of the product of each activity, or the treatment of one unit if the activity takes it in.

    Raises
    ------
    UsageError
        No activity is selected.
    FactorError
        Brightway cannot solve the database.
    """
    if not activities:
        raise UsageError([Problem("select", "No activity is chosen.", "Choose at least one.", code="no-activity")])
    lca = _load_matrices(brightway, activities[0], method)
    from scipy.sparse.linalg import splu

    weights = np.asarray(lca.characterization_matrix.sum(axis=0)).ravel()
    columns = _flow_columns(lca, weights, gases)
    right = np.ascontiguousarray(lca.biosphere_matrix.T @ columns)
    try:
        solver = splu(lca.technosphere_matrix.T.tocsc())
    except RuntimeError as error:
        raise _not_solved(activities[0], str(error)) from error
    rows = lca.dicts.product
    indices = np.array([rows[activity.product.id] for activity in activities], dtype=np.intp)
    _refuse_own_use(lca, activities, indices)
    scores = solver.solve(right)[indices] * np.sign([activity.amount for activity in activities])[:, None]
    if not np.isfinite(scores).all():
        raise _not_solved(activities[0], "some scores are not finite")
    counted = slice(None) if gases.weights else slice(2)  # without a set, gases do not make up for a value of 0
    uncharacterised = _uncharacterised(lca, solver, columns[:, counted], indices, scores[:, counted])
    return ActivityScores(score=scores[:, 0], gases=scores[:, 2:], unprinted=scores[:, 1], uncharacterised=uncharacterised)


def _load_matrices(brightway: Any, first: SelectedActivity, method: tuple[str, ...]) -> Any:
    """Return a `bw2calc.LCA` with the matrices of the database and the method."""
    errors = (import_error("bw2calc.errors", "BW2CalcError"), import_error("bw2data.errors", "BW2Exception"),
              import_error("matrix_utils.errors", "MatrixUtilsError"))  # fmt: skip
    try:
        demand, packages, remapping = brightway.prepare_lca_inputs({first.product: 1.0}, method=method)
        lca = package("bw2calc").LCA(demand, data_objs=packages, remapping_dicts=remapping)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # uncharacterised activities are reported below
            lca.load_lci_data()
            lca.load_lcia_data()
    except errors as error:
        raise _not_solved(first, str(error)) from error
    return lca


def import_error(module: str, name: str) -> type[Exception]:
    """Return an exception class of a Brightway package."""
    error_class: type[Exception] = getattr(package(module), name)
    return error_class


def _not_solved(activity: SelectedActivity, reason: str) -> FactorError:
    what = Message("Brightway cannot solve the database: {reason}.", reason=reason.strip().rstrip(".") or "it gives no reason")
    cure = "Every product needs one activity that makes it, and every activity one product: allocate and link in Brightway."
    return FactorError([Problem(str(activity.node["database"]), what, cure, code="not-solved")])


def _refuse_own_use(lca: Any, activities: list[SelectedActivity], indices: NDArray[np.intp]) -> None:
    """Refuse activities that use all they make or more: their score would have the wrong sign."""
    columns = [lca.dicts.activity[activity.node.id] for activity in activities]
    net = np.asarray(lca.technosphere_matrix.tocsr()[indices, columns]).ravel()
    problems = [
        Problem(
            f"{activity.node['database']} ({activity.node['name']})",
            "The activity uses all or more of what it makes.",
            sentences("Correct its exchanges in Brightway.", "Or leave it out with select."),
            code="bad-production",
        )
        for activity, left in zip(activities, net.tolist(), strict=True)
        if left * activity.amount <= 0
    ]
    if problems:
        raise FactorError(problems)


def _flow_columns(lca: Any, weights: FloatArray, gases: Gases) -> FloatArray:
    """Return per elementary flow: its weight, its weight if it is biogenic CO2, and its mass of each gas."""
    columns = np.zeros((len(weights), 2 + len(GASES)))
    columns[:, 0] = weights
    rows = lca.dicts.biosphere
    for gas, flows in gases.flows.items():
        present = {rows[number]: mass for number, mass in flows.items() if number in rows}
        indices = list(present)
        columns[indices, 2 + GASES.index(gas)] = list(present.values())
        if gas in BIOGENIC:
            columns[indices, 1] = weights[indices]
    return columns


def _uncharacterised(
    lca: Any, solver: Any, columns: FloatArray, indices: NDArray[np.intp], scores: FloatArray
) -> NDArray[np.bool_]:
    """True where no activity of the life cycle has a characterised flow. Only scores close to zero are examined."""
    size = float(np.abs(scores).max(initial=0.0))
    uncharacterised = np.abs(scores).max(axis=1, initial=0.0) <= TINY * size
    counts = abs(lca.biosphere_matrix).T @ np.abs(columns).sum(axis=1)
    candidates = np.flatnonzero(uncharacterised)
    for start in range(0, len(candidates), BLOCK):
        block = candidates[start : start + BLOCK]
        demand = np.zeros((len(counts), len(block)))
        demand[indices[block], np.arange(len(block))] = 1.0
        supply = np.abs(solver.solve(demand, trans="T"))
        takes_part = supply > TINY * supply.max(axis=0, initial=0.0)
        uncharacterised[block] = ~(takes_part & (counts > 0)[:, None]).any(axis=0)
    return np.asarray(uncharacterised)
