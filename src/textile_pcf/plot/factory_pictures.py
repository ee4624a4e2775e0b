"""Pictures of a metering run: the load of a meter with its batches, and where the energy of a window went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.plot.figure import COLOURS, REST, SUM, Picture, check_language, make_axes, set_fonts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from textile_pcf.factory.results import FactoryResult

WIDTH, HEIGHT, ROW = 9.0, 3.6, 0.42  # inches
KINDS = ("idle", "unplaced", "incomplete", "common", "outside", "unmetered")
HOUR = np.timedelta64(1, "h")
FORMATS = ["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S"]
ZERO_FORMATS = ["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"]
"""Times on an axis, from years to seconds; numbers only, as they are read in every language."""


def load_curve(
    readings: pd.DataFrame, batches: pd.DataFrame, meter: str, *, machine: str = "", unit: str = "kW", scale: float = 1.0,
    language: str = "en", ax: Axes | None = None,
) -> Picture:  # fmt: skip
    """Draw the load of a register between its readings: in the colour of the product while a batch runs, grey while none does.

    Parameters
    ----------
    readings : DataFrame
        Columns meter, time, value; times as pandas reads them. Intervals in which the register falls are left out.
    batches : DataFrame
        Columns product, machine, start, end.
    meter : str
        The register.
    machine : str
        Its machine; all batches without it.
    unit : str
        Unit of the load, for the axis.
    scale : float
        Load per register unit and hour, such as the multiplier of the meter.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller.

    Returns
    -------
    Picture
        `data` has start, end, load and product ("" while none runs, "…" where a batch begins or ends in between).
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    check_language(language)
    data = _loads(readings, batches, meter, machine, scale)
    axes = make_axes(ax, WIDTH, HEIGHT)
    products = sorted(set(data["product"]) - {"", "…"})
    colours = {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(products)}
    labels = {"": fixed_text("load_idle", language), "…": fixed_text("load_change", language)}
    width = (data["end"] - data["start"]).to_numpy() / np.timedelta64(1, "D")
    for name in (*products, "…", ""):
        chosen = (data["product"] == name).to_numpy()
        if chosen.any():
            axes.bar(data["start"][chosen], data["load"][chosen], width=width[chosen], align="edge", linewidth=0,
                     color=colours.get(name, SUM if name else REST), label=labels.get(name, name))  # fmt: skip
    axes.set_ylabel(unit)
    axes.set_title(fixed_text("load_title", language, meter=meter), loc="left", fontsize=11)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=FORMATS, zero_formats=ZERO_FORMATS, show_offset=False)  # type: ignore[no-untyped-call]
    )
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


def _loads(readings: pd.DataFrame, batches: pd.DataFrame, meter: str, machine: str, scale: float) -> pd.DataFrame:
    """Return the load of each interval and the product that ran in it."""
    import pandas as pd

    own = readings.loc[readings["meter"] == meter]
    time, value = pd.to_datetime(own["time"]).to_numpy(), own["value"].to_numpy(dtype=np.float64)
    start, end, used = time[:-1], time[1:], np.diff(value)
    known = (used >= 0) & (end > start)
    data = pd.DataFrame({"start": start[known], "end": end[known]})
    data["load"] = used[known] * scale / ((end - start)[known] / HOUR)
    product = np.full(len(data), "", dtype=object)
    ran = batches.loc[batches["machine"] == machine] if machine else batches
    columns = (ran["product"], pd.to_datetime(ran["start"]), pd.to_datetime(ran["end"]))
    for name, low, high in zip(*columns, strict=True):
        product[((data["start"] < high) & (data["end"] > low)).to_numpy()] = "…"
        product[((data["start"] >= low) & (data["end"] <= high)).to_numpy()] = name
    return data.assign(product=product)


def energy_use(result: FactoryResult, carrier: str = "electricity", *, language: str = "en", ax: Axes | None = None) -> Picture:
    """Draw where a carrier went: to the products at each machine, and to what no batch used.

    Parameters
    ----------
    result : FactoryResult
        Of `factory.meters`; give it `start` and `end` to see one day.
    carrier : str
        The carrier.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller.

    Returns
    -------
    Picture
        `data` has one row per machine or kind of remainder, and one column per product and `remainder`; its sum is the metered
        amount.
    """
    check_language(language)
    used, left, unit = _energy(result, carrier)
    products = sorted({product for row in used.values() for product in row})
    names = {kind: fixed_text(f"energy_{kind}", language) for kind in left}
    data = _energy_frame(used, left, products)
    axes = make_axes(ax, WIDTH, 1.4 + ROW * len(data))
    positions, start = np.arange(len(data)), np.zeros(len(data))
    for name, colour in zip(
        [*products, "remainder"], [*(COLOURS[k % len(COLOURS)] for k in range(len(products))), REST], strict=True
    ):
        values = data[name].to_numpy()
        label = fixed_text("energy_rest", language) if name == "remainder" else name
        axes.barh(positions, values, left=start, color=colour, height=0.7, label=label)
        start += np.maximum(values, 0)
    total = float(data.to_numpy().sum())
    for position, value in enumerate(data.sum(axis=1)):
        share = f"  {value / total:.0%}" if total > 0 else ""
        axes.annotate(f" {value:,.0f}{share}", (max(float(value), 0.0), position), va="center", fontsize=9)
    axes.set_yticks(positions, [names.get(label, label) for label in data.index])
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.set_xlim(right=1.15 * float(start.max()) if start.max() > 0 else 1.0)
    start_text, end_text = (result["window"][name].replace("T", " ").replace(":00:00", ":00") for name in ("from", "to"))
    axes.set_title(f"{_carrier_name(carrier, language)}, {start_text} – {end_text}", loc="left", fontsize=11)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


def _carrier_name(carrier: str, language: str) -> str:
    """Return the first name of a carrier in a language, else its id."""
    from textile_pcf.factory.vocabulary import known_carrier

    return (known_carrier(carrier).names or (carrier,))[0] if language == "zh" else carrier.replace("_", " ")


def _energy(result: FactoryResult, carrier: str) -> tuple[dict[str, dict[str, float]], dict[str, float], str]:
    """Return the use of each machine by product, what is left by kind, and the unit."""
    tables: Mapping[str, Any] = result.to_dict()
    used: dict[str, dict[str, float]] = {}
    left: dict[str, float] = {}
    unit = ""
    for row in tables["batches"]:
        if row["carrier"] == carrier:
            products, unit = used.setdefault(row["machine"], {}), row["unit"]
            products[row["product"]] = products.get(row["product"], 0.0) + row["amount"] + row["spread"]
    for row in tables["remainder"]:
        if row["carrier"] == carrier and row["amount"]:
            left[row["kind"]] = left.get(row["kind"], 0.0) + row["amount"]
    return used, {kind: left[kind] for kind in KINDS if kind in left}, unit


def _energy_frame(used: dict[str, dict[str, float]], left: dict[str, float], products: list[str]) -> pd.DataFrame:
    import pandas as pd

    columns = [*products, "remainder"]
    rows = {machine: [amounts.get(product, 0.0) for product in products] + [0.0] for machine, amounts in sorted(used.items())}
    rows |= {kind: [0.0] * len(products) + [amount] for kind, amount in left.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=pd.Index(columns))
