"""Small mills for the tests: rows of the four tables, as a person would write them."""

from __future__ import annotations

from typing import Any

from textile_pcf import factory

DAY = "2024-03-04"


def at(time: str) -> str:
    """A time of the day of the tests."""
    return time if "-" in time else f"{DAY} {time}"


def readings(**meters: list[tuple[str, float]]) -> list[dict[str, Any]]:
    return [{"meter": meter, "time": at(time), "value": value} for meter, rows in meters.items() for time, value in rows]


def meter(name: str, **cells: Any) -> dict[str, Any]:
    return {"meter": name, "carrier": "electricity", "unit": "kWh", "reading": "cumulative", **cells}


def batch(name: str, start: str, end: str, output: float = 100.0, **cells: Any) -> dict[str, Any]:
    return {"batch": name, "product": "P", "process": "dyeing", "machine": "M1", "start": at(start), "end": at(end),
            "output": output, "unit": "kg", **cells}  # fmt: skip


def rows(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the columns of all of them."""
    columns = dict.fromkeys(name for row in table for name in row)
    return [{name: row.get(name, "") for name in columns} for row in table]


def run(read: Any, meters: Any, batches: Any, events: Any = None, **options: Any) -> factory.results.FactoryResult:
    tables = [rows(table) if isinstance(table, list) else table for table in (meters, batches, events)]
    return factory.meters(read, tables[0], tables[1], tables[2], **options)


def amounts(result: Any) -> dict[str, float]:
    return {row["batch"]: row["amount"] + row["spread"] for row in result["batches"]}


def of_meter(result: Any, name: str) -> dict[str, Any]:
    return next(row for row in result["meters"] if row["meter"] == name)


def left(result: Any) -> dict[str, float]:
    return {row["kind"]: row["amount"] for row in result["remainder"]}
