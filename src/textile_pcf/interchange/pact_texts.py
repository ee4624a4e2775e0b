"""Texts of a record of PACT: what it rests on, what it holds, and what it leaves out."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.factors.gwp import UNKNOWN
from textile_pcf.interchange.about import AboutProduct
from textile_pcf.interchange.factor_use import FactorSet, gate_stages
from textile_pcf.interchange.pact_quality import GateQuality
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint

_EF31 = {"EF3.1": "AR6"}


class RecordTexts:
    """Texts of the records of one result; they are English.

    Parameters
    ----------
    result : Footprint
        The result.
    input_sha256 : str
        Hash of the input where it is known already; else empty.
    undivided : list of float
        Part of the fossil emissions of each product that rests on factors without gases. [1]
    digits : int
        Significant digits of shares and ratings.
    """

    def __init__(self, result: Footprint, input_sha256: str, undivided: list[float], digits: int) -> None:
        provenance = result.provenance
        self.gwp, self.undivided = result.run.gwp, undivided
        self.rule = f"{provenance['rule']} ({provenance['status']})"
        hashes = input_sha256 or ", ".join(each["sha256"] for each in provenance["input"])
        self._head = Message(
            "Calculated by {library} under {rule} (SHA-256 {rule_sha256}). SHA-256 of the input: {hashes}.",
            library=provenance["library"], rule=self.rule, rule_sha256=provenance["rule_sha256"], hashes=hashes,
        )  # fmt: skip
        clauses = result.run.activity.rules.document.clauses.allocation
        self.allocation = " ".join(clause.text.text() for clause in clauses)
        self._result = result
        self._at_gate = gate_stages(result)
        self._left_out = "; ".join(
            stage.title for stage, inside in zip(result.stages, self._at_gate.tolist(), strict=True) if not inside
        )
        self._quality = GateQuality(result, digits)
        self._titles: dict[bytes, str] = {}
        self._active = _active_stages(result)

    def pcf(self, product: int, facts: FactorSet, about: AboutProduct) -> dict[str, Any]:
        """Return the fields of `pcf` that are no emissions; what the about file gives of the quality is not among them."""
        rules = {"operator": "Other", "otherOperatorName": "textile_pcf", "ruleNames": [self.rule]}
        fields: dict[str, Any] = {
            "ipccCharacterizationFactors": sorted(
                {_EF31.get(each, each) for each in (self.gwp, *facts.gwp) if each != UNKNOWN}
            ),
            "productOrSectorSpecificRules": [rules, *about.pcf.get("productOrSectorSpecificRules", [])],
        }
        if "boundaryProcessesDescription" not in about.pcf:
            fields["boundaryProcessesDescription"] = self._stages(product)
        if self.allocation and "allocationRulesDescription" not in about.pcf:
            fields["allocationRulesDescription"] = self.allocation
        if facts.sources:
            fields["secondaryEmissionFactorSources"] = [{"name": name, "version": version} for name, version in facts.sources]
        known = self._quality.pcf(product)
        return fields | {name: value for name, value in known.items() if name not in about.pcf}

    def comment(self, product: int, facts: FactorSet, about: AboutProduct) -> str:
        """Return what a reader of the record must know, then the comment of the about file."""
        parts: list[str] = [self._head]
        if self.undivided[product] > 0:
            share = self.undivided[product]
            parts.append(Message("{share:.1%} of the fossil emissions rest on factors without gases.", share=share))
        if UNKNOWN in facts.gwp:
            parts.append("Some factors do not say their GWP set and are used as printed.")
        if self._left_out:
            parts.append(Message("Stages of the rule that are not in this record: {stages}.", stages=self._left_out))
        if about.head.get("comment"):
            parts.append(about.head["comment"])
        return " ".join(map(str, parts))

    def _stages(self, product: int) -> str:
        """Return the titles of the stages at the gate that take place for a product."""
        active = self._active[product] & self._at_gate
        key = active.tobytes()
        if key not in self._titles:
            stages = self._result.stages
            self._titles[key] = "; ".join(stages[number].title for number in np.flatnonzero(active))
        return self._titles[key]


def _active_stages(result: Footprint) -> Any:
    """Return which stages take place, shape (products, stages)."""
    activity, processes = result.inventory.activity, result.stage_masses
    active = np.zeros((len(result.names), len(result.stages)), dtype=bool)
    place = np.asarray(activity.stage_active, dtype=bool)
    active[processes.product[place], processes.stage[place]] = True
    return active
