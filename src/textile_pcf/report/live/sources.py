"""What the interval of a product rests on: its sources with their spreads, and the system where they are not as stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.report.live.model import ProductModel, given_losses
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.uncertainty_analysis.composed import factors_behind
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.lines import Lines
from textile_pcf.uncertainty_analysis.sensitivities import POINTS, STEP, WEIGHTS, log_derivatives
from textile_pcf.uncertainty_analysis.sources import NamedSource, is_varied, source_id

DIFFERENCES = {"points": list(POINTS), "weights": [weight / STEP for weight in WEIGHTS]}
"""Steps of ln value and weights of the differences by which the closed form takes derivatives."""


@dataclass(frozen=True, eq=False)
class ProductSources:
    """Sources with a spread of one product, its suppliers' among them.

    Attributes
    ----------
    model : ProductModel
    evaluation : Evaluation
        Footprints of the result under other numbers.
    lines : Lines
        Lines of the result, one for each exchange inside the boundary.
    units : tuple of str
        Units of the product.
    """

    model: ProductModel
    evaluation: Evaluation
    lines: Lines
    units: tuple[str, ...]

    @cached_property
    def _found(self) -> dict[str, NamedSource]:
        """Sources that vary, by id; alternatives are added when their factors are asked for."""
        sources = self.evaluation.sources(self.model.product)
        return {source.id: source for source in sources if is_varied(source)}

    @cached_property
    def _own_ids(self) -> Mapping[Source, str]:
        return {source.key: source.id for source in self.evaluation.own_sources(self.model.product)}

    @cached_property
    def declared(self) -> tuple[int, int]:
        """Number of sources with a declared spread, and of all."""
        sources = self.evaluation.sources(self.model.product)
        return sum(source.distribution is not None for source in sources), len(sources)

    def number(self, key: Source | None) -> int:
        """Return the index of a source among those that vary; -1 if it does not."""
        name = self._own_ids.get(key) if key is not None else None
        return list(self._found).index(name) if name in self._found else -1

    def of_factor(self, row: FactorRow | None) -> list[list[float]]:
        """Return what a factor is made of, as pairs of source and part; rows without spread are left out."""
        if row is None:
            return []
        pairs = []
        for key, share in factors_behind(self.evaluation.spreads.factor_inputs, row).items():
            name = source_id(self.model.result, key)
            if name not in self._found:
                source = NamedSource(name, "factor", key, 1.0, self.evaluation.spreads.of(key, 1.0), True)
                if not is_varied(source):
                    continue
                self._found[name] = source
            pairs.append([list(self._found).index(name), share])
        return pairs

    # -- what lines and losses rest on ----------------------------------------------------------------------------

    def of_amounts(self) -> list[int]:
        """Return the source of each amount that enters linearly; -1 where there is none."""
        lines, found = self.lines, np.full(len(self.model.exchanges), -1)
        place = {exchange: number for number, exchange in enumerate(self.model.exchanges.tolist())}
        at = lines.of(self.model.product)
        for exchange, key in zip(lines.exchange[at].tolist(), lines.amount_key[at].tolist(), strict=True):
            found[place[exchange]] = self.number(lines.key(key)) if key >= 0 else -1
        return [int(number) for number in found]

    def of_losses(self) -> list[int]:
        """Return the source of each loss; -1 where there is none."""
        inventory = self.model.inventory
        activity, rows = inventory.activity, given_losses(inventory)
        found = []
        for spec in activity.rules.losses:
            block = activity.loss_entries.block(spec.index)
            for row, entry in zip(rows[block].tolist(), inventory.quantities.loss_entry[block].tolist(), strict=True):
                key = ActivityRow(row) if row >= 0 else RuleNumber("loss", spec.index, entry) if entry >= 0 else None
                found.append(self.number(key))
        return found

    # -- the system where sources are not as stated ---------------------------------------------------------------

    def _is_loss(self, source: NamedSource) -> bool:
        return list(self._found).index(source.id) in self.of_losses()

    @cached_property
    def quantities(self) -> list[NamedSource]:
        """Own sources that vary and enter neither as factor, amount nor loss: properties, shares, outputs."""
        own = {source.id for source in self.evaluation.own_sources(self.model.product)}
        return [each for each in self._found.values() if each.id in own and not each.linear and not self._is_loss(each)]

    def points(self) -> dict[str, Any] | None:
        """Return how the system differs where `quantities` are at their means, and at steps from there; None without any."""
        means = {each.key: _mean(each) for each in self.quantities}
        if not means:
            return None
        steps = {}
        for each in self.quantities:
            places = [{**means, each.key: means[each.key] * float(np.exp(step))} for step in POINTS]
            number = list(self._found).index(each.id)
            steps[str(number)] = [self._difference(place) for place in places]
        return {"means": self._difference(means), "steps": steps}

    def _difference(self, multiples: Mapping[Source, float]) -> dict[str, Any]:
        stated = {each.key: each.stated for each in self.quantities}
        inventory = self.model.inventory_at({key: stated[key] * value for key, value in multiples.items()})
        before, after = self.model.state(self.model.inventory), self.model.state(inventory)
        found: dict[str, Any] = {}
        for name in ("value", "scale", "loss", "share"):
            changed = np.flatnonzero(before[name] != after[name])
            if len(changed):
                found[name] = {str(index): float(after[name][index]) for index in changed.tolist()}
        found |= {name: after[name] for name in ("mass", "content") if after[name] != before[name]}
        found["units"] = unit_scales(inventory, self.units)
        return found

    def of_links(self) -> dict[str, Any]:
        """Return of each line that takes a product its factor where all sources are at their means, and its derivatives."""
        found: dict[str, Any] = {}
        inventory, names = self.model.result.inventory, list(self._found)
        varied = [source for source in self.evaluation.sources(self.model.product) if is_varied(source)]
        base = {source.id: _mean(source) for source in varied}
        for supplier in dict.fromkeys(self.model.supplier[self.model.supplier >= 0].tolist()):
            values = {name: np.array([value]) for name, value in base.items()}
            total = float(self.evaluation.totals(supplier, values, 1)[0])
            derivatives = log_derivatives(self.evaluation, supplier, varied, base)
            for line in np.flatnonzero(self.model.supplier == supplier).tolist():
                exchange = int(self.model.exchanges[line])
                flow = inventory.flow[exchange]
                units = inventory.supplier_units[exchange] / rule_arrays(inventory.activity.rules).flow_factor[flow]
                slopes = {
                    str(names.index(each.id)): float(slope * units) for each, slope in zip(varied, derivatives, strict=True)
                }
                found[str(line)] = {"factor": total * float(units), "slopes": slopes}
        return found

    def as_list(self) -> list[dict[str, Any]]:
        """Return the sources that vary, in the order of their indices."""
        own = {source.id for source in self.evaluation.own_sources(self.model.product)}
        return [
            {
                "id": each.id,
                "mean": _mean(each),
                "variation": each.distribution.squared_variation if each.distribution is not None else 0.0,
                "linear": each.linear or each.id not in own,
            }
            for each in self._found.values()
        ]


def unit_scales(inventory: Inventory, units: tuple[str, ...]) -> dict[str, float]:
    """Return product units in one of each unit, for the product of an inventory of one product."""
    measures = product_units_of(inventory.activity, inventory.quantities.properties)
    return {unit: float(measures.product_units(measures.parse(unit))[0]) for unit in units}


def _mean(source: NamedSource) -> float:
    return 1.0 if source.distribution is None else source.distribution.mean
