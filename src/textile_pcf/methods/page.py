"""Write the reference page of the named methods: `python -m textile_pcf.methods.page > docs/methods.md`."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from itertools import groupby

from textile_pcf.methods import METHODS, Method

HEAD = """# Named methods

The closed list of formulas that a rule may name in a property (`method:`). Inputs bind to the properties of the same names,
`inputs:` renames; each is converted to the unit stated here, whatever unit the mill used. The result is an intensity, never
a mass. Nothing is rounded unless the method says so. If an input is missing, so is the result, and a message names the input
wherever the result is needed. The range is what the source covers; outside it a number is still calculated.

This page is written from the code (`python -m textile_pcf.methods.page`); a test keeps it current. Every example runs in the
tests, and every method has a case worked by hand in `tests/cases/`.
"""
_CODE = re.compile(r">>>|\.\.\.|array|\s|-?[\d.]+$")  # input and output of an example; other lines are text
TITLES = {
    "spinning": "Yarn",
    "weaving": "Fabric",
    "printing": "Printing",
    "making": "Making",
    "use": "Use",
    "transport": "Transport",
    "recycling": "Recycling: circular footprint formula",
    "carbon": "Biogenic carbon of fibres",
    "end_of_life": "End of life and carbon of fibres",
    "agriculture": "Field",
    "wastewater": "Wastewater",
    "combustion": "Fuels",
    "heat": "Heat",
    "quality": "Data quality",
}


def methods_page() -> str:
    """Return the page.

    Returns
    -------
    str
        Markdown: a table of all methods, then a section per method.
    """
    order = list(TITLES)
    methods = sorted(METHODS.values(), key=lambda method: (order.index(_module(method)), method.name))
    lines = [HEAD, "| method | gives | takes |", "|---|---|---|", *map(_row, methods)]
    for module, group in groupby(methods, key=_module):
        lines += ["", f"## {TITLES[module]}"]
        for method in group:
            lines += _section(method)
    return "\n".join(lines) + "\n"


def _module(method: Method) -> str:
    return method.function.__module__.rpartition(".")[2]


def _row(method: Method) -> str:
    takes = ", ".join(f"{name} [{unit}]" for name, unit in method.inputs.items())
    return f"| [`{method.name}`](#{method.name}) | {method.output} | {takes} |"


def _section(method: Method) -> Iterator[str]:
    text = inspect.getdoc(method.function) or ""
    text, _, examples = text.partition("Examples\n--------\n")
    description, _, sections = text.partition("Parameters\n----------\n")
    _, _, notes = sections.partition("References\n----------\n")[0].partition("Notes\n-----\n")
    description = f"{description}Note: {notes}".strip() if notes else description.strip()
    yield from ("", f"({method.name})=", f"### {method.name}", "", description, "")
    yield from ("| input | unit | range |", "|---|---|---|")
    for name, unit in method.inputs.items():
        low, high = method.valid.get(name, ("", ""))
        yield f"| `{name}` | {unit} | {f'{low:g} to {high:g}' if low != '' else ''} |"
    yield from ("", f"Gives {method.output}. Source: {method.source}; {method.locator}.", "", *_example(method, examples))


def _example(method: Method, text: str) -> Iterator[str]:
    """Yield the examples of a docstring as blocks that run, with the text between them."""
    needs = [f">>> from textile_pcf.methods import {method.name}"]
    needs += [">>> import numpy as np"] if "np." in text else []
    yield from ("```pycon", *needs)
    for line in text.strip().splitlines():
        if line and not _CODE.match(line):
            yield from ("", "```", "", line, "", "```pycon")
        elif line:
            yield line
    yield from ("", "```")


if __name__ == "__main__":
    sys.stdout.write(methods_page())
