"""Units that a rule or a factor table defines itself, such as a bale of 217.7 kg."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from textile_pcf.messages.message import Message
from textile_pcf.units.grammar import TENS, UnitError, parse
from textile_pcf.units.pint_registry import UnitNames, Value, unit_values, values_on_top
from textile_pcf.units.spelling import normalize


class OwnUnitsError(UnitError):
    """Definitions of units that are wrong.

    Parameters
    ----------
    errors : mapping
        What is wrong with each unit, by its name.
    names : UnitNames
        Known units with those definitions that are right.

    Attributes
    ----------
    errors : dict
        What is wrong with each unit, by its name.
    names : UnitNames
        Known units with those definitions that are right.

    Examples
    --------
    >>> try:
    ...     own_units({"bale": "217.7 kgg"})
    ... except OwnUnitsError as error:
    ...     list(error.errors)
    ['bale']
    """

    names: UnitNames

    def __init__(self, errors: Mapping[str, UnitError], names: UnitNames) -> None:
        first = next(iter(errors.values()))
        super().__init__(first.what, first.cure, names=names)
        self.errors = dict(errors)


def own_units(definitions: Mapping[str, str]) -> UnitNames | None:
    """Return the units of the library together with those that a rule or a factor table defines.

    Parameters
    ----------
    definitions : mapping
        Name of each unit, and what one of it is: `{"bale": "217.7 kg"}`. A definition may use other names of the mapping.

    Returns
    -------
    UnitNames or None
        Values by name, computed by pint; None if nothing is defined, which means the units of the library.

    Raises
    ------
    OwnUnitsError
        With every wrong definition: a name that is taken or cannot be a unit, a text that is not a unit, a circle.

    Examples
    --------
    >>> names = own_units({"bale": "217.7 kg", "lorry_load": "90 bale"})
    Traceback (most recent call last):
    textile_pcf.units.own.OwnUnitsError: 'lorry_load' cannot be the name of a unit. Use letters only, such as bale.
    >>> names = own_units({"bale": "217.7 kg", "lorryload": "90 bale"})
    >>> names["lorryload"]
    (Fraction(19593, 1), {'mass': 1})
    """
    return _own_units(tuple(definitions.items())) if definitions else None


@lru_cache(maxsize=64)
def _own_units(definitions: tuple[tuple[str, str], ...]) -> UnitNames:
    texts = dict(definitions)
    errors = {name: error for name in texts if (error := _name_error(name, texts)) is not None}
    values, wrong = _evaluate({name: text for name, text in texts.items() if name not in errors}, errors)
    names, errors = UnitNames(values_on_top(values)), errors | wrong
    if errors:
        raise OwnUnitsError({name: errors[name] for name in texts if name in errors}, names)
    return names


def _name_error(name: str, names: Mapping[str, str]) -> UnitError | None:
    """Return why a name cannot be that of a unit."""
    if not name.isalpha() or normalize(name) != name or name[0] in TENS:
        return UnitError(Message("{name!r} cannot be the name of a unit.", name=name), "Use letters only, such as bale.")
    folded = name.casefold()
    known = next((each for each in unit_values() if each.casefold() == folded), None)
    if known is None:
        earlier = list(names)[: list(names).index(name)]
        known = next((each for each in earlier if each.casefold() == folded), None)
    if known is not None:
        return UnitError(Message("{known!r} is already a unit.", known=known), "Choose another name.")
    return None


def _evaluate(texts: Mapping[str, str], unnamed: Collection[str]) -> tuple[dict[str, Value], dict[str, UnitError]]:
    """Return the value of each definition, those that others need first, and what is wrong with the others.

    A definition that only fails because it uses a wrong one, or an `unnamed` one whose name is wrong, is not reported.
    """
    values, errors = dict[str, Value](), dict[str, UnitError]()
    waiting = dict(texts)
    while waiting:
        known = {**unit_values(), **values}
        ready: list[str] = []
        for name, text in waiting.items():
            try:
                values[name] = parse(text, known)
            except UnitError as error:
                needed = error.name.rstrip("234")
                if needed in waiting:
                    continue  # evaluated later
                if needed not in errors and needed not in unnamed:
                    errors[name] = error
            ready.append(name)
        if not ready:
            what = Message("These units need each other in a circle: {waiting}.", waiting=", ".join(waiting))
            errors[next(iter(waiting))] = UnitError(what, "Define one of them in a unit of the library, such as kg.")
            break
        waiting = {name: text for name, text in waiting.items() if name not in ready}
    return values, errors
