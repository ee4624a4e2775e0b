"""Tables of a footprint: sums as Series and DataFrames of pandas, or as quantities of pint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import find_texts
from textile_pcf.engine.loops import sum_by_group
from textile_pcf.results.contributions import SPLIT
from textile_pcf.units import quantities

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.results.figures import Figures


def emissions_by_code(result: Figures, column: str) -> tuple[tuple[str, ...], FloatArray]:
    """Return the codes of a column of the lines and the emissions inside the boundary by product and code.

    Parameters
    ----------
    result : Figures
    column : {"group", "component"}
        Column of `Footprint.lines`.

    Returns
    -------
    tuple of tuple of str and ndarray
        Names of the codes, and emissions of shape (products, names). [kg CO2e per product unit]
    """
    lines = result.all_lines
    names, group = line_groups(result, column)
    outside = np.array([stage.outside for stage in result.stages], dtype=bool)[lines.stage]
    counted = np.where(outside[:, None], 0.0, lines.split)
    emissions = sum_by_group(counted.sum(axis=1)[:, None], group, len(result.products) * len(names))
    return names, emissions.reshape(len(result.products), len(names))


def line_groups(result: Figures, column: str) -> tuple[tuple[str, ...], Any]:
    """Return the names of the codes of a column, and product × names + code of each line, shape (lines,)."""
    coded = getattr(result.all_lines, column)
    names = tuple(dict.fromkeys(coded.categories))
    code = find_texts(coded.categories, names)[coded.codes]
    return names, result.all_lines.product * len(names) + code


def stage_in_use(result: Figures) -> BoolArray:
    """Return which stages any product has an exchange in, shape (stages,)."""
    used = np.zeros(len(result.stages), dtype=bool)
    used[result.all_lines.stage] = True
    return np.asarray(used | (result.by_stage != 0).any(axis=0))


def total(result: Figures, unit: str | None, as_quantity: Any) -> Any:
    """Return the totals as a Series or quantity; see `Footprint.total`."""
    import pandas as pd

    values = result.totals * result.scale(unit)
    if as_quantity is not False:
        return _quantities(result, values, unit, as_quantity)
    return pd.Series(values, index=_products(result), name=f"kgCO2e/{unit or result.unit}")


def per_stage(result: Figures, unit: str | None, as_quantity: Any, empty_stages: bool) -> Any:
    """Return the emissions by stage as a DataFrame or quantity; see `Footprint.per_stage`."""
    import pandas as pd

    used = stage_in_use(result) | empty_stages
    inside = [number for number, stage in enumerate(result.stages) if not stage.outside and used[number]]
    values = result.by_stage[:, inside] * result.scale(unit)[:, None]
    if as_quantity is not False:
        return _quantities(result, values, unit, as_quantity)
    columns = pd.Index([result.stages[number].id for number in inside], name="stage")
    return pd.DataFrame(values, index=_products(result), columns=columns)


def per_group(result: Figures, unit: str | None, as_quantity: Any) -> Any:
    """Return the emissions by life-cycle stage as a DataFrame or quantity; see `Footprint.per_group`."""
    import pandas as pd

    names, by_group = emissions_by_code(result, "group")
    values = by_group * result.scale(unit)[:, None]
    if as_quantity is not False:
        return _quantities(result, values, unit, as_quantity)
    return pd.DataFrame(values, index=_products(result), columns=pd.Index(names, name="group"))


def split(result: Figures) -> pd.DataFrame:
    """Return the parts of the totals as a DataFrame; see `Footprint.split`."""
    import pandas as pd

    return pd.DataFrame(result.split_totals, index=_products(result), columns=pd.Index(SPLIT))


def masses(result: Figures) -> pd.DataFrame:
    """Return the masses of every stage and fibre as a DataFrame; see `Footprint.masses`."""
    import pandas as pd

    processes = result.stage_masses
    return pd.DataFrame(
        {
            "product": pd.Categorical.from_codes(processes.product, pd.Index(result.products)),
            "component": list(processes.component),
            "stage": pd.Categorical.from_codes(processes.stage, pd.Index([stage.id for stage in result.stages])),
            "input": processes.input,
            "output": processes.output,
            "loss": processes.input - processes.output,
        }
    )


def _products(result: Figures) -> Any:
    import pandas as pd

    return pd.Index(result.products, name="product")


def _quantities(result: Figures, values: FloatArray, unit: str | None, as_quantity: Any) -> Any:
    return quantities.as_quantity(values, result.measures.parse(unit or result.unit), as_quantity)
