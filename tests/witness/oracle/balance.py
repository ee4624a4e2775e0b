"""The oracle's balance of biogenic carbon: what a product takes up, by products one after another.

A product carries the CO2 of the carbon that leaves it, and the net uptake of what its rule does not balance. So its own uptake
is that of the carbon, less what the balanced flows carry. Products of which nobody knows the carbon take up nothing.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from math import isnan
from typing import Any

from oracle.factors import Matcher
from oracle.product import Product
from oracle.system import Label, Row, System

CO2_PER_CARBON = (12.011 + 2 * 15.999) / 12.011


def balanced_flow(rule: dict[str, Any]) -> tuple[str, str] | None:
    """Stage and name of the flow that has a balance."""
    found = [
        (stage["id"], name) for stage in rule["stages"] for name, flow in stage.get("flows", {}).items() if "balance" in flow
    ]
    return found[0] if found else None


class Balance:
    """Uptake of every product of a system."""

    def __init__(self, rule: dict[str, Any], system: System, matcher: Matcher, products: dict[str, Product]) -> None:
        flow = balanced_flow(rule)
        assert flow
        self.rule, self.system, self.products = rule, system, products
        self.stage, self.name = flow
        self.flow = next(stage for stage in rule["stages"] if stage["id"] == self.stage)["flows"][self.name]
        up_to = system.stages[: system.stages.index(self.stage) + 1]
        flows = {(stage["id"], name): told for stage in rule["stages"] for name, told in stage.get("flows", {}).items()}
        self.balanced = {
            place for place, told in flows.items() if place[0] in up_to and told.get("category") in self.flow["balance"]
        }
        empty: Row = dict.fromkeys(("item", "region", "year", "amount", "unit", "per", "component"), "")
        self.factors = {}
        for name, reader in products.items():
            region, year = reader.region_and_year(self.stage, "", empty)
            forbid = rule.get("matching", {}).get("forbid", [])
            self.factors[name] = matcher.find(self.flow["factor"], self.flow["kind"], region, year, forbid, {"kg": 1})
        self.removals = matcher.removals
        self.users: dict[Label, list[tuple[Label, float]]] = defaultdict(list)
        for user, supplier, amount in system.takes:
            self.users[supplier].append((user, amount))
        self.level, self.content, self.total = cache(self._level), cache(self._content), cache(self._total)

    def write(self) -> None:
        """Write the uptake of every product whose carbon is known."""
        for name in self.products:
            node: Label = ("rows", name, self.stage, "", "output")
            label, factor = self.factors[name]
            self.system.factors[label] = factor
            leaves, output = self.leaves(name), self.level(node)
            if not isnan(leaves) and output:
                own = (leaves - self.carried(name, True)) / self.removals[label]
                self.system.meets.append((node, label, own / output))

    def _level(self, label: Label) -> float:
        """How much of a process one unit of its product takes."""
        if label[0] == "product":
            return 1.0
        return sum(self.level(user) * amount for user, amount in self.users[label]) / self.system.makes[label]

    def leaves(self, name: str) -> float:
        """CO2 of the carbon that leaves. [kg per product unit]"""
        return self.content(name) * self.level(("rows", name, self.stage, "", "output")) * CO2_PER_CARBON

    def _content(self, name: str) -> float:
        """Biogenic carbon of a product: its own, that of its fibres, or that of its material. [kg C/kg]"""
        reader = self.products[name]
        own = float(reader.value_of("product", "biogenic_carbon", ""))
        if isnan(own) and "biogenic_carbon" in reader.stages.get("composition", {}).get("properties", {}):
            own = float(reader.value_of("product", "composition.biogenic_carbon", ""))
        if not isnan(own):
            return own
        carbon = kilograms = 0.0
        for place, node, value, other in self.met(name):
            if place not in self.balanced or node[-1] == "loss" or not value:
                continue
            amount = self.level(node) * value
            if isinstance(other, str):
                amount *= self.products[other].product_mass
                carbon += amount * self.content(other)
            else:
                carbon += amount * other / CO2_PER_CARBON if other > 0 else float("nan")
            kilograms += amount
        return carbon / kilograms if kilograms else float("nan")

    def met(self, name: str) -> list[tuple[tuple[str, str], Label, float, str | float]]:
        """Flow, process, amount, and supplier or net uptake of everything that a product takes inside the boundary."""
        outside = self.system.outside
        return [
            (place, node, value, other) for place, node, value, other in self.system.carries
            if node[1] == name and node[2] not in outside
        ]  # fmt: skip

    def carried(self, name: str, balanced: bool) -> float:
        """Net uptake of what is balanced, or of what is not. [kg CO2 per product unit]"""
        found = 0.0
        for place, node, value, other in self.met(name):
            if (place in self.balanced) == balanced:
                found += self.level(node) * value * (self.total(other) if isinstance(other, str) else other)
        return found

    def _total(self, name: str) -> float:
        """Net uptake of a product with all that it takes. [kg CO2 per product unit]"""
        leaves = self.leaves(name)
        return self.carried(name, False) + (self.carried(name, True) if isnan(leaves) else leaves)
