"""The numbers behind the pictures, in the unit and language asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.results import Footprint


@dataclass(frozen=True)
class PlotData:
    """A result in a unit and a language."""

    result: Footprint
    asked: str | None
    language: str

    @property
    def unit(self) -> str:
        """Unit that figures are per."""
        return self.asked or self.result.unit

    @cached_property
    def scale(self) -> FloatArray:
        """Product units in one unit, per product."""
        return self.result.scale(self.asked)

    def word(self, key: str, **values: object) -> str:
        """A fixed word."""
        return fixed_text(key, self.language, **values)

    @property
    def axis(self) -> str:
        """Label of an axis of emissions."""
        return self.word("per", unit=self.unit)

    def stage_name(self, place: int) -> str:
        """Name of a stage."""
        return self.result.stages[place].name(self.language)

    def total(self, product: int) -> float:
        """Footprint of a product. [kg CO2e per unit]"""
        return float(self.result.totals[product] * self.scale[product])

    def stages(self, product: int) -> pd.DataFrame:
        """Stages of one product that emit or take up: stage, name, group, memo, kgCO2e."""
        import pandas as pd

        values = self.result.by_stage[product] * self.scale[product]
        used = [place for place in range(len(values)) if values[place] != 0]
        infos = [self.result.stages[place] for place in used]
        return pd.DataFrame({
            "stage": [info.id for info in infos],
            "name": [info.name(self.language) for info in infos],
            "group": [info.group for info in infos],
            "memo": np.array([info.outside for info in infos], dtype=bool),
            "kgCO2e": values[used],
        })  # fmt: skip

    def flows(self, product: int) -> pd.DataFrame:
        """Flows of one product inside the boundary, summed by stage and flow: stage, stage_name, flow, flow_name, kgCO2e."""
        import pandas as pd

        lines = self.result.lines
        rows = np.flatnonzero(lines.product == product)
        rows = rows[np.argsort(lines.stage[rows], kind="stable")]
        infos = [self.result.stages[place] for place in lines.stage[rows]]
        flows = [lines.text("flow", int(row)) for row in rows]
        table = pd.DataFrame({
            "stage": [info.id for info in infos],
            "stage_name": [info.name(self.language) for info in infos],
            "flow": flows,
            "flow_name": [info.flow(flow, self.language) for info, flow in zip(infos, flows, strict=True)],
            "memo": np.array([info.outside for info in infos], dtype=bool),
            "kgCO2e": lines.emissions[rows] * self.scale[product],
        })  # fmt: skip
        inside = table.loc[~table["memo"]].drop(columns="memo")
        keys = ["stage", "stage_name", "flow", "flow_name"]
        summed = inside.groupby(keys, as_index=False, sort=False)["kgCO2e"].sum()
        used: pd.DataFrame = summed.loc[summed["kgCO2e"] != 0].reset_index(drop=True)
        return used

    def taken_up(self, table: pd.DataFrame, name: str) -> str:
        """What takes up CO2, in words; empty where nothing does."""
        negative = table.loc[table["kgCO2e"] < 0]
        told = ", ".join(f"{row[name]} {short(float(row['kgCO2e']))}" for _, row in negative.iterrows())
        return f"{self.word('not_drawn')}: {told}" if told else ""


def chosen(result: Footprint, product: str | None) -> int:
    """Place of the product that a picture is of.

    Raises
    ------
    UsageError
        No such product, or there are several and none is named.
    """
    if product is not None:
        return result.place(product)
    if len(result.products) == 1:
        return 0
    shown = ", ".join(result.products[:10])
    what = "This result has several products, and the picture is of one."
    raise UsageError([Problem("product", what, f"Name one of them: {shown}.", code="no-product")])


def short(value: float, of: float | None = None) -> str:
    """A number as pictures show it: three digits, or as many decimals as four digits of the whole have; a real minus sign.

    Examples
    --------
    >>> short(12.7729), short(-1.5012), short(0.04315), short(1234.5)
    ('12.8', '−1.50', '0.0432', '1230')
    >>> short(0.04315, of=12.7729), short(4.7399, of=12.7729)
    ('0.04', '4.74')
    """
    size = abs(value if of is None else of)
    if size == 0 or not np.isfinite(size):
        return f"{value:.3g}"
    decimals = (2 if of is None else 3) - int(np.floor(np.log10(size)))
    told = f"{round(value, decimals):.{max(decimals, 0)}f}".replace("-", "−")
    return told.removeprefix("−") if not any(digit in told for digit in "123456789") else told
