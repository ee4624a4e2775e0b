"""Solve a result with Brightway: one solve forwards for the masses, and one transposed solve for the scores of all products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import FloatArray
from textile_pcf.brightway.datapackage import LINKS, pack
from textile_pcf.brightway.packages import package, refuse_other_than_result
from textile_pcf.calculation import calculate as calculate_here
from textile_pcf.factors import FactorTable
from textile_pcf.results import Footprint
from textile_pcf.results.process_system import System, system_of


@dataclass(frozen=True)
class Scores:
    """Footprints calculated by Brightway, next to ours. [kg CO2e per product unit]

    Attributes
    ----------
    result : Footprint
        Our result.
    totals : ndarray, shape (products,)
        Footprints by Brightway.
    by_stage : ndarray, shape (products, stages)
        Emissions of each stage by Brightway, including stages outside the system boundary.
    """

    result: Footprint
    totals: FloatArray
    by_stage: FloatArray

    @property
    def deviation(self) -> float:
        """Largest deviation of a product or stage from our result, relative to the sum of its absolute contributions. [1]"""
        lines, stages = self.result.lines, len(self.result.stages)
        index = lines.product * stages + lines.stage
        size = np.bincount(index, weights=np.abs(lines.emissions), minlength=len(self.totals) * stages)
        sizes = size.astype(np.float64).reshape(-1, stages)
        stage = _relative(self.by_stage - self.result.by_stage, sizes)
        return max(stage, _relative(self.totals - self.result.totals, sizes.sum(axis=1)))

    def total(self) -> Any:
        """Return the footprint of each product by Brightway as a Series. [kg CO2e per product unit]"""
        import pandas as pd

        return pd.Series(self.totals, index=pd.Index(self.result.products, name="product"), name=f"kgCO2e/{self.result.unit}")

    def per_stage(self) -> Any:
        """Return the emissions by stage by Brightway as a DataFrame, including memo stages. [kg CO2e per product unit]"""
        import pandas as pd

        stages = pd.Index([info.id for info in self.result.stages], name="stage")
        return pd.DataFrame(self.by_stage, index=pd.Index(self.result.products, name="product"), columns=stages)

    def __repr__(self) -> str:
        return f"<Scores by Brightway of {len(self.totals)} products, worst deviation {self.deviation:.2g}>"


def _relative(difference: FloatArray, size: FloatArray) -> float:
    return float(np.max(np.divide(np.abs(difference), size, out=np.abs(difference), where=size > 0), initial=0.0))


def calculate(
    activity: Activity, factors: FactorTable | None = None, *, gwp: str | None = None, biogenic: str | None = None
) -> Scores:
    """Calculate footprints here, then solve the same system with Brightway.

    Parameters
    ----------
    activity, factors, gwp, biogenic
        As for `textile_pcf.calculate`.

    Returns
    -------
    Scores
        Both results.

    Raises
    ------
    UsageError
        Brightway is not installed.
    InputError
        As for `textile_pcf.calculate`.
    """
    return scores_of(calculate_here(activity, factors, gwp=gwp, biogenic=biogenic))


def scores_of(result: Footprint) -> Scores:
    """Solve the system behind a result with Brightway: `bw2calc` builds the matrices and solves them.

    Parameters
    ----------
    result : Footprint
        From `calculate`.

    Returns
    -------
    Scores
        Our result and that of Brightway.

    Raises
    ------
    UsageError
        Brightway is not installed.
    """
    refuse_other_than_result(result)
    system = system_of(result)
    products, stages = len(result.products), len(result.stages)
    emitted, supply, unit_scores = _solve(system, products)
    processes, links = system.processes, system.links
    linked = np.bincount(links.user, weights=links.amount * unit_scores[links.supplier], minlength=len(emitted))
    rows = np.flatnonzero(processes.stage >= 0)
    index = processes.product[rows] * stages + processes.stage[rows]
    weights = supply[processes.scaling_process[rows]] * (emitted + linked)[rows]
    by_stage = np.bincount(index, weights=weights, minlength=products * stages).astype(np.float64)
    return Scores(result, unit_scores[:products], by_stage.reshape(products, stages))


def _solve(system: System, products: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return direct emissions, output for one unit of every product (without links: the masses) and score of each process.

    [kg CO2e per unit; kg or product units; kg CO2e per unit]
    """
    datapackage = pack(system)
    lca = package("bw2calc").LCA({1: 1.0}, data_objs=[datapackage])
    lca.load_lci_data()
    lca.load_lcia_data()
    rows, columns = _matrix_indices(lca, len(system.processes.kind))
    emitted = np.asarray((lca.characterization_matrix @ lca.biosphere_matrix).sum(axis=0)).ravel()
    solver = _factorise(lca.technosphere_matrix, acyclic=not len(system.links.user))
    unit_scores = np.asarray(solver.solve(emitted, trans="T"))[rows]
    if len(system.links.user):
        chain_lca = package("bw2calc").LCA({1: 1.0}, data_objs=[datapackage.exclude({"group": LINKS})])
        chain_lca.load_lci_data()
        rows_of_chain, columns_of_chain = _matrix_indices(chain_lca, len(system.processes.kind))
        solver = _factorise(chain_lca.technosphere_matrix, acyclic=True)
    else:
        rows_of_chain, columns_of_chain = rows, columns
    demand = np.zeros(len(rows))
    demand[rows_of_chain[:products]] = 1.0
    return emitted[columns], np.asarray(solver.solve(demand))[columns_of_chain], unit_scores


def _matrix_indices(lca: Any, processes: int) -> tuple[Any, Any]:
    """Row and column of each process in the matrices of Brightway; ids count from 1."""
    ids = np.arange(1, processes + 1)
    return lca.technosphere_mm.row_mapper.map_array(ids), lca.technosphere_mm.col_mapper.map_array(ids)


def _factorise(matrix: Any, acyclic: bool) -> Any:
    """Return LU factors. An acyclic system is eliminated in its own order, without fill-in."""
    from scipy.sparse.linalg import splu

    return splu(matrix.tocsc(), permc_spec="NATURAL" if acyclic else "COLAMD")
