"""Numbers of the pictures, in the requested unit and language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.messages.message import Message
from textile_pcf.results.licence import refuse_masked

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.results import Footprint


@dataclass(frozen=True)
class PlotData:
    """A result with the unit and the language of a picture.

    Attributes
    ----------
    result : Footprint
        The result to draw.
    requested_unit : str or None
        Unit of the figures, such as `m2`; None for the unit of the product.
    language : str
        `en` or `zh`.
    """

    result: Footprint
    requested_unit: str | None
    language: str

    @property
    def unit(self) -> str:
        """Unit that the figures are per."""
        return self.requested_unit or self.result.unit

    @cached_property
    def scale(self) -> FloatArray:
        """Product units in one requested unit. Shape (products,)."""
        return self.result.scale(self.requested_unit)

    def text(self, key: str, **values: object) -> str:
        """Return a fixed text of the catalogue in the language of the picture."""
        return write_formulas(fixed_text(key, self.language, **values))

    @property
    def axis(self) -> str:
        """Label of an axis of emissions, such as `kg CO₂e per kg`."""
        return self.text("per", unit=self.unit)

    def stage_name(self, index: int) -> str:
        """Return the title of a stage."""
        return self.result.stages[index].name(self.language)

    def total(self, product: int) -> float:
        """Return the footprint of a product. [kg CO2e per unit]"""
        return float(self.result.totals[product] * self.scale[product])

    def emissions(self, product: int) -> float:
        """Return the footprint of a product without biogenic CO2 removals. [kg CO2e per unit]"""
        return float(self.result.headline.excluding[product] * self.scale[product])

    def stages(self, product: int) -> pd.DataFrame:
        """Return the emissions of one product by stage without biogenic CO2 removals, stages without emissions left out.

        Returns
        -------
        DataFrame
            Columns stage, name, group, memo (True outside the system boundary) and kgCO2e [kg CO2e per unit].
        """
        import pandas as pd

        values = self.result.emissions_by_stage[product] * self.scale[product]
        used = [index for index in range(len(values)) if values[index] != 0]
        infos = [self.result.stages[index] for index in used]
        return pd.DataFrame({
            "stage": [info.id for info in infos],
            "name": [info.name(self.language) for info in infos],
            "group": [info.group for info in infos],
            "memo": np.array([info.outside for info in infos], dtype=bool),
            "kgCO2e": values[used],
        })  # fmt: skip

    def flows(self, product: int) -> pd.DataFrame:
        """Return the emissions of one product inside the system boundary, summed by stage and flow.

        Returns
        -------
        DataFrame
            Columns stage, stage_name, flow, flow_name and kgCO2e [kg CO2e per unit]. Flows without emissions are left out.
        """
        import pandas as pd

        refuse_masked(self.result, "plot")
        contributions = self.result.lines
        rows = np.flatnonzero(contributions.product == product)
        rows = rows[np.argsort(contributions.stage[rows], kind="stable")]
        infos = [self.result.stages[index] for index in contributions.stage[rows]]
        flows = [contributions.text("flow", int(row)) for row in rows]
        table = pd.DataFrame({
            "stage": [info.id for info in infos],
            "stage_name": [info.name(self.language) for info in infos],
            "flow": flows,
            "flow_name": [info.flow(flow, self.language) for info, flow in zip(infos, flows, strict=True)],
            "memo": np.array([info.outside for info in infos], dtype=bool),
            "kgCO2e": contributions.emissions[rows] * self.scale[product],
        })  # fmt: skip
        inside = table.loc[~table["memo"]].drop(columns="memo")
        keys = ["stage", "stage_name", "flow", "flow_name"]
        summed = inside.groupby(keys, as_index=False, sort=False)["kgCO2e"].sum()
        used: pd.DataFrame = summed.loc[summed["kgCO2e"] != 0].reset_index(drop=True)
        return used

    def uptake_text(self, table: pd.DataFrame) -> str:
        """Return a sentence that lists the flows with negative emissions, or an empty string if there are none.

        Parameters
        ----------
        table : DataFrame
            Rows with the columns flow_name and kgCO2e.
        """
        negative = table.loc[table["kgCO2e"] < 0]
        items = ", ".join(f"{row['flow_name']} {format_number(float(row['kgCO2e']))}" for _, row in negative.iterrows())
        return f"{self.text('not_drawn')}: {items}" if items else ""


def product_index(result: Footprint, product: str | None) -> int:
    """Return the index of the product to draw.

    Parameters
    ----------
    result : Footprint
        The result to draw.
    product : str or None
        Id of a product; None is allowed if the result has one product.

    Raises
    ------
    UsageError
        There is no such product, or there are several products and `product` is None.
    """
    if product is not None:
        return result.place(product)
    if len(result.products) == 1:
        return 0
    ids = ", ".join(result.products[:10])
    message = "This result has several products, and the picture is of one."
    raise UsageError([Problem("product", message, Message("Name one of them: {ids}.", ids=ids), code="no-product")])


def format_number(value: float, total: float | None = None) -> str:
    """Format a number for a picture, with a real minus sign.

    Parameters
    ----------
    value : float
        The number.
    total : float, optional
        Use as many decimals as `total` has with four significant digits; without it, three significant digits.

    Returns
    -------
    str
        The text of the number.

    Examples
    --------
    >>> format_number(12.7729), format_number(-1.5012), format_number(0.04315), format_number(1234.5)
    ('12.8', '−1.50', '0.0432', '1230')
    >>> format_number(0.04315, total=12.7729), format_number(4.7399, total=12.7729)
    ('0.04', '4.74')
    """
    size = abs(value if total is None else total)
    if size == 0 or not np.isfinite(size):
        return f"{value:.3g}"
    decimals = (2 if total is None else 3) - int(np.floor(np.log10(size)))
    text = f"{round(value, decimals):.{max(decimals, 0)}f}".replace("-", "−")
    return text.removeprefix("−") if not any(digit in text for digit in "123456789") else text
