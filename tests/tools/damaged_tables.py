"""Seeded ways to spoil Parquet files and the units of a table: for `fuzz_inputs.py`."""

from __future__ import annotations

import contextlib
import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from damaged_inputs import HEAD, PRODUCTS, activity, as_csv, spoilt_bytes, spoilt_cells


def spoilt_parquet(draw: random.Random, path: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = activity(draw)
    if draw.random() < 0.4:
        rows = [rows[0], *(row for row in spoilt_cells(draw, rows)[1:] if len(row) == len(HEAD))]
    if draw.random() < 0.5:
        rows = [rows[0], *draw.sample(rows[1:], len(rows) - 1)]
    cells = list(zip(*rows[1:], strict=True))
    columns, options = {}, _options(draw)
    for name, column in zip(HEAD, cells, strict=True):
        columns[name] = _column(draw, name, [cell.encode("utf-8", "replace").decode() for cell in column], pa)
    if options.get("use_dictionary") is False and draw.random() < 0.5:
        texts = [name for name, column in columns.items() if str(column.type) in ("string", "binary")]
        options["column_encoding"] = dict.fromkeys(texts, draw.choice(("DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY")))
    table = pa.table(columns)
    if draw.random() < 0.1:
        table = table.rename_columns([draw.choice((name, name, name, "", "product", name.upper())) for name in HEAD])
    with contextlib.suppress(pa.ArrowException, OSError):
        pq.write_table(table.slice(0, draw.choice((None, None, None, 0))), path, **options)
    if not path.exists() or draw.random() < 0.03:
        path.write_bytes(draw.choice((b"", b"PAR1", b"PARE", b"PAR1PAR1", as_csv(draw, rows))))
    elif draw.random() < 0.6:
        path.write_bytes(spoilt_bytes(draw, path.read_bytes()))
    return path


def _options(draw: random.Random) -> dict[str, Any]:
    return {
        "compression": draw.choice(("none", "none", "snappy", "zstd", "gzip")),
        "row_group_size": draw.choice((3, 8, 100)),
        "use_dictionary": draw.random() < 0.7,
        "write_statistics": draw.random() < 0.8,
        "data_page_version": draw.choice(("1.0", "2.0")),
        "write_page_checksum": draw.random() < 0.2,
        "store_schema": draw.random() < 0.8,
    }


def _column(draw: random.Random, name: str, cells: list[str], pa: Any) -> Any:
    """A column of one of many types."""
    from decimal import Decimal

    numbers = [
        float(cell) if cell.replace(".", "", 1).isascii() and cell.replace(".", "", 1).isdigit() else None for cell in cells
    ]
    if name == "amount" and draw.random() < 0.7:
        kind = draw.choice((pa.float64(), pa.float64(), pa.float32(), pa.decimal128(30, 6), pa.int64(), pa.float16()))
        with contextlib.suppress(pa.ArrowException, ValueError, OverflowError):
            decimal = pa.types.is_decimal(kind)
            whole = pa.types.is_integer(kind)
            return pa.array(
                [None if n is None else Decimal(str(n)) if decimal else int(n) if whole else n for n in numbers], kind
            )
    if name == "product" and draw.random() < 0.3:
        big = draw.choice((0, 1 << 53, (1 << 63) - 2))
        kind = draw.choice((pa.int64(), pa.uint64(), pa.float64(), pa.int64()))
        told = [None if draw.random() < 0.1 else big + (cell == PRODUCTS[0]) for cell in cells]
        return pa.array(told, kind) if kind != pa.float64() else pa.array([None if n is None else float(n) for n in told])
    texts = pa.array([None if cell == "" and draw.random() < 0.9 else cell for cell in cells], pa.string())
    kinds: list[Callable[[], Any]] = [lambda: texts] * 12
    kinds += [
        lambda: texts.cast(pa.large_string()),
        lambda: texts.cast(pa.string_view()),
        lambda: texts.cast(pa.binary()),
        lambda: texts.dictionary_encode(),
        lambda: pa.array([[cell] for cell in cells]),
        lambda: pa.array([{"a": cell} for cell in cells]),
        lambda: pa.array([1] * len(cells), pa.timestamp("us")),
        lambda: pa.nulls(len(cells)),
        lambda: pa.array([True] * len(cells)),
        lambda: pa.array([b"\xff\xfe"] * len(cells)),
        lambda: pa.array([7, None] * len(cells), pa.int8())[: len(cells)].dictionary_encode(),
    ]
    return draw.choice(kinds)()


def spoilt_units(draw: random.Random, file: Path) -> None:
    """Activity data whose units are put together of pieces of units and other signs."""
    rows = [list(row) for row in activity(draw)]
    pieces = ["kg", "kWh", "m", "t", "²", "^", "-", "/", "*", "(", ")", "（", "）", "%", "度", "2", "½", " ", ".", "e3", "per",
              "CO2e", "公斤", "·"]  # fmt: skip
    for _ in range(draw.choice((1, 3, 10))):
        unit = "".join(draw.choice(pieces) for _ in range(draw.randrange(1, 9)))
        rows[draw.randrange(1, len(rows))][HEAD.index(draw.choice(("unit", "unit", "amount")))] = unit
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8")
