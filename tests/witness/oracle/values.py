"""Values of one product: given by its rows, else by the rule, in canonical units."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

from oracle.methods import method
from oracle.system import Label, Row
from oracle.units import Dimensions, own_units, product_of, unit


class Values:
    """What the rows of one product say, and the rule where they say nothing."""

    def __init__(self, name: str, rule: dict[str, Any], rows: list[Row]) -> None:
        self.name, self.rule, self.rows = name, rule, rows
        self.stages = {stage["id"]: stage for stage in rule["stages"]}
        shares = {row["component"]: self.plain(row) for row in rows if (row["stage"], row["flow"]) == ("product", "share")}
        self.shares: dict[str, float] = shares or {"": 1.0}
        self.known: dict[tuple[str, str, str], float] = {}
        self.chosen = {
            way.split(".")[1] + "@" + way.split(".")[0]
            for group in rule.get("alternatives", []) for way in group["one_of"] if "." in way
        }  # fmt: skip

    def unit(self, text: str) -> tuple[float, Dimensions]:
        """Factor and dimensions of a unit, those of the rule's own among them."""
        return unit(text, own_units(self.rule.get("units", {})))

    def plain(self, row: Row) -> float:
        return float(row["amount"]) * self.unit(row["unit"])[0]

    def given(self, stage: str, flow: str, lane: str) -> list[Row]:
        """Rows of something on a lane: its own replace those for all fibres."""
        found = [row for row in self.rows if row["stage"] == stage and row["flow"] == flow]
        own = [row for row in found if row["component"] == lane]
        return own if lane and own else [row for row in found if not row["component"]]

    def stage_active(self, stage: str, lane: str) -> bool:
        named = [row for row in self.rows if row["stage"] == stage and row["component"] in ("", lane)]
        return bool(named) or not self.stages[stage].get("optional", False)

    # -- co-products

    def share_at(self, stage: str, lane: str) -> float:
        """The part of what comes to a stage that its product carries: given, cited, or by masses and prices."""
        model = self.stages[stage].get("allocation")
        if model is None or not self.stage_active(stage, lane):
            return 1.0
        told = {row["flow"]: row for name in (row["flow"] for row in self.rows) for row in self.given(stage, name, lane)}
        if model.get("id", "allocation_share") in told:
            return self.plain(told[model.get("id", "allocation_share")])
        if "share" in model:
            return float(model["share"])
        others = [
            (self.plain(told[f"{name}_mass"]), float(told[f"{name}_price"]["amount"]) if "product_price" in told else 1.0)
            for name in model["co_products"]
        ]
        price = float(told["product_price"]["amount"]) if "product_price" in told else 1.0
        return price / (price + sum(mass * other for mass, other in others))

    def allocated(self, stage: str, lane: str) -> float:
        """The part of a stage's emissions that reaches the product: shares of the stage and of all after it, multiplied."""
        names = list(self.stages)
        part = 1.0
        for name in names[names.index(stage) :]:
            part *= self.share_at(name, lane if name in self.component_stages else "")
        return part

    # -- properties

    def home(self, stage: str, name: str) -> str:
        if "." in name:  # of another stage
            return name.split(".")[0]
        return stage if stage != "product" and name in self.stages[stage].get("properties", {}) else "product"

    def model(self, home: str, name: str) -> dict[str, Any]:
        where = self.rule["product"] if home == "product" else self.stages[home]
        return where["properties"][name.split(".")[-1]]

    def value_of(self, stage: str, name: str, lane: str) -> float | str:
        """A property on a lane in canonical units, or the chosen word; NaN where it is not known."""
        if "." in name:  # of another stage; of one per fibre, wanted for all, the mean by share
            where, other = name.split(".")
            if where in self.component_stages and stage not in self.component_stages:
                return sum(share * float(self.value_of(where, other, fibre)) for fibre, share in self.shares.items())
            return self.value_of(where, other, lane)
        home = self.home(stage, name)
        model = self.model(home, name)
        for row in self.given(home, name, lane if home in self.component_stages else ""):
            if model.get("choice"):
                return row["item"]
            if row["amount"]:
                return self.converted(row, self.unit(model["unit"]))
        if model.get("method"):
            names, formula = method(model["method"])
            bound = {name_: model.get("inputs", {}).get(name_, name_) for name_ in names}
            inputs = {key: self.value_of(home, other, lane) for key, other in bound.items()}
            return formula(**inputs) if all(value == value for value in inputs.values()) else float("nan")
        if "value" not in model:
            return float("nan")
        return self.default(home, model, lane, self.unit(model.get("unit", "1")), self.unit(model.get("unit", "1")))

    @property
    def component_stages(self) -> set[str]:
        return {name for name, stage in self.stages.items() if stage.get("scope") == "component"}

    def converted(self, row: Row, wanted: tuple[float, Dimensions]) -> float:
        factor, dimensions = self.unit(row["unit"])
        if dimensions == wanted[1]:
            return float(row["amount"]) * factor
        return 1 / (float(row["amount"]) * factor)  # dtex where Nm is asked

    def default(
        self, stage: str, model: dict[str, Any], lane: str, counted: tuple[float, Dimensions], whole: tuple[float, Dimensions]
    ) -> float | str:
        """The rule's value in canonical units."""
        value = model["value"]
        if model.get("choice"):
            return str(value)
        if isinstance(value, str):
            other = self.value_of(stage, value, lane)
            home = self.home(stage, value)
            same = self.unit(self.model(home, value).get("unit", "1"))[1] == whole[1]
            assert isinstance(other, (int, float))
            return other if same else other * whole[0] / counted[0]
        if isinstance(value, dict):
            entry = self.entry(stage, value, lane)
            value = entry["value"] if isinstance(entry, dict) else entry
        return float(value) * whole[0]

    def entry(self, stage: str, chosen: dict[str, Any], lane: str) -> Any:
        by = self.value_of(stage, chosen["by"], lane)
        if not {"upto", "below"} & set(chosen):
            return chosen.get(by, float("nan"))
        scale = self.unit(self.model(self.home(stage, chosen["by"]), chosen["by"])["unit"])[0]
        both = [(float(bound), key, entry) for key in ("upto", "below") for bound, entry in chosen.get(key, {}).items()]
        for bound, key, entry in sorted(both, key=lambda one: one[0]):
            if by < bound * scale or (key == "upto" and by <= bound * scale * (1 + 1e-12)):
                return entry
        return float("nan")

    # -- measures

    def kilograms(self, dimensions: Dimensions) -> float:
        """Mass of one canonical unit. [kg]"""
        properties = self.rule["product"].get("properties", {})
        if dimensions == {"kg": 1}:
            return 1.0
        if "mass" in properties and dimensions == self.unit(self.rule["product"]["unit"])[1]:
            scale = self.unit(self.rule["product"]["unit"])[0] if "/" not in properties["mass"]["unit"] else 1.0
            return float(self.value_of("product", "mass", "")) / scale
        if dimensions == {"m": 2}:
            return float(self.value_of("product", "grammage", ""))
        if dimensions == {"m": 1}:
            return float(self.value_of("product", "grammage", "")) * float(self.value_of("product", "width", ""))
        assert dimensions == {"piece": 1}, dimensions
        return float(self.value_of("product", "mass", ""))

    @property
    def product_mass(self) -> float:
        factor, dimensions = self.unit(self.rule["product"]["unit"])
        return self.kilograms(dimensions) * factor

    def product_units(self, dimensions: Dimensions) -> float:
        """Product units in one canonical unit."""
        factor, own = self.unit(self.rule["product"]["unit"])
        return 1 / factor if dimensions == own else self.kilograms(dimensions) / self.product_mass

    def loss(self, stage: str, loss: dict[str, Any], lane: str) -> float | None:
        for row in self.given(stage, loss["id"], lane):
            if row["amount"]:
                return float(row["amount"]) * self.unit(row["unit"])[0]
        if "value" not in loss:
            return None
        found = self.default(stage, loss, lane, self.unit(loss["unit"]), self.unit(loss["unit"]))
        assert isinstance(found, float)
        return None if isnan(found) else found

    def flow_rows(self, stage: str, name: str, lane: str) -> Iterator[Row]:
        """Rows of a flow, or the one that the rule fills in."""
        if not self.stage_active(stage, lane):
            return
        rows = self.given(stage, name, lane)
        flow = self.stages[stage]["flows"][name]
        if not rows and "value" in flow and not flow.get("optional") and f"{name}@{stage}" not in self.chosen:
            rows = [dict.fromkeys(("item", "region", "year", "amount", "unit", "per", "component"), "")]
        yield from rows

    def driven(self, stage: str, flow: dict[str, Any], lane: str, row: Row) -> tuple[str, float]:
        """Which mass (or product unit) a row goes with, and the canonical amount per unit of that."""
        counted = self.unit(flow["unit"])
        product_unit = self.unit(self.rule["product"]["unit"])
        per = flow.get("per", "output")
        drivers = per if isinstance(per, list) else [per]
        parts: list[tuple[float, Dimensions]] = []
        for driver in drivers:
            mass = driver in ("output", "input", "loss")
            parts.append(self.unit("kg") if mass else product_unit if driver == "product" else self.unit_of(stage, driver))
        parts = [part for part in parts if part[1]]  # a share multiplies, but nothing is given per share
        whole = (counted[0] / product_of(*parts)[0], product_of(counted, over=product_of(*parts))[1])
        if row["per"] == "product":
            return "product", self.amount(row, counted, product_of(counted, over=product_unit)) * product_unit[0]
        if row["per"] == "period":
            factor, _ = self.unit(row["unit"])
            return "output", float(row["amount"]) * factor / self.periods_output(stage, lane, row)
        if row["amount"]:
            value = self.amount(row, counted, whole)
        else:
            found = self.default(stage, flow, lane, counted, whole)
            assert isinstance(found, float), found
            value = found
        masses = [driver for driver in drivers if driver in ("output", "input", "loss")]
        assert len(masses) <= 1, "two masses multiplied are no linear system"
        for driver in drivers:
            if driver == "product":
                value *= product_unit[0]
            elif driver not in masses:
                value *= float(self.value_of(stage, driver, lane))
        return (masses or ["product"])[0], value

    def unconfirmed(self, stage: str, name: str, lane: str) -> list[Row]:
        """Rows that state an amount and do not confirm it."""
        return [row for row in self.given(stage, name, lane) if row["amount"] and row["confirmed"] != "yes"]

    def per_driver(self, stage: str, flow: dict[str, Any], lane: str, row: Row, masses: dict[Label, float]) -> float:
        """What a row tells, in the unit of the flow and per driver of the rule in its own unit."""
        out, into = (masses[side, self.name, stage, lane] for side in ("out", "in"))
        of = {"output": out, "input": into, "loss": into - out, "product": 1.0}
        if not row["per"]:  # told per driver, however much of that there is
            of = dict.fromkeys(of, 1.0)
        driver, value = self.driven(stage, flow, lane, row)
        amount = value * of[driver] / self.unit(flow["unit"])[0]
        if row["per"] == "product" and lane and not row["component"]:
            amount *= self.shares[lane]  # as the masses of the fibre are its part
        per = flow.get("per", "output")
        for name in per if isinstance(per, list) else [per]:
            factor, dimensions = self.unit("1") if name in of else self.unit_of(stage, name)
            by = of[name] if name in of else float(self.value_of(stage, name, lane)) / (factor if dimensions else 1.0)
            if by == 0:
                return 0.0  # nothing that it could be told per
            amount /= by
        return amount

    def unit_of(self, stage: str, name: str) -> tuple[float, Dimensions]:
        return self.unit(self.model(self.home(stage, name), name)["unit"])

    def amount(self, row: Row, counted: tuple[float, Dimensions], whole: tuple[float, Dimensions]) -> float:
        factor, dimensions = self.unit(row["unit"])
        if dimensions == counted[1]:
            return float(row["amount"]) * factor / counted[0] * whole[0]
        assert dimensions == whole[1], (row, counted, whole)
        return float(row["amount"]) * factor

    def periods_output(self, stage: str, lane: str, row: Row) -> float:
        """What the stage gave in all the periods that a flow is stated for, so that several are one mean. [kg]"""
        told = [total for total in self.given(stage, row["flow"], lane) if total["per"] == "period"]
        return sum(self.period_output(stage, lane, row, year) for year in {self.year_of(stage, lane, total) for total in told})

    def period_output(self, stage: str, lane: str, row: Row, year: int) -> float:
        """What the stage gave in one period, everywhere and of everything. [kg]"""
        found = []
        for output in self.given(stage, "output", lane):
            if output["component"] == row["component"] and self.year_of(stage, lane, output) == year:
                factor, dimensions = self.unit(output["unit"])
                found.append(float(output["amount"]) * factor * self.kilograms(dimensions))
        assert found, f"no output of {year} for {row}"
        return sum(found)

    def year_of(self, stage: str, lane: str, row: Row) -> int:
        return self.region_and_year(stage, lane, row)[1]

    def region_and_year(self, stage: str, lane: str, row: Row) -> tuple[str, int]:
        own, whole = self.given(stage, "", lane), self.given("product", "", "")
        regions = [
            row["region"],
            *(r["region"] for r in own),
            self.stages[stage].get("region", ""),
            *(r["region"] for r in whole),
        ]
        years = [row["year"], *(r["year"] for r in own), *(r["year"] for r in whole)]
        return next(filter(None, regions), "GLO"), int(next(filter(None, years), 0))
