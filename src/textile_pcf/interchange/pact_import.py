"""Records of PACT that suppliers send, as a table of emission factors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from textile_pcf.errors import SHOWN, FactorError, Problem, UsageError, checked_choice, warn_caller, wrong_type
from textile_pcf.factors import FactorTable, TableDocument, check_table
from textile_pcf.factors.table import DECLARED_PARTS
from textile_pcf.interchange.json_records import Entry, document_entries, read_entries
from textile_pcf.interchange.pact_checks import CheckOptions, Finding, check_record
from textile_pcf.interchange.pact_rows import COLUMNS, LICENCE, row_of
from textile_pcf.io.documents import Source
from textile_pcf.io.localized import LocalizedText
from textile_pcf.io.output_files import as_path
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message, sentences

ON_MISMATCH = ("refuse", "declared")


def read_pact(source: Any, *, on: date | str | None = None, on_mismatch: str = "refuse", strict: bool = False) -> FactorTable:
    """Read ProductFootprints of PACT, version 3 or 2, as emission factors.

    Each record becomes a row `pcf:ID`, where ID is what stands behind the last colon of its first product id.

    Parameters
    ----------
    source : path, list of paths, dict or list of dict
        A record, a list of records, `{"data": …}`, or an event with records; files of JSON, or of JSON lines (`.jsonl`).
    on : date or str, optional
        Day on which every record must be valid, such as `2025-06-30`.
    on_mismatch : str, optional
        `refuse` a total that is not the sum of its parts, or take it as `declared`; the difference counts as fossil then.
    strict : bool, optional
        Refuse records whose validity lies outside its window, and outdated ones of version 2.

    Returns
    -------
    FactorTable
        One table with a row per record. [kg CO2e per declared unit]

    Raises
    ------
    FactorError
        With every problem of all records.
    UsageError
        There is no such file, or an argument has another type.

    Warns
    -----
    PcfWarning
        What a person should know of a record.

    Examples
    --------
    >>> read_pact([])
    Traceback (most recent call last):
    textile_pcf.errors.FactorError: 1 problem in the emission factors:
      input: There is no record. Give at least one ProductFootprint.
    """
    handling = checked_choice("on_mismatch", on_mismatch, ON_MISMATCH)
    options = CheckOptions(strict=bool(strict), on_mismatch=handling, on=_day(on))
    found, paths = _Reader(options), _paths(source)
    if paths is None:
        found.add(document_entries(source), "input")
    for path in paths or ():
        found.add(read_entries(path, found.problems), escape_controls(str(path)))
    warn_caller(found.warnings)
    return found.table()


def _day(on: object) -> date | None:
    if on is None or (isinstance(on, date) and not isinstance(on, datetime)):
        return on
    try:
        if isinstance(on, str):
            return date.fromisoformat(on)
    except ValueError:
        pass
    raise UsageError([Problem("on", "This is no day.", "Write it as 2025-06-30.", code="usage")])


def _paths(source: Any) -> list[Path] | None:
    """Return the paths of a source; None where it holds records itself."""
    if isinstance(source, Mapping) or (isinstance(source, list | tuple) and not any(isinstance(s, str | Path) for s in source)):
        return None
    paths = source if isinstance(source, list | tuple) else [source]
    for path in paths:
        if not isinstance(path, str | Path):
            raise wrong_type("source", path, "a path or a record", "Give paths of JSON files, a dict, or a list of dicts.")
    return [as_path(path, "source") for path in paths]


class _Reader:
    """Rows of the records read so far, with all problems and warnings."""

    def __init__(self, options: CheckOptions) -> None:
        self.options = options
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.rows: list[tuple[Any, ...]] = []
        self.places: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.companies: dict[str, str] = {}
        self.files: list[str] = []

    def add(self, entries: Iterable[Entry], file: str) -> None:
        """Check all records of a document and add their rows."""
        self.files.append(file)
        for place, record in entries:
            if isinstance(record, Mapping):
                self._add(record, (file, place))
            else:
                what = "This is no record."
                self.problems.append(
                    Problem(_where(file, place), what, "Give a ProductFootprint as a JSON object.", code="pact")
                )

    def _add(self, record: Mapping[str, Any], place: tuple[str, str]) -> None:
        checked = check_record(record, self.options)
        for finding in checked.warnings:
            self._warn(_where(*place, finding.path), finding)
        errors = checked.errors
        row = {} if errors else row_of(record, checked)
        if row and not _finite(row):
            what = "A number of this record is too large to calculate."
            errors = [Finding(("pcf",), what, "Correct the record.")]
        self.problems += [Problem(_where(*place, each.path), each.what, each.cure, code="pact") for each in errors]
        if not errors:
            self._keep(place, row)

    def _warn(self, where: str, finding: Finding) -> None:
        """Keep a warning; of those that are counted only, no more than where and what they are."""
        if len(self.warnings) < SHOWN:
            text = Message("{where}: {text}", where=where, text=sentences(finding.what, finding.cure))
            self.warnings.append(text)
        else:
            self.warnings.append(f"{where}: {finding.what}")

    def _keep(self, place: tuple[str, str], row: dict[str, Any]) -> None:
        key = (row["item"], row["region"], row["year"])
        first = self.places.setdefault(key, place)
        if first is not place:
            what = Message("{item} of {region}, {year} is already in {place}.", item=key[0], region=key[1], year=key[2],
                           place=_where(*first))  # fmt: skip
            cure = "Keep one record of each product, region and year."
            self.problems.append(Problem(_where(*place), what, cure, code="pact"))
        self._compare_companies(place, row["item"], row["supplier"])
        self.rows.append(tuple([row.get(name, "") for name in COLUMNS]))

    def _compare_companies(self, place: tuple[str, str], item: str, company: str) -> None:
        """Warn where products of two companies are one item: rows would take either, by region and year."""
        first = self.companies.setdefault(item, company)
        if first.casefold() != company.casefold():
            template = "{item} is a product of {first}, too: rows take the one whose region and year fit."
            what = Message(template, item=item, first=first)
            cure = "Read the records of each company into a table of its own."
            self._warn(_where(*place), Finding(("productIds",), what, cure))

    def table(self) -> FactorTable:
        """Return the rows as a table of emission factors; raise all problems."""
        if not self.problems and not self.rows:
            where = ", ".join(self.files) or "input"
            self.problems.append(Problem(where, "There is no record.", "Give at least one ProductFootprint.", code="pact"))
        if self.problems:
            raise FactorError(self.problems)
        columns = {name: [row[column] for row in self.rows] for column, name in enumerate(COLUMNS)}
        suppliers = dict.fromkeys(columns["supplier"])
        document = TableDocument(
            title=LocalizedText(en="Declared footprints of suppliers (PACT)", zh="供应商申报的产品碳足迹（PACT）"),
            licence=LICENCE,
            redistributable=False,
            sources={name: Source(title=f"ProductFootprint of {name}", publisher=name) for name in suppliers},
        )
        cells = Table("pact", columns, len(self.rows), "frame", range(len(self.rows)))
        return FactorTable((check_table("pact", cells, document),))


def _where(file: str, place: str, path: Sequence[str | int] = ()) -> str:
    """Return a place such as `maker.json: data[2].pcf.fossilGhgEmissions`."""
    for part in path:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return f"{file}: {place}" if place else file


def _finite(row: Mapping[str, Any]) -> bool:
    return all(isfinite(row.get(name) or 0.0) for name in ("value", *DECLARED_PARTS))
