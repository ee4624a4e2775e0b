"""Compile the balance of biogenic carbon: the flow that takes up what leaves, and the flows that carry carbon already."""

from __future__ import annotations

from textile_pcf.messages.message import Message
from textile_pcf.rules.compile_defaults import DocumentPath
from textile_pcf.rules.compile_properties import PropertyCompiler
from textile_pcf.rules.schema import Flow, Stage
from textile_pcf.units import Unit, parse_unit

CONTENT = "biogenic_carbon"
"""Property of the product, and of the components in the stage `COMPOSITION`: biogenic carbon per mass. [kg C/kg]"""
COMPOSITION = "composition"


class BalanceCompiler(PropertyCompiler):
    """Compile the key `balance` of flows."""

    balance_path: DocumentPath | None = None
    """Path of the flow that has a balance."""

    def balance(self, flow: Flow, owner: Stage, unit: Unit, path: DocumentPath) -> tuple[int, ...]:
        """Return the flows that a flow balances: those of its categories up to its stage, inside the boundary."""
        if flow.balance is None:
            return ()
        self.check_balance(flow, owner, unit, path)
        flows = [(stage, name, spec) for stage in self.written.stages for name, spec in stage.flows.items()]
        place = [stage.id for stage in self.written.stages].index(owner.id)
        before = {stage.id for stage in self.written.stages[: place + 1] if stage.boundary == "inside"}
        known = {spec.category for stage, _, spec in flows if stage.id in before and spec.category}
        for number, category in enumerate(flow.balance):
            close = self.near(category, known)
            if category not in known and (close or not known & set(flow.balance)):  # what a rule removed may be named
                what = Message("No flow up to this stage has the category {category!r}.", category=category)
                cure = (
                    Message("Did you mean {close!r}?", close=close)
                    if close
                    else Message("Name categories of flows that bring carbon.")
                )
                self.problem((*path, "balance", number), what, cure)
        return tuple(
            index
            for index, (stage, _, spec) in enumerate(flows)
            if stage.id in before and spec.category in flow.balance and spec is not flow
        )

    def check_balance(self, flow: Flow, owner: Stage, unit: Unit, path: DocumentPath) -> None:
        """Check the flow that balances: one per rule, in kg per kg that leaves a stage of the whole product, and no value."""
        if self.balance_path is not None:
            what = Message("The rule has another flow with a balance already.")
            self.problem((*path, "balance"), what, Message("Keep one of the two."))
        self.balance_path = path
        if flow.value is not None or flow.per != "output" or unit.dimensions != parse_unit("kg").dimensions:
            what = Message("A flow with a balance is counted in kg per kg of output, and has no value.")
            self.problem((*path, "balance"), what, Message("Write `unit: kg`, and neither `value` nor `per`."))
        if owner.scope == "component" or owner.boundary == "outside" or owner.optional:
            what = Message("A balance belongs to a stage that every product has.")
            cure = Message("Move it to a stage of the whole product inside the boundary that is not optional.")
            self.problem((*path, "balance"), what, cure)
        if CONTENT not in self.written.product.properties:
            what = Message("A balance needs the biogenic carbon of the product.")
            cure = Message("Add the property `biogenic_carbon` in kg/kg to the product.")
            self.problem((*path, "balance"), what, cure)
        if flow.factor is None:
            what = Message("A flow with a balance names no emission factor.")
            self.problem((*path, "balance"), what, Message("Write `factor: carbon_dioxide_uptake` and `kind: direct`."))
