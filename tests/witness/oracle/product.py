"""One product written as unit processes: its chain of masses, and what each row takes."""

from __future__ import annotations

from oracle.factors import Matcher
from oracle.system import Label, Row, System
from oracle.values import Values


class Product(Values):
    """One product as unit processes of the system."""

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
