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
        """Return the flows that a flow balances; check that it can balance them."""
        if flow.balance is None:
            return ()
        self.check_balance(flow, owner, unit, path)
        flows = [f"{stage.id}.{name}" for stage in self.written.stages for name in stage.flows]
        outside = {stage.id for stage in self.written.stages if stage.boundary == "outside"}
        own = f"{owner.id}.{path[-1]}"
        indices = []
        for number, name in enumerate(flow.balance):
            where: DocumentPath = (*path, "balance", number)
            if name not in flows:
                close = self.near(name, flows)
                cure = f"Did you mean {close!r}?" if close else Message("Write `stage.flow`.")
                self.problem(where, Message("There is no flow {flow!r}.", flow=name), cure)
            elif name == own or name.partition(".")[0] in outside or flows.index(name) in indices:
                what = Message("The balance cannot hold {flow!r}.", flow=name)
                cure = Message("Name each flow inside the boundary once, and not the balance itself.")
                self.problem(where, what, cure)
            else:
                indices.append(flows.index(name))
        return tuple(indices)

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
