"""Checks of a record of PACT as a whole: its arithmetic on what is printed, its periods, its geography, its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from textile_pcf.factors.declared import TOLERANCE
from textile_pcf.interchange.decimal_text import exact_sum, half_unit, plain
from textile_pcf.interchange.field_values import ObjectOf, object_faults
from textile_pcf.interchange.pact_fields import GEOGRAPHY, NO_GOODS, RECORD, RECORD_V2, TERMS
from textile_pcf.messages.message import Message

Path = tuple[str | int, ...]
VALID_YEARS = 3
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years of a reference period."""
EXEMPTED_V2, EXEMPTED = 5, 3
"""Percent of left-out emissions above which a record of version 2 is doubtful, and one of version 3 wants a reason."""
BIOGENIC_PART = Decimal("0.05")
"""Part of the mass above which biogenic carbon makes a record of version 2 outdated."""
FOSSIL_TERMS = ("fossilGhgEmissions", "ccsTechnologicalCO2Capture", "technologicalCO2Removals")
"""Terms of the total that count as fossil."""
_UNIT_FIELD = "declaredUnitOfMeasurement"


@dataclass(frozen=True)
class Finding:
    """Something found in a record: where, what it is, the cure."""

    path: Path
    what: str
    cure: str


@dataclass
class CheckedRecord:
    """A record with its values as read, and what was found.

    Attributes
    ----------
    values : dict
        Values of the head by name: decimals, times, texts.
    body : dict
        Values of `pcf` by name.
    errors, warnings : list of Finding
        What forbids to use the record, and what a person should know.
    gap : Decimal
        What the parts lack of the total that excludes uptake, where that is accepted. [kg CO2e per declared amount]
    """

    values: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    gap: Decimal = Decimal(0)

    def pcf(self, name: str) -> Any:
        """Return a value of `pcf`, None where it is missing or wrong."""
        return self.body.get(name)

    def error(self, name: str, what: str, cure: str) -> None:
        """Add an error of a field of `pcf`, or of the head where `name` starts with a dot."""
        self.errors.append(Finding(_path(name), what, cure))

    def warn(self, name: str, what: str, cure: str) -> None:
        """Add a warning."""
        self.warnings.append(Finding(_path(name), what, cure))


@dataclass(frozen=True)
class CheckOptions:
    """How strictly records are checked.

    Attributes
    ----------
    outgoing : bool
        Whether the record is about to be written; validity outside its window is an error then.
    strict : bool
        Whether warnings of the window of validity and of outdated records are errors.
    on_mismatch : str
        `refuse`, or `declared`: a total that differs from its parts is taken as it is.
    on : date, optional
        Day on which the record must be valid.
    """

    outgoing: bool = False
    strict: bool = False
    on_mismatch: str = "refuse"
    on: date | None = None


def check_record(record: Mapping[str, Any], options: CheckOptions | None = None) -> CheckedRecord:
    """Check a record of version 3 or 2.

    Parameters
    ----------
    record : mapping
        The record, as JSON gives it.
    options : CheckOptions, optional
        How strictly.

    Examples
    --------
    >>> checked = check_record({"specVersion": "3.0.3", "pcf": {"declaredUnitAmount": "1 kg"}})
    >>> [finding.what for finding in checked.errors if finding.path == ("pcf", "declaredUnitAmount")]
    ["'1 kg' is not a decimal."]
    """
    options = options or CheckOptions()
    checked = CheckedRecord()
    version = record.get("specVersion")
    if not isinstance(version, str) or version[:2] not in ("3.", "2."):
        what = "This record is not of version 2 or 3 of PACT." if version else "`specVersion` is missing."
        checked.errors.append(Finding(("specVersion",), what, "Ask for a record of version 3."))
        return checked
    if version.startswith("3."):
        _fields(record, RECORD, checked)
        _check_sums(checked, options)
        _check_unit(checked)
        _check_packaging(checked)
    else:
        _fields(record, RECORD_V2, checked)
        _check_v2(record, checked, options)
    _check_item(record, checked)
    _check_geography(record, checked)
    _check_period(checked, options)
    if record.get("status") == "Deprecated":
        what, cure = "The record is deprecated.", "Ask the supplier for its successor."
        checked.error(".status", what, cure)
    return checked


def _path(name: str) -> Path:
    return (name[1:],) if name.startswith(".") else ("pcf", name)


def _fields(record: Mapping[str, Any], kind: ObjectOf, checked: CheckedRecord) -> None:
    checked.errors += [Finding(path, fault.what, fault.cure) for path, fault in object_faults(record, kind, (), checked.values)]
    checked.body = checked.values.get("pcf", {})


def _check_sums(checked: CheckedRecord, options: CheckOptions) -> None:
    """Check both totals on the printed digits, with and without aircraft as a term."""
    excluding, including = checked.pcf("pcfExcludingBiogenicUptake"), checked.pcf("pcfIncludingBiogenicUptake")
    terms = [value for name in TERMS if (value := checked.pcf(name)) is not None]
    aircraft, uptake = checked.pcf("aircraftGhgEmissions"), checked.pcf("biogenicCO2Uptake") or Decimal(0)
    if excluding is not None and checked.pcf("fossilGhgEmissions") is not None:
        gap, coarse = _gap(excluding, terms), _is_coarse(excluding, terms)
        if (gap or coarse) and aircraft and not _gap(excluding, [*terms, aircraft]):
            checked.gap = exact_sum([excluding, exact_sum(terms).copy_negate()])
            what = "The total holds with aircraft as a term of its own; `fossilGhgEmissions` does not hold it."
            checked.warn("aircraftGhgEmissions", what, "It is counted as fossil.")
        elif gap:
            _mismatch(checked, options, excluding, terms)
        elif coarse:
            _take_total(checked, excluding, terms)
        _check_aircraft(checked)
    if excluding is not None and including is not None and _gap(including, [excluding, uptake]):
        total = exact_sum([excluding, uptake])
        what = Message("{printed} is not the total without uptake plus the uptake: {total}.", printed=plain(including),
                       total=plain(total))  # fmt: skip
        _found(checked, options.on_mismatch == "declared")("pcfIncludingBiogenicUptake", what, "Ask for a corrected record.")


def _gap(total: Decimal, terms: list[Decimal]) -> bool:
    """Whether a total differs from its terms by more than their printed digits explain."""
    gap = exact_sum([total, *(term.copy_negate() for term in terms)]).copy_abs()
    return bool(gap) and gap > exact_sum(half_unit(each) for each in (total, *terms))


def _is_coarse(total: Decimal, terms: list[Decimal]) -> bool:
    """Whether few printed digits leave more between a total and its terms than a table of factors accepts."""
    parts = exact_sum(terms)
    gap = exact_sum([total, parts.copy_negate()])
    return abs(gap) > Decimal(repr(TOLERANCE)) * max(abs(total), abs(parts))


def _mismatch(checked: CheckedRecord, options: CheckOptions, excluding: Decimal, terms: list[Decimal]) -> None:
    if options.on_mismatch == "declared":
        _take_total(checked, excluding, terms)
        return
    what, cure = _not_the_sum(excluding, terms), "Ask for a corrected record, or take the total: on_mismatch declared."
    checked.error("pcfExcludingBiogenicUptake", what, cure)


def _take_total(checked: CheckedRecord, excluding: Decimal, terms: list[Decimal]) -> None:
    """Take a total that is not the sum of its parts."""
    checked.gap = exact_sum([excluding, exact_sum(terms).copy_negate()])
    cure = "The total is taken; the difference counts as fossil."
    checked.warn("pcfExcludingBiogenicUptake", _not_the_sum(excluding, terms), cure)


def _not_the_sum(excluding: Decimal, terms: list[Decimal]) -> Message:
    total = plain(exact_sum(terms))
    return Message("{printed} is not the sum of its parts: {total}.", printed=plain(excluding), total=total)


def _check_aircraft(checked: CheckedRecord) -> None:
    """Check that what counts as fossil holds the emissions of aircraft."""
    aircraft = checked.pcf("aircraftGhgEmissions")
    fossil = exact_sum([*(checked.pcf(name) or Decimal(0) for name in FOSSIL_TERMS), checked.gap])
    if aircraft and aircraft > fossil + Decimal(repr(TOLERANCE)) * abs(fossil):
        what, cure = "The aircraft's emissions are more than all fossil emissions.", "Ask for a corrected record."
        checked.error("aircraftGhgEmissions", what, cure)


def _found(checked: CheckedRecord, as_warning: bool) -> Any:
    return checked.warn if as_warning else checked.error


def _check_unit(checked: CheckedRecord) -> None:
    unit, amount = checked.pcf(_UNIT_FIELD), checked.pcf("declaredUnitAmount")
    mass = checked.pcf("productMassPerDeclaredUnit")
    if unit in NO_GOODS:
        checked.error(_UNIT_FIELD, "This is the unit of a service, not of goods.", "Ask for a record per mass, area or piece.")
    if unit == "kilogram" and None not in (mass, amount) and mass != amount:
        what = Message("The mass {mass} is not the declared amount {amount}.", mass=plain(mass), amount=plain(amount))
        checked.error("productMassPerDeclaredUnit", what, "In kilogram both are the same number.")
    if unit in ("piece", "square meter", "liter", "cubic meter") and mass is not None and mass <= 0:
        checked.error("productMassPerDeclaredUnit", "The mass of goods is 0.", "Give the kg of one declared amount.")


def _check_packaging(checked: CheckedRecord) -> None:
    if checked.pcf("packagingEmissionsIncluded") is False and checked.pcf("packagingGhgEmissions") is not None:
        what = "Emissions of packaging are given, and `packagingEmissionsIncluded` is false."
        checked.error("packagingGhgEmissions", what, "Leave the field out, or write true.")
    exempted = checked.pcf("exemptedEmissionsPercent")
    if exempted is not None and exempted > EXEMPTED and not checked.pcf("exemptedEmissionsDescription"):
        what = Message("{exempted} % of the emissions are left out without a reason.", exempted=plain(exempted))
        checked.warn("exemptedEmissionsDescription", what, "Above 3 % PACT wants one.")


def _check_item(record: Mapping[str, Any], checked: CheckedRecord) -> None:
    """Check that the first product id names the product behind its last colon: the item of its row."""
    ids = record.get("productIds")
    if isinstance(ids, list) and ids and isinstance(ids[0], str) and ids[0].endswith(":"):
        what, cure = "Nothing stands behind the last colon of this id.", "It ends in the id of the product."
        checked.errors.append(Finding(("productIds", 0), what, cure))


def _check_geography(record: Mapping[str, Any], checked: CheckedRecord) -> None:
    pcf = record.get("pcf")
    named = [name for name in GEOGRAPHY if isinstance(pcf, Mapping) and pcf.get(name) is not None]
    if len(named) > 1:
        what = Message("More than one geography is given: {named}.", named=", ".join(named))
        checked.error(named[1], what, "Give one of them at most.")


def _check_period(checked: CheckedRecord, options: CheckOptions) -> None:
    """Check the reference period, and the validity that starts after it and ends within three years."""
    start, end = checked.pcf("referencePeriodStart"), checked.pcf("referencePeriodEnd")
    if None not in (start, end) and not end > start:
        checked.error("referencePeriodEnd", "The reference period does not end after its start.", "Correct the dates.")
    for name, moment in (("referencePeriodStart", start), ("referencePeriodEnd", end)):
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            what = Message("The reference period is in the year {year}.", year=moment.year)
            checked.error(name, what, Message("Years are {first} to {last}.", first=FIRST_YEAR, last=LAST_YEAR))
    if end is None:
        return
    first, last = (checked.values.get(f"validityPeriod{name}") for name in ("Start", "End"))
    latest = years_later(end, VALID_YEARS)
    window = checked.error if options.outgoing or options.strict else checked.warn
    if first is not None and first < end:
        window(".validityPeriodStart", "The validity starts before the reference period ends.", "It starts at its end.")
    if last is not None and last > latest:
        what = Message("The validity ends more than {years} years after the reference period.", years=VALID_YEARS)
        window(".validityPeriodEnd", what, Message("It ends on {day} at the latest.", day=latest.date().isoformat()))
    if last is not None and not last > (first or end):
        (window if first is None else checked.error)(
            ".validityPeriodEnd", "The validity does not end after its start.", "Correct the dates."
        )
    valid_until = last or latest
    if options.on is not None and not datetime(options.on.year, options.on.month, options.on.day, tzinfo=UTC) < valid_until:
        what = Message("The record is valid until {day} only.", day=valid_until.date().isoformat())
        checked.error(".validityPeriodEnd", what, "Ask the supplier for a new one.")


def years_later(moment: datetime, years: int) -> datetime:
    """Return the same day some years later; 28 February for 29 February where there is none.

    Examples
    --------
    >>> years_later(datetime(2024, 2, 29, tzinfo=UTC), 3).date().isoformat()
    '2027-02-28'
    """
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        if moment.year + years > datetime.max.year:
            return datetime.max.replace(tzinfo=UTC)
        return moment.replace(year=moment.year + years, day=28)


def _check_v2(record: Mapping[str, Any], checked: CheckedRecord, options: CheckOptions) -> None:
    """Check what a record of version 2 must have beside its fields; its parts are not added up."""
    for names in (
        ("characterizationFactors", "ipccCharacterizationFactorsSources"),
        ("crossSectoralStandardsUsed", "crossSectoralStandards"),
    ):
        pcf = record.get("pcf")
        if isinstance(pcf, Mapping) and all(pcf.get(name) is None for name in names):
            checked.error(
                names[0], "This field is missing.", Message("It is mandatory; {other} stands for it too.", other=names[1])
            )
    exempted = checked.pcf("exemptedEmissionsPercent")
    what: str
    if exempted is not None and exempted > EXEMPTED_V2:
        what = Message("{exempted} % of the emissions are left out; version 2 allows 5 %.", exempted=exempted)
        checked.warn("exemptedEmissionsPercent", what, "Ask the supplier what was left out.")
    what = "Version 2 of PACT was withdrawn on 2025-04-30."
    cure = "Ask for a record of version 3; products with more than 5 % biogenic carbon must be recalculated."
    checked.warnings.append(Finding(("specVersion",), what, cure))
    part = _biogenic_part(checked)
    if options.strict and part is not None and part > BIOGENIC_PART:
        what = Message("{part:.1%} of the mass is biogenic carbon, so the record is outdated.", part=float(part))
        checked.error("biogenicCarbonContent", what, "Ask for a record of version 3.")


def _biogenic_part(checked: CheckedRecord) -> Decimal | None:
    """Return biogenic carbon per mass of the product; None where the mass is not known."""
    carbon, mass = checked.pcf("biogenicCarbonContent"), checked.pcf("productMassPerDeclaredUnit")
    if checked.pcf("declaredUnit") == "kilogram" and not mass:
        mass = Decimal(1)
    return carbon / mass if carbon is not None and mass else None
