"""Saved results as Parquet: the lines as columns, all else in the metadata key `textile_pcf`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.audit.canonical import MAX_BYTES, JsonText, check_file, parse_json
from textile_pcf.audit.saved_arrays import CODED, FLOATS, numbers
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.arrow_faults import parquet_errors
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.results import SPLIT

KEY = b"textile_pcf"
PLAIN = ("value", "amount", "factor", "aircraft")
"""Numbers with one column; `drivers` and `split` have several."""
CODE = "result-form"


def write_table(data: Mapping[str, Any], stages: list[str], out: Path) -> None:
    """Write what a saved result holds: a row per line, and all else as JSON in the metadata.

    Parameters
    ----------
    data : mapping
        Content with its seal, as the JSON file has it.
    stages : list of str
        Ids of the stages, by index.
    out : Path
        File to write.
    """
    import pyarrow as pa
    from pyarrow import parquet

    lines = data["lines"]
    columns: dict[str, Any] = {
        "product": pa.array([data["products"][number] for number in lines["product"]], pa.string()),
        "stage": pa.array([stages[number] for number in lines["stage"]], pa.string()),
        "ruled": pa.array(lines["ruled"], pa.bool_()),
        "driver_pattern": pa.array(lines["driver_pattern"], pa.int64()),
        **{name: pa.array(lines[name], pa.float64()) for name in PLAIN},
    }
    for name in ("drivers", "split"):
        for number, label in enumerate(_labels(name, len(lines[name][0]) if lines[name] else 0)):
            columns[label] = pa.array([row[number] for row in lines[name]], pa.float64())
    for name in CODED:
        texts = lines[name]["texts"]
        columns[name] = pa.array([texts[code] for code in lines[name]["codes"]], pa.string())
    rest = {name: {"texts": lines[name]["texts"], "zh": lines[name]["zh"]} for name in CODED}
    kept = {**data, "lines": {**rest, "driver_terms": lines["driver_terms"]}, "stages": stages}
    table = pa.table(columns).replace_schema_metadata({KEY: json.dumps(kept, ensure_ascii=False).encode()})
    parquet.write_table(table, out, compression="zstd")


def _labels(name: str, width: int) -> list[str]:
    """Return the columns in which each line has several numbers."""
    return [f"split.{part}" for part in SPLIT] if name == "split" else [f"driver.{number}" for number in range(1, width + 1)]


def read_table(path: Path) -> JsonText:
    """Return what a saved result holds from its Parquet file, as the JSON file has it.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UsageError
        The file cannot be opened.
    InputError
        It is no Parquet file, or no saved result.
    """
    from pyarrow import parquet

    shown = escape_controls(str(path))
    check_file(path)
    with parquet_errors(str(path)):
        file = parquet.ParquetFile(path)
        held = (file.schema_arrow.metadata or {}).get(KEY)
        unpacked = sum(file.metadata.row_group(number).total_byte_size for number in range(file.metadata.num_row_groups))
        if held is None or unpacked > MAX_BYTES:
            raise InputError([Problem(shown, "This is no saved result.", "Save one: result.save(path).", code=CODE)])
        table = file.read()
    read = parse_json(held, str(path), CODE)
    try:
        return JsonText(_with_lines(read.data, table), read.canonical_numbers)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        what, cure = (
            "This result does not hold what a saved result holds.",
            "Take the file as it was written, or make it again.",
        )
        raise InputError([Problem(shown, what, cure, code=CODE)]) from None


def _with_lines(data: dict[str, Any], table: Any) -> dict[str, Any]:
    """Return the content with its lines, made of the columns."""
    columns = {name: table[name].to_pylist() for name in table.column_names}
    rest, stages = data["lines"], data.pop("stages")
    widths = {"drivers": sum(name.startswith("driver.") for name in columns), "split": len(SPLIT)}
    lines: dict[str, Any] = {
        "product": _places(columns["product"], data["products"]),
        "stage": _places(columns["stage"], stages),
        **{name: _numbers(columns, name, widths) for name in FLOATS},
        **{name: {"codes": _places(columns[name], rest[name]["texts"]), **rest[name]} for name in CODED},
        "ruled": columns["ruled"],
        "driver_pattern": columns["driver_pattern"],
        "driver_terms": rest["driver_terms"],
    }
    return {**data, "lines": lines}


def _numbers(columns: Mapping[str, list[Any]], name: str, widths: Mapping[str, int]) -> list[Any]:
    if name not in widths:
        return columns[name]
    parts = [columns[label] for label in _labels(name, widths[name])]
    stacked: FloatArray = np.array(parts, dtype=np.float64).T.reshape(len(columns["product"]), len(parts))
    return numbers(stacked)


def _places(texts: list[str], known: list[str]) -> list[int]:
    place = {text: number for number, text in enumerate(known)}
    return [place[text] for text in texts]
