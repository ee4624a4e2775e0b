"""Tables of emission factors as files: the CSV, and the document beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from textile_pcf.factors import FactorSheet, TableDocument
from textile_pcf.factors.table import NUMBERS, REQUIRED, TEXTS
from textile_pcf.io.csv_text import table_csv
from textile_pcf.io.output_files import write_atomically
from textile_pcf.io.yaml_reader import parse_number


def sheet_csv(sheet: FactorSheet) -> str:
    """Return a table as CSV text; columns that hold nothing are left out, numbers read back as they are.

    Parameters
    ----------
    sheet : FactorSheet
        A checked table.
    """
    numbers = [name for name in NUMBERS if not np.isnan(sheet.numbers[name]).all()]
    texts = [name for name in TEXTS if any(sheet.texts[name])]
    columns = [*REQUIRED, *(name for name in (*texts, *numbers) if name not in REQUIRED)]
    cells: dict[str, Any] = {name: sheet.texts[name] for name in columns if name in sheet.texts}
    cells |= {
        name: ["" if np.isnan(value) else repr(float(value)) for value in sheet.numbers[name]]
        for name in columns
        if name in sheet.numbers
    }
    return table_csv(columns, ({name: cells[name][row] for name in columns} for row in range(sheet.size)))


def document_yaml(document: TableDocument) -> str:
    """Return the description of a table as YAML."""
    content = document.model_dump(exclude_none=True, exclude_defaults=True)
    return str(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120))


class _Dumper(yaml.SafeDumper):
    """Writes YAML that reads back under version 1.2 as it was: `1e3` is a number there, and only there."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    quoted = '"' if parse_number(text) != text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=quoted)


_Dumper.add_representer(str, _represent_text)


def write_table(sheet: FactorSheet, path: Path, where: str) -> None:
    """Write a table, and its document beside it.

    Parameters
    ----------
    sheet : FactorSheet
        A checked table.
    path : Path
        The CSV file; the document is `<name>.yaml`.
    where : str
        Name of the argument, for messages.
    """
    beside = document_yaml(sheet.document)
    write_atomically(path, lambda draft: draft.write_text(sheet_csv(sheet), encoding="utf-8", newline=""), where)
    write_atomically(path.with_suffix(".yaml"), lambda draft: draft.write_text(beside, encoding="utf-8", newline=""), where)
