"""Texts of one line in the language of its reader, the same in an explanation, a report and a workbook."""

from __future__ import annotations

from textile_pcf.factors.matching import PROXY
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize
from textile_pcf.results.contributions import Contributions, Driver, DriverKind


def amount_origin(lines: Contributions, line: int, language: str) -> tuple[str, str]:
    """Return source and locator of the amount of a line.

    Parameters
    ----------
    lines : Contributions
    line : int
        Index of the line.
    language : str
        `en` or `zh`. What the library writes is translated, such as the method behind an estimate; titles and words of a
        file stay as they are.
    """
    return localize(lines.text("source", line), language), localize(lines.text("locator", line), language)


def driver_text(driver: Driver, language: str) -> str:
    """Return a driver as text: masses of the stage by name, properties by their id.

    Examples
    --------
    >>> driver_text(Driver(DriverKind.MASS, "input", "kg"), "zh"), driver_text(Driver(DriverKind.SHARE), "zh")
    ('kg 投入', '该纤维占比')
    """
    if driver.kind is DriverKind.ALLOCATION:
        return fixed_text("driver_allocated", language)
    if driver.kind is DriverKind.SHARE:
        return fixed_text("driver_share", language)
    if driver.kind is DriverKind.MASS:
        return f"{driver.unit} {fixed_text(f'driver_{driver.name}', language)}"
    return driver.label


def request_text(text: str, language: str) -> str:
    """Return what was asked for in place of the factor that was found.

    Examples
    --------
    >>> request_text("nylon→polyester (proxy); CN→GLO", "zh")
    'nylon→polyester (代用因子); CN→GLO'
    """
    return text.replace(PROXY, f"({fixed_text('report_proxy', language)})")
