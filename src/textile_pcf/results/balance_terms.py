"""The balance of biogenic carbon of a line, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.methods.chemistry import CO2_PER_CARBON
from textile_pcf.results.number_text import number
from textile_pcf.rules.arrays import rule_arrays

if TYPE_CHECKING:
    from textile_pcf.results.figures import Figures


def balance_terms(result: Figures, line: int, language: str) -> list[str]:
    """Return what leaves and what each input carries, as texts; nothing for a line that is no balance.

    Parameters
    ----------
    result : Figures
    line : int
        Index of the line.
    language : str
        `en` or `zh`.
    """
    inventory, lines = result.inventory, result.lines
    balance, arrays = inventory.balance, rule_arrays(inventory.activity.rules)
    if balance is None or line not in balance.rows:
        return []
    place = int(np.flatnonzero(balance.rows == line)[0])
    leaves = float(balance.leaves[place])
    if np.isnan(leaves):
        return [fixed_text("explain_unknown_carbon", language)]
    mass = float(inventory.masses.output[inventory.process[line]])
    content = leaves / CO2_PER_CARBON / mass if mass else 0.0
    values = {"content": number(content), "mass": number(mass), "ratio": number(CO2_PER_CARBON), "leaves": number(leaves)}
    texts = [fixed_text("explain_leaves", language, **values)]
    carried = inventory.removals_by_line * inventory.amount
    own = (lines.product == lines.product[line]) & arrays.flow_balanced[inventory.flow] & (carried != 0)
    for row in np.flatnonzero(own).tolist():
        info = result.stages[int(lines.stage[row])]
        terms = {
            "flow": f"{info.id}.{lines.text('flow', row)}",
            "item": lines.text("item", row),
            "unit": lines.text("unit", row),
        }
        amount = float(lines.amount[row])
        terms |= {"amount": number(amount), "kilograms": number(float(carried[row]))}
        texts.append(fixed_text("explain_carried", language, factor=number(float(carried[row]) / amount), **terms))
    return texts
