"""The oracle's system in Brightway: matrices from the definition, solved by bw2calc, one demand after another."""

from __future__ import annotations

from typing import Any

import numpy as np
from oracle.system import Label, System

from textile_pcf.brightway.packages import package

NOTHING: Label = ("nothing",)  # so that a system without any factor has its matrices too


def _indices(pairs: list[tuple[int, int]]) -> Any:
    return np.array(pairs, dtype=package("bw_processing").INDICES_DTYPE)


class Witness:
    """Scores of a system by bw2calc. Masses come from the system without links between products."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.ids: dict[Label, int] = {label: number for number, label in enumerate(system.makes, start=1)}
        base = len(self.ids) + 1
        system.factors.setdefault(NOTHING, 0.0)
        self.emissions = {label: number for number, label in enumerate(system.factors, start=base)}
        chain, links = self._technosphere(), self._links()
        bw2calc = package("bw2calc")
        first = {self.ids["product", system.products[0]]: 1.0}
        self.masses = bw2calc.LCA(first, data_objs=[chain])
        self.masses.lci(factorize=True)
        self.full = bw2calc.LCA(first, data_objs=[chain, links] if system.links else [chain])
        self.full.lci(factorize=True)
        self.full.lcia()

    def _technosphere(self) -> Any:
        system, ids = self.system, self.ids
        made = package("bw_processing").create_datapackage(sum_intra_duplicates=True)
        pairs = [(ids[label], ids[label]) for label in system.makes] + [(ids[s], ids[u]) for u, s, _ in system.takes]
        made.add_persistent_vector(
            matrix="technosphere_matrix",
            name="chain",
            indices_array=_indices(pairs),
            data_array=np.array([*system.makes.values(), *(amount for *_, amount in system.takes)]),
            flip_array=np.array([False] * len(system.makes) + [True] * len(system.takes)),
        )
        nobody = ids["product", system.products[0]]
        met = [(self.emissions[factor], ids[node]) for node, factor, _ in system.meets]
        nothing = self.emissions[NOTHING]
        made.add_persistent_vector(
            matrix="biosphere_matrix",
            name="met",
            indices_array=_indices([*met, (nothing, nobody)]),
            data_array=np.array([*(amount for *_, amount in system.meets), 0.0]),
        )
        made.add_persistent_vector(
            matrix="characterization_matrix",
            name="factors",
            indices_array=_indices([(number, 0) for number in self.emissions.values()]),
            data_array=np.array([system.factors[label] for label in self.emissions]),
        )
        return made

    def _links(self) -> Any:
        made = package("bw_processing").create_datapackage(sum_intra_duplicates=True, sum_inter_duplicates=True)
        if self.system.links:
            made.add_persistent_vector(
                matrix="technosphere_matrix",
                name="links",
                indices_array=_indices([(self.ids[s], self.ids[u]) for u, s, _ in self.system.links]),
                data_array=np.array([amount for *_, amount in self.system.links]),
                flip_array=np.ones(len(self.system.links), dtype=bool),
            )
        return made

    def score(self, demand: dict[int, float]) -> float:
        """Score of a demand. [kg CO2e]"""
        self.full.lcia(demand)
        return self.full.score

    def total(self, product: str) -> float:
        """Footprint of a product. [kg CO2e per product unit]"""
        return self.score({self.ids["product", product]: 1.0})

    def supply(self, product: str) -> dict[Label, float]:
        """Kilograms (or product units) of every process for one product unit, links aside."""
        self.masses.lci({self.ids["product", product]: 1.0})
        column = self.masses.dicts.activity
        supply = {label: float(self.masses.supply_array[column[number]]) for label, number in self.ids.items()}
        return {label: amount * self.system.makes[label] for label, amount in supply.items()}

    def stage(self, product: str, stage: str, supply: dict[Label, float]) -> float:
        """Emissions of a stage, what it takes from other products included. [kg CO2e per product unit]"""
        demand: dict[int, float] = {}
        for lane in self.system.of_stage(product, stage):
            out, into = supply["out", product, stage, lane], supply["in", product, stage, lane]
            for driver, amount in (("output", out), ("input", into), ("loss", into - out), ("product", 1.0)):
                demand[self.ids["rows", product, stage, lane, driver]] = amount
        return self.score(demand)

    def needs_all_of_itself(self) -> bool:
        """Whether making one of everything would take less than nothing of something."""
        demand = {self.ids["product", product]: 1.0 for product in self.system.products}
        self.full.lci(demand)
        column = self.full.dicts.activity
        made = [self.full.supply_array[column[self.ids["product", product]]] for product in self.system.products]
        return min(made) <= 0 or not np.all(np.isfinite(made))
