"""Which results may be compared: the same unit, boundary, rule, edition, potentials, convention and accounting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, TranslatedText
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint

FIELDS = ("unit", "boundary", "rule", "edition", "gwp", "biogenic", "electricity")
"""What must be the same in two results that are compared."""


def comparable_fields(result: Footprint, unit: str | None = None) -> dict[str, str]:
    """Return what must be the same in two results that are compared.

    Parameters
    ----------
    result : Footprint
    unit : str, optional
        Unit of the comparison; by default the product unit.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> comparable_fields(tp.footprint(*tp.load_example("cotton_poplin")))["rule"]
    'cotton_fabric'
    """
    run = result.run
    document = run.activity.rules.document
    return {
        "unit": unit or result.unit,
        "boundary": run.activity.rules.boundary,
        "rule": document.rule,
        "edition": document.edition,
        "gwp": run.gwp,
        "biogenic": run.biogenic,
        "electricity": document.electricity.declared,
    }


def differing_fields(a: Footprint, b: Footprint, unit: str | None = None) -> list[dict[str, str]]:
    """Return the fields in which two results differ, each with both values.

    Parameters
    ----------
    a, b : Footprint
    unit : str, optional
        Unit of the comparison; by default the product units.
    """
    first, second = comparable_fields(a, unit), comparable_fields(b, unit)
    return [{"field": name, "a": first[name], "b": second[name]} for name in FIELDS if first[name] != second[name]]


def check_allowed(allow: Any) -> tuple[str, ...]:
    """Return the fields that may differ.

    Parameters
    ----------
    allow : str or iterable of str

    Raises
    ------
    UsageError
        A name is no field.
    """
    if not isinstance(allow, Iterable):
        raise wrong_type("allow", allow, "a list of fields", "Write a list of names: ['edition'].")
    names = (allow,) if isinstance(allow, str) else tuple(allow)
    return tuple(dict.fromkeys(names)) if not (problems := list(_unknown(names))) else _refuse(problems)


def _refuse(problems: Iterable[Problem]) -> tuple[str, ...]:
    raise UsageError(problems)


def _unknown(names: Sequence[Any]) -> Iterable[Problem]:
    for name in names:
        if name not in FIELDS:
            known = Message("Choose from: {choices}.", choices=", ".join(FIELDS))
            cure = did_you_mean(str(name), FIELDS, known)
            yield Problem(f"allow {str(name)[:60]!r}", "There is no such field of a comparison.", cure, code="allow")


def refuse_unlike(a: Footprint, b: Footprint, unit: str | None, allow: Sequence[str]) -> list[dict[str, str]]:
    """Refuse two results that differ in a field that is not allowed to differ; return those that are.

    Parameters
    ----------
    a, b : Footprint
    unit : str or None
        Unit of the comparison; None for the product units.
    allow : sequence of str
        Fields that may differ.

    Raises
    ------
    InputError
        With one problem per field that differs: it, both values, and the cure.
    """
    different = differing_fields(a, b, unit)
    problems = [_problem(entry) for entry in different if entry["field"] not in allow]
    if problems:
        raise InputError(problems)
    return different


CURES = {
    "unit": Message("Name one unit for both, such as m2, with `unit`."),
    "boundary": Message("Calculate both within one boundary."),
    "rule": Message("Calculate both under one rule."),
    "edition": Message("Calculate both under one edition of the rule."),
    "gwp": Message("Calculate both with one set of global warming potentials."),
    "biogenic": Message("Calculate both with one convention of biogenic carbon."),
    "electricity": Message("Calculate both with one accounting of electricity."),
}


def _problem(entry: dict[str, str]) -> Problem:
    name = entry["field"]
    title = TranslatedText(fixed_text(f"comparable_{name}", "en"), fixed_text(f"comparable_{name}", "zh"))
    what = Message("The {title} differs: {first} and {second}.", title=title, first=entry["a"], second=entry["b"])
    return Problem(f"comparison ({name})", what, CURES[name], code="not-comparable")
