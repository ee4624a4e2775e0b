"""What a label needs, as a plain mapping: the declared figure as a decimal text, and on what it rests. No mark is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from textile_pcf.audit.label_quality import label_interval, label_quality
from textile_pcf.audit.rounding import decimal_text, last_valid_day
from textile_pcf.data_quality.requirement import missed_requirement
from textile_pcf.errors import InputError, Problem, UsageError, check_language, warn_caller, whole_number
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, TranslatedText, localize
from textile_pcf.results import Footprint
from textile_pcf.rules import RuleSet

MAX_DECIMALS = 15
"""Largest number of decimals or significant digits: a float has no more."""
TITLES = ("product", "value", "declared_unit", "boundary", "rule", "valid_to")
"""Entries with a title for people."""


class LabelOptions(NamedTuple):
    """How a label is written.

    Attributes
    ----------
    unit : str or None
        Unit such as `m2`; by default the declared unit.
    decimals : int
        Decimals of the value.
    significant : int or None
        Significant digits of the value, in place of decimals.
    issued : date, str or None
        Day of issue; the rule then says until when the figure may be used.
    language : str or None
        `en` or `zh`: titles for people in that language are added.
    quality : mapping or None
        The entry of the product in the JSON of `quality`: data quality rating and primary data share. By default they are
        computed.
    interval : bool
        Whether the interval from the 2.5th to the 97.5th percentile is added, in closed form.
    """

    unit: str | None = None
    decimals: int = 2
    significant: int | None = None
    issued: date | str | None = None
    language: str | None = None
    quality: Mapping[str, Any] | None = None
    interval: bool = False


def label(result: Footprint, product: str, options: LabelOptions | None = None) -> dict[str, Any]:
    """Return what a label shows of one product; see `Footprint.label`.

    Parameters
    ----------
    result : Footprint
    product : str
        Id of the product.
    options : LabelOptions, optional
        How it is written.

    Raises
    ------
    UsageError
        There is no such product; the number of digits is none; `issued` is no date.
    InputError
        The product cannot be converted to the unit, or the rule has no period of validity.

    Examples
    --------
    >>> import warnings
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> shown = label(result, "COTTON-POPLIN", LabelOptions(issued="2026-03-01"))
    >>> shown["unit"], shown["valid_to"], shown["official_mark"]
    ('kgCO2e/kg', '2028-02-29', False)
    """
    options = options or LabelOptions()
    unit, decimals, significant, issued, language, quality, _ = options
    if language is not None:
        check_language(language)
    number, rules = result.place(product), result.rules
    digits = _digits(decimals, significant)
    total = float(result.totals[number] * result.scale(unit)[number])
    day = _date(issued)
    rated = label_quality(result)[number] if quality is None else quality
    warnings = [*_warnings(rules), *_missed(product, rated.get("requirement"))]
    warn_caller(warnings)
    payload: dict[str, Any] = {
        "product": product,
        "value": decimal_text(total, **digits),
        "unit": f"kgCO2e/{unit or result.unit}",
        "declared_unit": result.unit,
        "boundary": rules.boundary,
        "rule": rules.name,
        "status": rules.document.status,
        "gwp": result.provenance["gwp"],
        "biogenic": result.biogenic,
        "electricity": rules.document.electricity.declared,
        **_quality(rated),
        "exempted_percent": decimal_text(100 * result.cutoff_record(number)["total"]),
        "issued": day.isoformat() if day else None,
        "valid_to": _valid_to(rules, day) if day else None,
        "review": rules.document.validity.review if rules.document.validity else None,
        "rounding": {**{name: value for name, value in digits.items() if value is not None}, "method": "half_even"},
        "official_mark": False,
        "unrounded": decimal_text(total, None),
        "warnings": warnings if language is None else [localize(text, language) for text in warnings],
    }
    if options.interval:
        payload["interval"] = label_interval(result, number, unit, digits)
    return payload if language is None else payload | {"titles": _titles(payload, language)}


def _digits(decimals: int, significant: int | None) -> dict[str, int | None]:
    """Return the arguments of `decimal_text`; refuse numbers of digits that are none."""
    name, value, least = ("decimals", decimals, 0) if significant is None else ("significant", significant, 1)
    digits = whole_number(value)
    if digits is None or not least <= digits <= MAX_DECIMALS:
        cure = Message("Give a whole number from {least} to {most}.", least=least, most=MAX_DECIMALS)
        raise UsageError([Problem(f"{name} {value!r}", "This is no number of digits.", cure, code="digits")])
    return {"decimals": None, "significant": None, name: digits}


def _date(issued: date | str | None) -> date | None:
    if issued is None or type(issued) is date:
        return issued
    try:
        return date.fromisoformat(str(issued)[:40])
    except ValueError:
        what = Message("{text!r} is not a date.", text=str(issued)[:40])
        raise UsageError([Problem("issued", what, "Write year-month-day, as in 2026-01-01.", code="date")]) from None


def _valid_to(rules: RuleSet, issued: date) -> str:
    validity = rules.document.validity
    if validity is None:
        what = Message("The rule {name} has no period of validity.", name=rules.name)
        cure = "Leave out the day of issue, or take a rule that states one."
        raise InputError([Problem("issued", what, cure, code="validity")])
    try:
        return last_valid_day(issued, validity.months).isoformat()
    except OverflowError:
        what = Message("{text!r} is not a date.", text=issued.isoformat())
        raise UsageError([Problem("issued", what, "Write year-month-day, as in 2026-01-01.", code="date")]) from None


def _quality(quality: Mapping[str, Any]) -> dict[str, str | None]:
    """Return data quality rating, its level and the share of primary data in per cent; None where they are not known."""
    rating = quality["dqr"]["pef"]
    dqr, share = rating.get("DQR"), quality.get("primary_data_share")
    return {
        "dqr": None if dqr is None else decimal_text(dqr),
        "dqr_level": rating.get("level"),
        "primary_data_share": None if share is None else decimal_text(100 * share, 1),
    }


def _warnings(rules: RuleSet) -> list[str]:
    """Return a warning where no certifier has agreed to the rule."""
    if rules.document.status == "verified":
        return []
    text, status = "No certifier has agreed to the rule {name}: its status is {status!r}.", rules.document.status
    word = TranslatedText(status, fixed_text(f"status_{status}", "zh"))
    return [Message(text, name=rules.name, status=word)]


def _missed(product: str, requirement: Mapping[str, Any] | None) -> list[str]:
    """Return a warning where a product misses the data quality rating that the rule asks for."""
    if requirement is None or requirement["met"]:
        return []
    return [missed_requirement(product, requirement["max_dqr"])]


def _titles(payload: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return titles of entries for people; of the validity only where it is known."""
    return {name: fixed_text(f"label_{name}", language) for name in TITLES if payload[name] is not None}
