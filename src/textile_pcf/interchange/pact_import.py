"""Records of PACT that suppliers send, as a table of emission factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from textile_pcf.errors import FactorError, Problem, UsageError, warn_caller, wrong_type
from textile_pcf.factors import DECLARED, FactorTable, TableDocument, check_table
from textile_pcf.factors.table import DECLARED_PARTS
from textile_pcf.interchange.decimal_text import exact_sum, plain, quotient
from textile_pcf.interchange.json_text import read_json_file
from textile_pcf.interchange.pact_checks import CheckedRecord, CheckOptions, Finding, check_record
from textile_pcf.interchange.pact_fields import REGIONS, UNITS, UNITS_V2
from textile_pcf.io.documents import Source
from textile_pcf.io.localized import LocalizedText
from textile_pcf.io.output_files import as_path
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message, sentences
from textile_pcf.regions import WORLD

ON_MISMATCH = ("refuse", "declared")
COLUMNS = (
    "item", "value", "unit", "region", "year", "kind", "name_en", "gwp", "boundary", "biogenic", "period_start", "period_end",
    "primary_data_share", "supplier", "mass_per_unit", *DECLARED_PARTS, "source", "locator", "licence", "redistributable",
    "notes",
)  # fmt: skip
"""Columns of the table, in the order in which they are written."""
GWP_SETS = ("AR4", "AR5", "AR6")
WEIGHED = ("kg", "m2", "piece", "L", "m3")
"""Units of goods that have a mass."""
LICENCE = "supplier's record; not to be passed on"


@dataclass(frozen=True)
class _Found:
    """A record and where it stands: the file, and its place in it."""

    file: str
    place: str
    record: Any


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
    if on_mismatch not in ON_MISMATCH:
        cure = Message("Choose from: {choices}.", choices=", ".join(ON_MISMATCH))
        raise UsageError([Problem("on_mismatch", "There is no such choice.", cure, code="usage")])
    options = CheckOptions(strict=bool(strict), on_mismatch=on_mismatch, on=_day(on))
    found = _Reader(options)
    for document, name in _documents(source):
        found.add(document, name)
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


def _documents(source: Any) -> Iterator[tuple[Any, str]]:
    """Yield the content and the name of each source; problems of all files are raised together."""
    if isinstance(source, Mapping) or (isinstance(source, list | tuple) and not any(isinstance(s, str | Path) for s in source)):
        yield source, "input"
        return
    paths = source if isinstance(source, list | tuple) else [source]
    documents: list[tuple[Any, str]] = []
    problems: list[Problem] = []
    for path in paths:
        if not isinstance(path, str | Path):
            raise wrong_type("source", path, "a path or a record", "Give paths of JSON files, a dict, or a list of dicts.")
        try:
            documents.append((read_json_file(as_path(path, "source")), escape_controls(str(path))))
        except FactorError as error:
            problems += error.problems
    if problems:
        raise FactorError(problems)
    yield from documents


def _records(document: Any, file: str) -> Iterator[_Found]:
    """Yield the records of a document, with their places."""
    if isinstance(document, Mapping) and "data" in document:
        data = document["data"]
        if isinstance(data, Mapping) and "pfs" in data:
            data, prefix = data["pfs"], "data.pfs"
        else:
            prefix = "data"
    else:
        data, prefix = document, ""
    if not isinstance(data, list | tuple):
        yield _Found(file, prefix, data)
        return
    for number, record in enumerate(data):
        if isinstance(record, Mapping) and "data" in record and "pcf" not in record:
            for nested in _records(record, file):
                yield _Found(file, f"{prefix}[{number}].{nested.place}", nested.record)
        else:
            yield _Found(file, f"{prefix}[{number}]", record)


class _Reader:
    """Rows of the records read so far, with all problems and warnings."""

    def __init__(self, options: CheckOptions) -> None:
        self.options = options
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.places: dict[tuple[str, str, str], str] = {}
        self.files: list[str] = []

    def add(self, document: Any, file: str) -> None:
        """Check all records of a document and add their rows."""
        self.files.append(file)
        for found in _records(document, file):
            self._add(found)

    def _add(self, found: _Found) -> None:
        if not isinstance(found.record, Mapping):
            where = _where(found, ())
            self.problems.append(Problem(where, "This is no record.", "Give a ProductFootprint as a JSON object.", code="pact"))
            return
        checked = check_record(found.record, self.options)
        self.warnings += [
            Message("{where}: {text}", where=_where(found, finding.path), text=sentences(finding.what, finding.cure))
            for finding in checked.warnings
        ]
        errors = checked.errors
        row = {} if errors else row_of(found.record, checked)
        if row and not _finite(row):
            what = "A number of this record is too large to calculate."
            errors = [Finding(("pcf",), what, "Correct the record.")]
        self.problems += [Problem(_where(found, each.path), each.what, each.cure, code="pact") for each in errors]
        if not errors:
            self._keep(found, row)

    def _keep(self, found: _Found, row: dict[str, Any]) -> None:
        key, place = (row["item"], row["region"], row["year"]), _where(found, ())
        if key in self.places:
            what = Message("{item} of {region}, {year} is already in {place}.", item=key[0], region=key[1], year=key[2],
                           place=self.places[key])  # fmt: skip
            self.problems.append(Problem(place, what, "Keep one record of each product, region and year.", code="pact"))
        self.places.setdefault(key, place)
        for name in COLUMNS:
            self.columns[name].append(row.get(name, ""))

    def table(self) -> FactorTable:
        """Return the rows as a table of emission factors; raise all problems."""
        if not self.problems and not self.columns["item"]:
            where = ", ".join(self.files) or "input"
            self.problems.append(Problem(where, "There is no record.", "Give at least one ProductFootprint.", code="pact"))
        if self.problems:
            raise FactorError(self.problems)
        suppliers = dict.fromkeys(self.columns["supplier"])
        document = TableDocument(
            title=LocalizedText(en="Declared footprints of suppliers (PACT)", zh="供应商申报的产品碳足迹（PACT）"),
            licence=LICENCE,
            redistributable=False,
            sources={name: Source(title=f"ProductFootprint of {name}", publisher=name) for name in suppliers},
        )
        cells = Table("pact", self.columns, len(self.columns["item"]), "frame", range(len(self.columns["item"])))
        return FactorTable((check_table("pact", cells, document),))


def _where(found: _Found, path: Sequence[str | int]) -> str:
    """Return a place such as `maker.json: data[2].pcf.fossilGhgEmissions`."""
    place = found.place
    for part in path:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return f"{found.file}: {place}" if place else found.file


def _finite(row: Mapping[str, Any]) -> bool:
    return all(abs(value) < float("inf") for value in row.values() if isinstance(value, float))


def row_of(record: Mapping[str, Any], checked: CheckedRecord) -> dict[str, Any]:
    """Return the row of a checked record, by column.

    Parameters
    ----------
    record : mapping
        A record without errors.
    checked : CheckedRecord
        What `check_record` returned for it.
    """
    end = checked.pcf("referencePeriodEnd") - timedelta(seconds=1)
    company = escape_controls(record["companyName"].strip())
    third = record["specVersion"].startswith("3.")
    share = checked.pcf("primaryDataShare")
    return {
        "item": DECLARED + escape_controls(record["productIds"][0].rpartition(":")[2]),
        "region": _region(record["pcf"]),
        "year": str(end.astimezone(UTC).year),
        "kind": "cradle_to_gate",
        "boundary": "cradle_to_gate",
        "name_en": escape_controls(record["productNameCompany"].strip()),
        "gwp": _gwp(record["pcf"]),
        "period_start": checked.pcf("referencePeriodStart").date().isoformat(),
        "period_end": end.date().isoformat(),
        "primary_data_share": "" if share is None else f"{plain(share)} %",
        "supplier": company,
        "source": company,
        "locator": record["id"],
        "licence": LICENCE,
        "redistributable": "false",
        "notes": _notes(checked),
        **(_numbers(checked) if third else _numbers_v2(checked)),
    }


def _numbers(checked: CheckedRecord) -> dict[str, Any]:
    """Return value, unit, mass and parts of a record of version 3, per one declared unit."""
    amount, unit = checked.pcf("declaredUnitAmount"), UNITS[checked.pcf("declaredUnitOfMeasurement")]
    parts = {
        "declared_fossil": [*_terms(checked, "fossilGhgEmissions", "ccsTechnologicalCO2Capture", "technologicalCO2Removals"),
                            checked.gap],
        "declared_biogenic": _terms(checked, "biogenicNonCO2Emissions"),
        "declared_land_use": _terms(checked, "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions",
                                    "landManagementBiogenicCO2Removals"),
        "declared_uptake": _terms(checked, "biogenicCO2Uptake"),
        "declared_aircraft": _terms(checked, "aircraftGhgEmissions"),
    }  # fmt: skip
    return {
        "value": quotient(checked.pcf("pcfExcludingBiogenicUptake"), amount),
        "unit": f"kgCO2e/{unit}",
        "mass_per_unit": _mass(quotient(checked.pcf("productMassPerDeclaredUnit"), amount), unit),
        **{name: quotient(exact_sum(terms), amount) if terms else "" for name, terms in parts.items()},
    }


def _terms(checked: CheckedRecord, *names: str) -> list[Decimal]:
    return [value for name in names if (value := checked.pcf(name)) is not None]


def _numbers_v2(checked: CheckedRecord) -> dict[str, Any]:
    """Return value, unit and mass of a record of version 2, whose numbers are per one declared unit already."""
    unit, mass = UNITS_V2[checked.pcf("declaredUnit")], checked.pcf("productMassPerDeclaredUnit")
    return {
        "value": float(checked.pcf("pCfExcludingBiogenic")),
        "unit": f"kgCO2e/{unit}",
        "mass_per_unit": "" if mass is None or unit == "kg" else _mass(float(mass), unit),
        "biogenic": "zero_zero",
    }


def _mass(kilograms: float, unit: str) -> str:
    return f"{plain(Decimal(repr(kilograms)))} kg" if unit in WEIGHED and kilograms > 0 else ""


def _region(pcf: Mapping[str, Any]) -> str:
    place = pcf.get("geographyCountrySubdivision") or pcf.get("geographyCountry")
    return place or REGIONS.get(pcf.get("geographyRegionOrSubregion") or "", WORLD)


def _gwp(pcf: Mapping[str, Any]) -> str:
    sets = pcf.get("ipccCharacterizationFactors") or pcf.get("ipccCharacterizationFactorsSources")
    sets = sets or [pcf.get("characterizationFactors")]
    return sets[0] if len(sets) == 1 and sets[0] in GWP_SETS else "unknown"


_NOTED = ("outboundLogisticsGhgEmissions", "packagingGhgEmissions", "landManagementFossilGhgEmissions")


def _notes(checked: CheckedRecord) -> str:
    """Return what stands beside or inside the value, per declared amount."""
    noted: Iterable[tuple[str, Decimal | None]] = ((name, checked.pcf(name)) for name in _NOTED)
    return "; ".join(f"{name} {plain(value)} kgCO2e per declared amount" for name, value in noted if value)
