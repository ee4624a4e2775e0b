"""Errors and warnings. Every error carries its problems: where, what, and the cure."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path

from textile_pcf.messages.catalogue import LANGUAGES, fixed_text
from textile_pcf.messages.message import Message, sentences
from textile_pcf.messages.shown_text import LONG_PLACE, shown_place

SHOWN = 200
"""Number of problems or warnings that are shown; `PcfError.problems` holds all."""
PACKAGE = str(Path(__file__).parent)
"""Folder of the package, to find the caller of the library."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its location, what it is, and the cure.

    Parameters
    ----------
    where : str
        `path:line (stage.flow)`, `sheet!cell`, or the name of an argument or file.
    what, cure : str
        Full sentences; with values in them as a `Message`.
    product : str
        The product that cannot be calculated because of it; empty if it concerns the whole input.
    code : str
        Language-neutral identifier of this type of problem.

    Examples
    --------
    >>> print(Problem("mill.csv:14 (dyeing.steam)", "'kWh' measures energy, not mass.", "Give kg or t of steam."))
    mill.csv:14 (dyeing.steam): 'kWh' measures energy, not mass. Give kg or t of steam.
    """

    where: str
    what: str
    cure: str
    product: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        if len(self.where) > LONG_PLACE or not self.where.isascii():
            object.__setattr__(self, "where", shown_place(self.where))

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.cure}".strip()

    def localized(self, language: str) -> str:
        """Return the problem as a text.

        Parameters
        ----------
        language : str
            `en` or `zh`.

        Returns
        -------
        str
            Location, what is wrong, and the cure.

        Examples
        --------
        >>> what = Message("{text!r} is not a year.", text="24")
        >>> print(Problem("mill.csv:14", what, "Write four digits, such as 2024.").localized("zh"))
        mill.csv:14: '24' 不是年份。请写四位数字，例如 2024。
        """
        is_chinese = check_language(language) == "zh"
        return f"{self.where}: {sentences(self.what, self.cure).localized(language)}" if is_chinese else str(self)


def by_location(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by file and line; those without a line come last.

    Parameters
    ----------
    problems : iterable of Problem
        In any order.

    Examples
    --------
    >>> [problem.where for problem in by_location(Problem(where, "", "") for where in ("a.csv (x)", "a.csv:10", "a.csv:9"))]
    ['a.csv:9', 'a.csv:10', 'a.csv (x)']
    """
    return sorted(problems, key=lambda problem: _location_key(problem.where))


def _location_key(where: str) -> tuple[bool, str, int]:
    """Return whether a location has no line, its file, and its line."""
    match = re.search(r"^(.*?)(?::|![A-Z]*(?:row )?|row )(\d+)", where)
    return (False, match[1], int(match[2])) if match else (True, "", 0)


class InvalidValueError(ValueError):
    """Raised by validators of a model for an impossible value.

    Parameters
    ----------
    what, cure : str
        What is wrong, and what to do; full sentences.
    """

    def __init__(self, what: str, cure: str) -> None:
        self.what, self.cure = what, cure
        super().__init__(f"{what} {cure}")


class PcfError(Exception):
    """Base class of all errors of this library.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.

    Examples
    --------
    >>> error = PcfError([Problem("mill.csv:14", "'24' is not a year.", "Write four digits, such as 2024.")])
    >>> [problem.where for problem in error.problems]
    ['mill.csv:14']
    """

    subject = "the calculation"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @property
    def distinct(self) -> tuple[Problem, ...]:
        """The problems without duplicates: a cell that holds for several products has one problem per product."""
        by_text = {(problem.where, problem.what, problem.cure): problem for problem in reversed(self.problems)}
        return tuple(reversed(by_text.values()))

    @property
    def summary(self) -> str:
        """How many problems there are, and in what, in English."""
        return self.summary_in_language("en")

    def summary_in_language(self, language: str) -> str:
        """Return how many problems there are, and in what.

        Parameters
        ----------
        language : str
            `en` or `zh`.

        Returns
        -------
        str
            One line, such as "2 problems in the input".
        """
        check_language(language)
        count = len(self.distinct)
        limit = fixed_text("first_shown", language, count=SHOWN) if count > SHOWN else ""
        key = "problems_1" if count == 1 else "problems"
        return fixed_text(key, language, count=count, subject=fixed_text(self.subject, language)) + limit

    def localized(self, language: str) -> str:
        """Return all problems, one per line; at most `SHOWN`.

        Parameters
        ----------
        language : str
            `en` or `zh`.

        Returns
        -------
        str
            The summary and one line per problem.
        """
        shown = (f"  {problem.localized(language)}" for problem in self.distinct[:SHOWN])
        return "\n".join([f"{self.summary_in_language(language)}:", *shown])

    def __str__(self) -> str:
        return self.localized("en")


class InputError(PcfError):
    """The activity data cannot be calculated.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> try:
    ...     tp.footprint({"product": "A", "rows": []}, "cotton_fabric")
    ... except tp.InputError as error:
    ...     error.problems[0].what
    'There are no rows.'
    """

    subject = "the input"


class RuleError(PcfError):
    """A rule file is invalid.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.

    Examples
    --------
    >>> error = RuleError([Problem("rule.yaml:3", "The driver 'output' is given twice.", "Name each driver once.")])
    >>> error.problems[0].cure
    'Name each driver once.'
    """

    subject = "the rule"


class FactorError(PcfError):
    """A table of emission factors is invalid.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.

    Examples
    --------
    >>> error = FactorError([Problem("factors.csv:2 (unit)", "'kWk' is not a unit.", "Did you mean 'kWh'?")])
    >>> error.problems[0].where
    'factors.csv:2 (unit)'
    """

    subject = "the emission factors"


class UsageError(PcfError):
    """A name, path, option or optional dependency does not exist.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> try:
    ...     tp.load_rules("no_such_rule")
    ... except tp.UsageError as error:
    ...     len(error.problems)
    1
    """

    subject = "the request"


class PcfWarning(UserWarning):
    """Something to be checked that does not prevent the calculation.

    Examples
    --------
    >>> import warnings
    >>> warnings.filterwarnings("ignore", category=PcfWarning)  # ignore all; results still hold them
    """


class MoreWarning(PcfWarning):
    """The number of further warnings that are not shown."""


def warn_caller(texts: Iterable[str]) -> None:
    """Issue each distinct warning once, at the line that called the library; at most `SHOWN`.

    Parameters
    ----------
    texts : iterable of str
        Messages; they remain `Message` in the warning, so that a program can show them in its language.
    """
    distinct = list(dict.fromkeys(texts))
    level = _caller_level() if distinct else 0
    for text in distinct[:SHOWN]:
        warnings.warn(text, PcfWarning, stacklevel=level)
    if len(distinct) > SHOWN:
        text = Message("There are {count} more warnings; the result carries them all.", count=len(distinct) - SHOWN)
        warnings.warn(text, MoreWarning, stacklevel=level)


def _caller_level() -> int:
    """Return the number of frames from `warn_caller` to the first one outside this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        level, frame = level + 1, frame.f_back
    return level


def wrong_type(where: str, value: object, expected: str, cure: str) -> UsageError:
    """Return the error of an argument of a wrong type.

    Parameters
    ----------
    where : str
        Name of the argument.
    value : object
        The argument.
    expected : str
        What it should be, with article: `a rule`.
    cure : str
        What to do; a full sentence.

    Examples
    --------
    >>> print(wrong_type("rule", {}, "a rule", "Give its name or path.").problems[0])
    rule: This is of type dict, not a rule. Give its name or path.
    """
    shown = {"type_name": type(value).__name__, "expected": Message(expected)}
    return UsageError([Problem(where, Message("This is of type {type_name}, not {expected}.", **shown), cure, code="type")])


def whole_number(value: object) -> int | None:
    """Return a whole number of Python or numpy as int; None for anything else, such as a truth value or 2.0.

    Parameters
    ----------
    value : object

    Examples
    --------
    >>> import numpy as np
    >>> whole_number(3), whole_number(np.int64(3)), whole_number(True), whole_number(3.0)
    (3, 3, None, None)
    """
    return int(value) if isinstance(value, Integral) and not isinstance(value, bool) else None


def checked_choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    """Return the value of an option after a check.

    Parameters
    ----------
    name : str
        Name of the option, such as `gwp`.
    value : str
    choices : tuple of str
        The values that there are.

    Raises
    ------
    UsageError
        The value is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        cure = Message("Choose from: {choices}.", choices=", ".join(choices))
        raise UsageError([Problem(f"{name} {value!r}", "There is no such choice.", cure, code=name)])
    return value


def check_language(language: object, known: tuple[str, ...] = LANGUAGES) -> str:
    """Return a language code after a check.

    Parameters
    ----------
    language : str
        The code.
    known : tuple of str
        The supported codes.

    Raises
    ------
    UsageError
        The language is not supported.
    """
    if not isinstance(language, str) or language not in known:
        shown, cure = " ".join(repr(language).split())[:60], Message("Choose from: {choices}.", choices=", ".join(known))
        raise UsageError([Problem(f"language {shown}", "There is no such language.", cure, code="language")])
    return language
