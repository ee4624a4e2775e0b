"""Systems made up by chance: every kind of loss, driver, default, stage, blend and link that the definition knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from oracle.system import Row

COLUMNS = ("product", "stage", "flow", "component", "amount", "unit", "item", "region", "year", "per", "confirmed")
CITED = {"source": "chance", "locator": "seed"}
UNITS = {"kWh": ("MJ", "MWh", "kWh"), "kg": ("g", "t", "kg"), "m3": ("L", "m3"), "t*km": ("kg*km", "t*km"), "MJ": ("kWh", "GJ")}
SCALE = {
    ("kWh", "MJ"): 3.6, ("kWh", "MWh"): 1e-3, ("kg", "g"): 1e3, ("kg", "t"): 1e-3, ("m3", "L"): 1e3,
    ("t*km", "kg*km"): 1e3, ("MJ", "kWh"): 1 / 3.6, ("MJ", "GJ"): 1e-3,
}  # fmt: skip
REGIONS = ("", "", "CN", "CN-ZJ", "IT", "NO", "GLO", "US")


@dataclass
class Case:
    """A rule, activity rows and factor rows of one seed."""

    seed: int
    rule: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    factors: list[Row] = field(default_factory=list)
    gwp: str = "AR6"
    biogenic: str = "zero_zero"


class Maker:
    """Makes one case."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.case = Case(seed)
        self.items: dict[tuple[str, str], list[str]] = {}

    def make(self) -> Case:
        dice, case = self.dice, self.case
        case.gwp = dice.choice(("AR4", "AR5", "AR6", "EF3.1"))
        case.biogenic = dice.choice(("zero_zero", "minus_one_plus_one"))
        case.rule = self.rule()
        names = [f"P{number}" for number in range(dice.choice((1, 1, 2, 3, 5)))]
        for name in names:
            self.product(name)
        if dice.random() < 0.7:
            self.links(names)
        self.factor_rows()
        return case

    def number(self, low: float = 0.01, high: float = 3.0) -> float:
        return self.dice.choice((1.0, round(self.dice.uniform(low, high), 6), self.dice.uniform(low, high)))

    # -- the rule

    def rule(self) -> dict[str, Any]:
        dice = self.dice
        unit = dice.choice(("kg", "kg", "t", "piece", "100 m"))
        properties: dict[str, Any] = {
            "grammage": {"unit": "g/m2", "optional": True},
            "width": {"unit": "m", "optional": True},
            "loom": {"choice": ["air", "water", "rapier"], "optional": True},
            "count": {"unit": "Nm", "value": 40, **CITED},
            "washes": {"unit": "cycle", "method": "use_cycles"},
            "wears": {"unit": "wear", "value": 45, **CITED},
            "wears_per_cycle": {"unit": "wear/cycle", "value": {"by": "loom", "air": 1, "water": 2, "rapier": 3}, **CITED},
            "quality": {"unit": "1", "value": 0.9, **CITED},
            "reparability": {"unit": "1", "value": 1.15, **CITED},
        }
        if unit in ("piece", "kg"):
            properties["mass"] = {"unit": "g/piece" if dice.random() < 0.5 else "g", "optional": unit == "kg"}
        if unit == "100 m":
            properties["mass"] = {"unit": dice.choice(("kg", "kg/100 m", "g/m"))}
        first = dice.randrange(0, 3)
        stages = [self.stage(number, number < first) for number in range(first + dice.randrange(0 if first else 1, 4))]
        if dice.random() < 0.3:
            outside = self.stage(9, False)
            outside.update(id="use", boundary="outside", group="use")
            stages.append(outside)
        rule = {
            "rule": "chance", "edition": "1", "status": "own", "gwp": self.case.gwp, "biogenic": self.case.biogenic,
            "sources": {"chance": {"title": "made up by chance"}},
            "product": {"unit": unit, "properties": properties}, "stages": stages,
        }  # fmt: skip
        if dice.random() < 0.2:
            rule["matching"] = {"forbid": [dice.choice(("group", "country"))]}
        return rule

    def stage(self, number: int, component: bool) -> dict[str, Any]:
        dice = self.dice
        stage: dict[str, Any] = {"id": f"stage{number}", "group": "production", "optional": dice.random() < 0.4}
        if component:
            stage["scope"] = "component"
        if dice.random() < 0.2:
            stage["region"] = dice.choice(("CN", "IT"))
        stage["properties"] = {
            "spun": {"unit": "kWh/kg", "method": "spinning_electricity", "inputs": {"yarn_count": "count"}},
            "reference_count": {"unit": "Nm", "value": 50, **CITED},
            "coefficient": {"unit": "kWh/kg", "value": self.number(), **CITED},
            "coverage": {"unit": "%", "value": 25, **CITED},
            "printed": {"unit": "m2/kg", "method": "printed_area", "inputs": {"print_coverage": "coverage"}},
        }
        stage["losses"] = [self.loss(index) for index in range(dice.choice((0, 1, 1, 2, 3)))]
        stage["flows"] = {f"flow{index}": self.flow() for index in range(dice.randrange(1, 5))}
        return stage

    def loss(self, number: int) -> dict[str, Any]:
        dice = self.dice
        basis = dice.choice(("input", "output", "ratio"))
        unit = "kg/kg" if basis == "ratio" else dice.choice(("%", "kg/kg"))
        loss: dict[str, Any] = {"id": f"loss{number}", "unit": unit, "basis": basis}
        values = [self.loss_amount(basis, unit) for _ in range(3)]
        choice = dice.random()
        if choice < 0.3:
            loss |= {"value": values[0], **CITED}
        elif choice < 0.5:
            loss |= {"value": {"by": "loom", "air": values[0], "water": values[1], "rapier": values[2]}, **CITED}
        elif choice < 0.7:
            loss |= {"value": {"by": "count", "upto": {30: values[0], 40: values[1], float("inf"): values[2]}}, **CITED}
        return loss

    def loss_amount(self, basis: str, unit: str) -> float:
        part = self.dice.choice((0.0, self.dice.uniform(0, 0.6)))
        if basis == "ratio":
            return 0.3 + self.dice.uniform(0, 6)
        return part * 100 if unit == "%" else part

    def flow(self) -> dict[str, Any]:
        dice = self.dice
        unit = dice.choice(tuple(UNITS))
        kind = dice.choice(("life_cycle", "direct"))
        lists = [["output", "washes"], ["input", "printed"], ["printed", "loss"]]
        per = dice.choice(["output", "output", "input", "loss", "product", "washes", *lists])
        flow: dict[str, Any] = {"unit": unit, "per": per, "kind": kind, "factor": self.item(unit, kind)}
        choice = dice.random()
        if unit == "kWh" and per == "output" and choice < 0.5:
            flow["value"] = "spun"
        elif choice < 0.4:
            flow |= {"value": self.number(), **CITED}
        elif choice < 0.6:
            flow |= {
                "value": {"by": "loom", "air": self.number(), "water": {"value": self.number(), **CITED}, "rapier": 0},
                **CITED,
            }
        if dice.random() < 0.4:
            flow["optional"] = True
        if dice.random() < 0.2:
            flow["sign"] = "any"
        return flow

    def item(self, unit: str, kind: str) -> str:
        known = self.items.setdefault((unit, kind), [])
        if len(known) < 2 or self.dice.random() < 0.2:
            known.append(f"{kind}_{unit.replace('*', '')}_{len(known)}")
        return self.dice.choice(known)

    # -- activity data

    def row(self, **cells: Any) -> None:
        self.case.rows.append({name: _text(cells.get(name, "")) for name in COLUMNS})

    def product(self, name: str) -> None:
        dice, rule = self.dice, self.case.rule
        self.row(product=name, stage="product", flow="grammage", amount=dice.uniform(80, 300), unit="g/m2")
        self.row(product=name, stage="product", flow="width", amount=dice.uniform(100, 160), unit="cm")
        self.row(product=name, stage="product", flow="loom", item=dice.choice(("air", "water", "rapier")))
        if dice.random() < 0.5:
            amount, unit = dice.choice(((dice.uniform(20, 90), "Nm"), (dice.uniform(100, 400), "dtex")))
            self.row(product=name, stage="product", flow="count", amount=amount, unit=unit)
        if "mass" in rule["product"]["properties"]:
            unit = rule["product"]["properties"]["mass"]["unit"]
            per_hundred = 100.0 if unit in ("kg", "kg/100 m") else 1.0
            amount = dice.uniform(50, 800) * per_hundred / (1000 if "kg" in unit else 1)
            self.row(product=name, stage="product", flow="mass", amount=amount, unit=unit)
        if dice.random() < 0.5:
            self.row(product=name, stage="product", region=dice.choice(REGIONS[2:]), year=dice.choice(("", 2019, 2022)))
        fibres = self.fibres(name)
        for stage in rule["stages"]:
            if not stage["optional"] or dice.random() < 0.6:
                self.stage_rows(name, stage, fibres if stage.get("scope") == "component" else [""])

    def fibres(self, name: str) -> list[str]:
        """Fibres of a blend with their shares."""
        component = any(stage.get("scope") == "component" for stage in self.case.rule["stages"])
        fibres = self.dice.choice(([], ["cotton", "polyester"], ["cotton", "polyester", "silk"])) if component else []
        cuts = sorted(self.dice.uniform(0, 100) for _ in fibres[1:])
        for fibre, low, high in zip(fibres, [0.0, *cuts], [*cuts, 100.0], strict=False):
            self.row(product=name, stage="product", flow="share", component=fibre, amount=high - low, unit="%")
        return fibres or [""]

    def stage_rows(self, name: str, stage: dict[str, Any], lanes: list[str]) -> None:
        dice, place = self.dice, {"product": name, "stage": stage["id"]}
        if dice.random() < 0.4 or stage["optional"]:
            self.row(**place, region=dice.choice(REGIONS), year=dice.choice(("", 2018, 2024)))
        for loss in stage["losses"]:
            if "value" not in loss or dice.random() < 0.4:
                for lane in self.spread(lanes):
                    amount = self.loss_amount(loss["basis"], loss["unit"])
                    self.row(**place, flow=loss["id"], component=lane, amount=amount, unit=loss["unit"])
        outputs: set[Any] = set()
        for flow, model in stage["flows"].items():
            if ("value" in model or model.get("optional")) and dice.random() < 0.4:
                continue
            told = self.spread(lanes)
            for lane in told:
                for item in dice.choice((("",), ("",), ("", self.item(model["unit"], model["kind"])))):
                    if item != model["factor"]:
                        self.flow_row(place, flow, model, lane, item, outputs if told == [""] else None)

    def spread(self, lanes: list[str]) -> list[str]:
        """Who a row speaks of: all fibres, each, or all and one otherwise."""
        if len(lanes) < 2:
            return [""]
        return self.dice.choice(([""], lanes, ["", self.dice.choice(lanes)]))

    def flow_row(
        self, place: dict[str, str], flow: str, model: dict[str, Any], lane: str, item: str, outputs: set[Any] | None
    ) -> None:
        dice = self.dice
        where: dict[str, Any] = {"region": dice.choice(REGIONS), "year": dice.choice(("", "", 2015, 2023))}
        cells: dict[str, Any] = {**place, "flow": flow, "component": lane, "item": item, **where}
        if "value" in model and not item and dice.random() < 0.3:
            self.row(**cells)
            return
        unit = dice.choice(UNITS[model["unit"]])
        amount = self.number() * SCALE.get((model["unit"], unit), 1.0) * dice.choice((1.0, 1.0, 1.0, 0.0))
        if model.get("sign") and dice.random() < 0.5:
            amount = -amount
        per = dice.choice(("", "", "", "product", "period" if outputs is not None else ""))
        if per == "period" and outputs is not None:
            year = dice.choice((2020, 2021))
            cells["year"] = year
            if year not in outputs:
                outputs.add(year)
                made = dice.choice(((5.0, "t"), (dice.uniform(100, 9000), "kg"), (1200.0, "m2")))
                self.row(**place, flow="output", component=lane, amount=made[0], unit=made[1], per="period", year=year)
            amount *= 1000
        elif per == "" and model["per"] in ("output", "input", "loss") and dice.random() < 0.3 and unit in ("kWh", "MJ"):
            unit = f"{unit}/kg"
        self.row(**cells, amount=amount, unit=unit, per=per)

    # -- links between products

    def links(self, names: list[str]) -> None:
        """Links, loops among them, each so small that no product needs all of itself."""
        dice = self.dice
        places = [
            (name, stage["id"], flow)
            for name in names for stage in self.case.rule["stages"] for flow, model in stage["flows"].items()
            if model["unit"] == "kg" and self.named(name, stage)
        ]  # fmt: skip
        for name, stage, flow in dice.sample(places, min(len(places), dice.randrange(0, 6))):
            taken = dice.choice((0.02, dice.uniform(0, 0.05)))
            cells = {"product": name, "stage": stage, "flow": flow, "item": f"product:{dice.choice(names)}"}
            self.row(**cells, amount=taken, unit="kg", per=dice.choice(("", "product")))

    def named(self, name: str, stage: dict[str, Any]) -> bool:
        """Whether a stage takes place."""
        named = any((row["product"], row["stage"]) == (name, stage["id"]) for row in self.case.rows)
        return named or not stage["optional"]

    # -- factors

    def factor_rows(self) -> None:
        for (unit, kind), items in self.items.items():
            for item in items:
                for region in ("GLO", *self.dice.sample(("CN", "CN-ZJ", "IT", "RAS", "RER", "NO"), 2)):
                    for year in self.dice.choice((("",), (2020,), (2017, 2022))):
                        self.case.factors.append(self.factor_row(item, kind, unit, region, year))

    def factor_row(self, item: str, kind: str, unit: str, region: str, year: Any) -> Row:
        dice = self.dice
        counted = dice.choice(UNITS[unit])
        scale = SCALE.get((unit, counted), 1.0)
        row = {"item": item, "kind": kind, "region": region, "year": year, "source": "chance", "locator": "seed",
               "unit": f"kgCO2e/({counted})", "gwp": "unknown", "value": dice.uniform(0.01, 5) / scale}  # fmt: skip
        if dice.random() < 0.4:
            for gas in ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o"):
                row[gas] = dice.choice((0.0, dice.uniform(0, 0.5) / scale))
            if dice.random() < 0.5:
                row["value"] = ""
            elif not any(row[gas] for gas in ("ch4_fossil", "ch4_biogenic", "n2o")):  # one value under every set
                row["value"] = row["co2_fossil"] + row["co2_land_use"]
        for gas in ("co2_biogenic", "co2_uptake"):
            if "co2_fossil" in row and dice.random() < 0.4:
                row[gas] = dice.uniform(0, 2) / scale
        return {key: _text(value) for key, value in row.items()}


def with_bands(made: Case) -> Case:
    """Bands of what is plausible for losses and flows, some so low that rows must confirm; some rows do."""
    dice = Random(f"bands {made.seed}")
    for stage in made.rule["stages"]:
        for told in [*stage["losses"], *stage["flows"].values()]:
            if dice.random() < 0.7:
                told["plausible"] = [0, 10 ** dice.uniform(-3, 1)]
    for row in made.rows:
        row["confirmed"] = dice.choice(("", "", "no", "yes")) if row["amount"] else ""
    return made


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def case(seed: int) -> Case:
    """The case of a seed."""
    return Maker(seed).make()
