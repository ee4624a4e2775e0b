"""The oracle's own reading of a rule, activity data and factors, in plain Python, one product after another.

It shares no code with the library but named methods that it does not know itself (they have golden tests of their own): it
reads the files itself, knows its units itself, and calculates no mass and no footprint. It only writes down the system that the
definition means, as unit processes: what one kilogram out of a stage, into it and lost in it takes. Brightway solves it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import floor, isnan
from pathlib import Path
from typing import Any

import yaml

from paths import ROOT

Label = tuple[Any, ...]
Row = dict[str, str]


# -- units: text → (canonical units in one of it, dimensions) -------------------------------------------------------

_ATOMS: dict[str, tuple[float, str, int]] = {
    "kg": (1, "kg", 1), "g": (1e-3, "kg", 1), "t": (1000, "kg", 1), "mg": (1e-6, "kg", 1),
    "MJ": (1, "MJ", 1), "kWh": (3.6, "MJ", 1), "MWh": (3600, "MJ", 1), "GJ": (1000, "MJ", 1),
    "kJ": (1e-3, "MJ", 1), "TJ": (1e6, "MJ", 1),
    "m3": (1, "m3", 1), "L": (1e-3, "m3", 1), "m": (1, "m", 1), "km": (1000, "m", 1), "cm": (0.01, "m", 1),
    "m2": (1, "m", 2), "h": (3600, "s", 1), "min": (60, "s", 1), "s": (1, "s", 1), "kgCO2e": (1, "kgCO2e", 1),
    "gCO2e": (1e-3, "kgCO2e", 1), "piece": (1, "piece", 1), "cycle": (1, "cycle", 1), "wear": (1, "wear", 1),
    "1": (1, "", 0), "%": (0.01, "", 0), "": (1, "", 0),
    "Nm3": (1, "m3", 1), "万米": (10000, "m", 1), "万件": (10000, "piece", 1),
}  # fmt: skip
_WHOLE: dict[str, tuple[float, dict[str, int]]] = {
    "Nm": (1000.0, {"m": 1, "kg": -1}), "dtex": (1e-7, {"kg": 1, "m": -1}), "tex": (1e-6, {"kg": 1, "m": -1}),
    "gsm": (1e-3, {"kg": 1, "m": -2}), "kW": (1e-3, {"MJ": 1, "s": -1}),
}  # fmt: skip
Dimensions = dict[str, int]


Own = dict[str, tuple[float, Dimensions]]


def own_units(definitions: dict[str, str]) -> Own:
    """Units that a rule defines itself, each by those above it."""
    own: Own = {}
    for name, text in definitions.items():
        own[name] = unit(text, own)
    return own


def unit(text: str, own: Own | None = None) -> tuple[float, Dimensions]:
    """`kWh/kg`, `kgCO2e/(t*km)`, `100 m`: factor and dimensions."""
    if text in _WHOLE:
        return _WHOLE[text]
    above, *below = text.replace("^", "").replace("tkm", "t*km").split("/")
    factor, dimensions = 1.0, dict[str, int]()
    for part, sign in [(above, 1), *((piece, -1) for piece in below)]:
        for atom in re.split(r"[*·]", part.strip().strip("()")):
            many = re.fullmatch(r"([\d.]+)\s+(\S+)", atom.strip())
            number, name = (float(many[1]), many[2]) if many else (1.0, atom.strip())
            if own and name in own:
                scale, powers = own[name]
            else:
                scale, dimension, power = _ATOMS[name]
                powers = {dimension: power} if dimension else {}
            factor *= (number * scale) ** sign
            for dimension, power in powers.items():
                dimensions[dimension] = dimensions.get(dimension, 0) + power * sign
    return factor, {name: power for name, power in dimensions.items() if power}


def product_of(*parts: tuple[float, Dimensions], over: tuple[float, Dimensions] | None = None) -> tuple[float, Dimensions]:
    """Units multiplied, and divided by one."""
    factor, dimensions = 1.0, dict[str, int]()
    for (scale, powers), sign in [*((part, 1) for part in parts), *([(over, -1)] if over else [])]:
        factor *= scale**sign
        for name, power in powers.items():
            dimensions[name] = dimensions.get(name, 0) + sign * power
    return factor, {name: power for name, power in dimensions.items() if power}


# -- the system -----------------------------------------------------------------------------------------------------


@dataclass
class System:
    """Unit processes: what one makes, takes from others, takes from other products, and which factors it meets."""

    makes: dict[Label, float] = field(default_factory=dict)
    takes: list[tuple[Label, Label, float]] = field(default_factory=list)
    links: list[tuple[Label, Label, float]] = field(default_factory=list)
    meets: list[tuple[Label, Label, float]] = field(default_factory=list)
    factors: dict[Label, float] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    lanes: dict[str, list[str]] = field(default_factory=dict)
    component: set[str] = field(default_factory=set)
    carries: list[tuple[tuple[str, str], Label, float, str | float]] = field(default_factory=list)

    def of_stage(self, product: str, stage: str) -> list[str]:
        """Fibres of a product in a stage; one without name in common stages."""
        return self.lanes[product] if stage in self.component else [""]


@dataclass
class Table:
    """A factor table as written."""

    rows: list[Row]


def read_table(path: Path) -> Table:
    """Rows of a CSV file, and behind them what its edition composes of cited rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(file)]
    return Table([*rows, *_composed_rows(path, rows)])


def _composed_rows(path: Path, rows: list[Row]) -> Iterator[Row]:
    """Rows of `composed.yaml`; the inputs stand in `inputs`, to be valued under the sets of the run."""
    document = path.with_name("composed.yaml")
    if not document.is_file():
        return
    for item, factor in yaml.safe_load(document.read_text(encoding="utf-8"))["tables"].get(path.stem, {}).items():
        kind, per = factor.get("kind", "life_cycle"), factor.get("unit", "kgCO2e/kg")
        for region in factor["regions"]:
            grid = [row for row in rows if (row["item"], row["kind"], row["region"]) == ("electricity", "life_cycle", region)]
            for year in [row["year"] for row in grid] if factor.get("years") == "electricity" else [factor.get("years", "")]:
                yield {"item": item, "kind": kind, "region": region, "year": year, "unit": per, "value": "0",
                       "inputs": factor["inputs"], "proxy_for": ";".join(factor.get("proxy_for", ()))}  # fmt: skip


def under_boundary(rule: dict[str, Any], boundary: str) -> dict[str, Any]:
    """A rule under one of its boundaries, the first if none is chosen: a stage of others only is outside and optional."""
    offered = rule["boundary"] if isinstance(rule.get("boundary"), list) else [rule.get("boundary", "")]
    chosen = boundary or offered[0]
    return rule | {"stages": [
        stage | ({"boundary": "inside"} if chosen in stage["boundary"] else {"boundary": "outside", "optional": True})
        if isinstance(stage.get("boundary"), list) else stage
        for stage in rule["stages"]
    ]}  # fmt: skip


def system_of(
    rule: dict[str, Any], rows: list[Row], tables: list[Table], gwp: str = "", biogenic: str = "", boundary: str = ""
) -> System:
    """The system that a rule, rows of activity data and factors mean; a row of something left out adds nothing."""
    rule = under_boundary(rule, boundary)
    rows = [row for row in rows if row["flow"] != "cutoff"]
    system = System(
        products=list(dict.fromkeys(row["product"] for row in rows)),
        stages=[stage["id"] for stage in rule["stages"]],
        outside={stage["id"] for stage in rule["stages"] if stage.get("boundary") == "outside"},
        component={stage["id"] for stage in rule["stages"] if stage.get("scope") == "component"},
    )
    matcher = Matcher(tables, gwp or rule.get("gwp", "AR6"), biogenic or rule.get("biogenic", "minus_one_plus_one"))
    readers = {name: Product(name, rule, [row for row in rows if row["product"] == name]) for name in system.products}
    for name, reader in readers.items():
        system.lanes[name] = list(reader.shares)
        reader.write(system, matcher, readers)
    from oracle.balance import Balance, balanced_flow

    if balanced_flow(rule):
        Balance(rule, system, matcher, readers).write()
    return system


def to_be_confirmed(
    rule: dict[str, Any], rows: list[Row], supply: Callable[[str], dict[Label, float]]
) -> set[tuple[str, str, str]]:
    """Product, stage and name of losses and flows stated more than 20 times above their band by rows that do not confirm it."""
    found: set[tuple[str, str, str]] = set()
    for name in dict.fromkeys(row["product"] for row in rows):
        reader, masses = Product(name, rule, [row for row in rows if row["product"] == name]), supply(name)
        for stage, model in reader.stages.items():
            for lane in reader.shares if stage in reader.component_stages else [""]:
                for loss in model.get("losses", []):
                    stated = [reader.plain(row) for row in reader.unconfirmed(stage, loss["id"], lane)]
                    if "plausible" in loss and sum(stated) > 20 * loss["plausible"][1] * unit(loss["unit"])[0]:
                        found.add((name, stage, loss["id"]))
                for flow, told in model.get("flows", {}).items():
                    here = [reader.per_driver(stage, told, lane, row, masses) for row in reader.unconfirmed(stage, flow, lane)]
                    if "plausible" in told and sum(here) > 20 * told["plausible"][1]:
                        found.add((name, stage, flow))
    return found


# -- one product ----------------------------------------------------------------------------------------------------


class Product:
    """The rows of one product under a rule."""

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

    # -- writing the system

    def write(self, system: System, matcher: Matcher, products: dict[str, Product]) -> None:
        self.write_chain(system)
        for stage in system.stages:
            for lane in system.of_stage(self.name, stage):
                for name in self.stages[stage].get("flows", {}):
                    for row in self.flow_rows(stage, name, lane):
                        self.write_row(system, matcher, products, (stage, name, lane), row)

    def write_chain(self, system: System) -> None:
        """Mass: product ← out of the last stage ← … ← into the first; every loss is a process of its own."""
        product: Label = ("product", self.name)
        system.makes[product] = 1.0
        users: list[tuple[Label, float]] = [(product, self.product_mass)]
        split = False
        for stage in reversed(system.stages):
            if stage in system.component and not split:
                users = [(user, mass * self.shares[lane]) for user, mass in users for lane in self.shares]
                split = True
            users = [
                (self.write_stage(system, stage, lane, user, mass), 1.0)
                for lane, (user, mass) in zip(system.of_stage(self.name, stage), users, strict=True)
            ]

    def write_stage(self, system: System, stage: str, lane: str, user: Label, mass: float) -> Label:
        out: Label = ("out", self.name, stage, lane)
        into: Label = ("in", self.name, stage, lane)
        system.takes.append((user, out, mass))
        counted = stage not in system.outside
        last, produced, taken = out, 1.0, 1.0
        for number, loss in reversed(list(enumerate(self.stages[stage].get("losses", [])))):
            value = self.loss(stage, loss, lane) if counted and self.stage_active(stage, lane) else None
            if value is None:
                continue
            step: Label = ("loss", self.name, stage, lane, number)
            system.makes[last] = produced
            system.takes.append((last, step, taken))
            last = step
            produced, taken = {"input": (1 - value, 1.0), "output": (1.0, 1 + value), "ratio": (1.0, value)}[loss["basis"]]
        system.makes[last] = produced
        system.takes.append((last, into, taken))
        system.makes[into] = 1.0
        for driver in ("output", "input", "loss", "product"):
            system.makes["rows", self.name, stage, lane, driver] = 1.0
        if counted:
            for node, driver, amount in (
                (out, "output", 1.0), (into, "input", 1.0), (into, "loss", 1.0), (out, "loss", -1.0),
                (("product", self.name), "product", 1.0),
            ):  # fmt: skip
                system.takes.append((node, ("rows", self.name, stage, lane, driver), amount * system.makes.get(node, 1.0)))
        return into

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

    def write_row(
        self, system: System, matcher: Matcher, products: dict[str, Product], place: tuple[str, str, str], row: Row
    ) -> None:
        stage, name, lane = place
        flow = self.stages[stage]["flows"][name]
        driver, value = self.driven(stage, flow, lane, row)
        if driver == "product" and lane and not row["component"]:
            value *= self.shares[lane]  # told once for all fibres, and no mass tells their parts
        if flow.get("allocated", True):
            value *= self.allocated(stage, lane)
        node: Label = ("rows", self.name, stage, lane, driver)
        counted = self.unit(flow["unit"])
        if row["item"].startswith("product:"):
            supplier = row["item"].removeprefix("product:")
            value *= products[supplier].product_units(counted[1])
            system.links.append((node, ("product", supplier), value))
            system.carries.append(((stage, name), node, value, supplier))
            return
        item = row["item"] or flow["factor"]
        region, year = self.region_and_year(stage, lane, row)
        forbid = [*self.rule.get("matching", {}).get("forbid", []), *flow.get("matching", {}).get("forbid", [])]
        found, factor = matcher.find(item, flow.get("kind", "life_cycle"), region, year, forbid, counted[1])
        system.factors[found] = factor
        system.meets.append((node, found, value))
        system.carries.append(((stage, name), node, value, matcher.removals[found]))

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
        parts = [part for part in parts if part[1]]  # a share multiplies, but nothing is told per share
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
        """What the stage gave in all the periods that a flow is told for, so that several are one mean. [kg]"""
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


def _use_cycles(wears: float, wears_per_cycle: float, quality: float, reparability: float) -> float:
    return floor(wears * quality * reparability / max(1.0, wears_per_cycle) + 0.5)


METHODS: dict[str, tuple[tuple[str, ...], Any]] = {  # canonical units in and out
    "spinning_electricity": (
        ("yarn_count", "reference_count", "coefficient"),
        lambda yarn_count, reference_count, coefficient: coefficient * yarn_count / reference_count,
    ),
    "weaving_electricity": (
        ("yarn_count", "crimp", "energy_per_pick_metre"),
        lambda yarn_count, crimp, energy_per_pick_metre: yarn_count / 2 / crimp * energy_per_pick_metre,
    ),
    "printed_area": (("grammage", "print_coverage"), lambda grammage, print_coverage: print_coverage / grammage),
    "use_cycles": (("wears", "wears_per_cycle", "quality", "reparability"), _use_cycles),
    "cff_virgin_part": (("allocation_factor", "quality_ratio"), lambda allocation_factor, quality_ratio: (
        quality_ratio - allocation_factor * quality_ratio)),
}  # fmt: skip


def method(name: str) -> tuple[tuple[str, ...], Any]:
    """Inputs and formula of a named method, canonical units in and out."""
    if name in METHODS:
        return METHODS[name]
    from textile_pcf.methods import METHODS as THEIRS

    theirs = THEIRS[name]

    def formula(**inputs: float) -> float:
        told = {key: value / unit(theirs.inputs[key])[0] for key, value in inputs.items()}
        return float(theirs.function(**told)) * unit(theirs.output)[0]

    return tuple(theirs.inputs), formula


# -- factors --------------------------------------------------------------------------------------------------------


class Matcher:
    """Factor of an item: tables in order, region outwards, then year."""

    def __init__(self, tables: list[Table], gwp: str, biogenic: str) -> None:
        self.tables, self.biogenic = tables, biogenic
        self.removals: dict[Label, float] = {}
        column = {"AR4": "ar4", "AR5": "ar5"}.get(gwp, "ar6")
        self.gwp = {
            row["gas"]: float(row[column]) for row in read_table(ROOT / "emission_factors/gwp100.csv").rows if row[column]
        }
        regions = read_table(ROOT / "emission_factors/regions.csv").rows
        self.groups = {row["region"]: [group for group in row["groups"].split(";") if group] for row in regions}

    def find(self, item: str, kind: str, region: str, year: int, forbid: list[str], counted: Dimensions) -> tuple[Label, float]:
        declared = item.startswith("pcf:")
        for number, table in enumerate(self.tables):
            rows = [row for row in table.rows if row["item"] == item and (declared or row["kind"] == kind)]
            steps = self.ladder(region, forbid)
            places = {row["region"] for row in rows}
            for place in [*steps, *(places if declared and len(places) == 1 else ())]:
                here = [row for row in rows if row["region"] == place]
                if not here:
                    continue
                before = [row for row in here if not year or int(row["year"] or 0) <= year]
                best = max(before, key=_year) if before else min(here, key=_year)
                weighed = counted == {"kg": 1} and bool(best.get("mass_per_unit"))
                label = (number, item, best["kind"], place, best["year"], weighed)
                mass = _unit_mass(best) if weighed else 1.0
                uptake, given_off = (float(best.get(gas) or 0) for gas in ("co2_uptake", "co2_biogenic"))
                self.removals[label] = (uptake - given_off) * unit(best["unit"])[0] / mass
                return label, self.value(best) / mass
        for table in self.tables:  # nothing of that name: a row that stands in for it
            for row in table.rows:
                if item in (row.get("proxy_for") or "").split(";") and row["kind"] == kind:
                    return self.find(row["item"], kind, region, year, forbid, counted)
        raise AssertionError(f"no factor for {item} {kind} {region} {year}")

    def ladder(self, region: str, forbid: list[str]) -> list[str]:
        country = region[:2] if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,4}", region) else region
        steps = [(region, ""), (country, "country" if country != region else "")]
        steps += [(group, "group") for group in self.groups.get(country, [])] + [("GLO", "")]
        return [code for code, step in steps if code not in forbid and step not in forbid]

    def value_of_input(self, given: dict[str, Any], row: Row) -> float:
        """amount / (1 − loss) × factor [kg CO2e per written unit of the composed factor]"""
        factor, counted = unit(given["unit"])
        place, year = given.get("region", row["region"]), int(row["year"] or 0)
        _, value = self.find(given["item"], given.get("kind", "life_cycle"), place, year, [], counted)
        return float(given["amount"]) / (1 - given.get("loss", 0)) * factor * value

    def value(self, row: Row) -> float:
        """[kg CO2e per canonical unit]"""
        if row.get("inputs"):
            return unit(row["unit"])[0] * sum(self.value_of_input(given, row) for given in row["inputs"])
        gas = {name: float(row.get(name) or "nan") for name in (
            "co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic", "co2_uptake")}  # fmt: skip
        counted = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o")
        told = {name: 0.0 if isnan(amount) else amount for name, amount in gas.items()}
        if all(isnan(gas[name]) for name in counted):
            total = float(row["value"]) + told["co2_land_use"]
            if row.get("biogenic") == "minus_one_plus_one":  # the printed value holds both; they count by the run
                total += told["co2_uptake"] - told["co2_biogenic"]
        else:
            total = sum(told[name] * (1.0 if name.startswith("co2") else self.gwp[name]) for name in counted)
        if self.biogenic == "minus_one_plus_one":
            total += told["co2_biogenic"] - told["co2_uptake"]
        return total * unit(row["unit"])[0]


def _unit_mass(row: Row) -> float:
    """Mass of one canonical unit of what a factor is told for. [kg]"""
    declared = unit(row["unit"].split("/", 1)[1])
    number, _, text = row["mass_per_unit"].partition(" ")
    factor, dimensions = unit(text or "kg")
    if dimensions == {"kg": 1}:  # of one declared unit
        return 1.0 if declared[1] == {"kg": 1} else float(number) * factor / declared[0]
    assert dimensions == product_of(unit("kg"), over=declared)[1], row  # a density
    return float(number) * factor


def _year(row: Row) -> int:
    return int(row["year"] or 0)


def read_rule(path: Path) -> dict[str, Any]:
    """A rule as written, its pieces and what it extends written out; `NO` stays text where it is a region."""
    from textile_pcf.rules import flat_rule  # how pieces are written out has tests of its own

    return yaml.safe_load(flat_rule(path))
