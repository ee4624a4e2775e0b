"""The whole catalogue by Brightway: one package, one solve forwards for the masses, one transposed solve for the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import FloatArray
from textile_pcf.brightway.datapackage import LINKS, pack
from textile_pcf.brightway.packages import package
from textile_pcf.calculation import calculate as calculate_here
from textile_pcf.factors import FactorTable
from textile_pcf.results import Footprint
from textile_pcf.results.process_system import System, system_of


@dataclass(frozen=True)
class Scores:
    """Footprints by Brightway beside ours. [kg CO2e per product unit]

    Parameters
    ----------
    result : Footprint
        Ours.
    totals : array, shape (products,)
    by_stage : array, shape (products, stages)
        Stages outside the boundary included.
    """

    result: Footprint
    totals: FloatArray
    by_stage: FloatArray

    @property
    def deviation(self) -> float:
        """Largest deviation from ours of a product or stage, relative to what is added up there."""
        lines, stages = self.result.lines, len(self.result.stages)
        place = lines.product * stages + lines.stage
        size = np.bincount(place, weights=np.abs(lines.emissions), minlength=len(self.totals) * stages)
        turned = size.astype(np.float64).reshape(-1, stages)
        stage = _relative(self.by_stage - self.result.by_stage, turned)
        return max(stage, _relative(self.totals - self.result.totals, turned.sum(axis=1)))

    def total(self) -> Any:
        """Footprint of each product by Brightway, as a Series. [kg CO2e per product unit]"""
        import pandas as pd

        return pd.Series(self.totals, index=pd.Index(self.result.products, name="product"), name=f"kgCO2e/{self.result.unit}")

    def per_stage(self) -> Any:
        """Footprint by stage by Brightway, memo stages included, as a DataFrame. [kg CO2e per product unit]"""
        import pandas as pd

        stages = pd.Index([info.id for info in self.result.stages], name="stage")
        return pd.DataFrame(self.by_stage, index=pd.Index(self.result.products, name="product"), columns=stages)

    def __repr__(self) -> str:
        return f"<Scores by Brightway of {len(self.totals)} products, worst deviation {self.deviation:.2g}>"


def _relative(apart: FloatArray, size: FloatArray) -> float:
    return float(np.max(np.divide(np.abs(apart), size, out=np.abs(apart), where=size > 0), initial=0.0))


def calculate(
    activity: Activity, factors: FactorTable | None = None, *, gwp: str | None = None, biogenic: str | None = None
) -> Scores:
    """Footprints of all products, calculated here and then by Brightway from ratios, amounts per driver and factors.

    Parameters
    ----------
    activity, factors, gwp, biogenic
        As for `textile_pcf.calculate`.

    Raises
    ------
    UsageError
        Brightway is not installed.
    InputError
        As for `textile_pcf.calculate`.
    """
    return scores_of(calculate_here(activity, factors, gwp=gwp, biogenic=biogenic))


def scores_of(result: Footprint) -> Scores:
    """A result solved again by Brightway: `bw2calc` builds the matrices and solves them.

    Raises
    ------
    UsageError
        Brightway is not installed.
    """
    system = system_of(result)
    products, stages = len(result.products), len(result.stages)
    emitted, made, unit_scores = _solved(system, products)
    told, links = system.processes, system.links
    linked = np.bincount(links.user, weights=links.amount * unit_scores[links.supplier], minlength=len(emitted))
    at = np.flatnonzero(told.stage >= 0)
    place = told.product[at] * stages + told.stage[at]
    weights = made[told.carrier[at]] * (emitted + linked)[at]
    by_stage = np.bincount(place, weights=weights, minlength=products * stages).astype(np.float64)
    return Scores(result, unit_scores[:products], by_stage.reshape(products, stages))


def _solved(system: System, products: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What each process emits itself, what it makes for one unit of every product (links aside: the masses), and its score.

    [kg CO2e per unit; kg or product units; kg CO2e per unit]
    """
    packed = pack(system)
    lca = package("bw2calc").LCA({1: 1.0}, data_objs=[packed])
    lca.load_lci_data()
    lca.load_lcia_data()
    rows, columns = _places(lca, len(system.processes.kind))
    emitted = np.asarray((lca.characterization_matrix @ lca.biosphere_matrix).sum(axis=0)).ravel()
    solver = _factorised(lca.technosphere_matrix, plain=not len(system.links.user))
    unit_scores = np.asarray(solver.solve(emitted, trans="T"))[rows]
    if len(system.links.user):
        chain = package("bw2calc").LCA({1: 1.0}, data_objs=[packed.exclude({"group": LINKS})])
        chain.load_lci_data()
        rows_of_chain, columns_of_chain = _places(chain, len(system.processes.kind))
        solver = _factorised(chain.technosphere_matrix, plain=True)
    else:
        rows_of_chain, columns_of_chain = rows, columns
    demand = np.zeros(len(rows))
    demand[rows_of_chain[:products]] = 1.0
    return emitted[columns], np.asarray(solver.solve(demand))[columns_of_chain], unit_scores


def _places(lca: Any, processes: int) -> tuple[Any, Any]:
    """Row and column of each process in Brightway's matrix; ids count from 1."""
    ids = np.arange(1, processes + 1)
    return lca.technosphere_mm.row_mapper.map_array(ids), lca.technosphere_mm.col_mapper.map_array(ids)


def _factorised(matrix: Any, plain: bool) -> Any:
    """LU factors; without loops every process can be eliminated in its own order, and nothing fills in."""
    from scipy.sparse.linalg import splu

    return splu(matrix.tocsc(), permc_spec="NATURAL" if plain else "COLAMD")
