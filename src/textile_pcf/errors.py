"""One base error. Every error carries its problems: where, what, and the cure."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textile_pcf.messages.catalogue import LANGUAGES, fixed_text, translate

SHOWN = 200  # more problems than a person reads; the rest stays in `problems`
PACKAGE = str(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it stands, what it is, and what cures it.

    Parameters
    ----------
    where : str
        `path:line (stage.flow)`, `sheet!cell`, or the name of the thing.
    what, cure : str
        Whole sentences in plain words.
    product : str
        The product it keeps from being calculated; empty when it concerns the whole input.
    code : str
        Language-neutral name of the kind of problem.

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

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.cure}".strip()

    def localized(self, language: str, names: Mapping[str, str] | None = None) -> str:
        """The problem in `en` or `zh`; `names` are English texts of a rule with their Chinese.

        Examples
        --------
        >>> print(Problem("mill.csv:14", "'24' is not a year.", "Write four digits, such as 2024.").localized("zh"))
        mill.csv:14: '24' 不是年份。请写四位数字，例如 2024。
        """
        if language != "zh":
            return str(self)
        return f"{self.where}: {translate(f'{self.what} {self.cure}'.strip(), language, names)}"


def by_location(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of lines and cells, those that stand nowhere last.

    Examples
    --------
    >>> [problem.where for problem in by_location(Problem(where, "", "") for where in ("a.csv (x)", "a.csv:10", "a.csv:9"))]
    ['a.csv:9', 'a.csv:10', 'a.csv (x)']
    """
    return sorted(problems, key=lambda problem: _location_key(problem.where))


def _location_key(where: str) -> tuple[bool, str, int]:
    found = re.search(r"^(.*?)(?::|![A-Z]*(?:row )?|row )(\d+)", where)
    return (False, found[1], int(found[2])) if found else (True, "", 0)


class InvalidValue(ValueError):
    """A value that cannot be: `what` is wrong and its `cure`, each a sentence."""

    def __init__(self, what: str, cure: str) -> None:
        self.what, self.cure = what, cure
        super().__init__(f"{what} {cure}")


class PcfError(Exception):
    """Base of all errors of this library; `problems` holds every problem found, not only the first.

    `names` gives titles and notes that may stand in them in Chinese.
    """

    subject = "the calculation"

    def __init__(self, problems: Iterable[Problem], names: Mapping[str, str] | None = None) -> None:
        self.problems = tuple(problems)
        self.names = names or {}
        super().__init__(self.problems)

    @property
    def distinct(self) -> tuple[Problem, ...]:
        """The problems as a person is told them: a cell that speaks for several products is told once."""
        told = {(problem.where, problem.what, problem.cure): problem for problem in reversed(self.problems)}
        return tuple(reversed(told.values()))

    @property
    def summary(self) -> str:
        """How many problems there are, and in what."""
        return self.summary_in_language("en")

    def summary_in_language(self, language: str) -> str:
        """How many problems there are, and in what, in `en` or `zh`."""
        count = len(self.distinct)
        shown = fixed_text("first_shown", language, count=SHOWN) if count > SHOWN else ""
        key = "problems_1" if count == 1 else "problems"
        return fixed_text(key, language, count=count, subject=fixed_text(self.subject, language)) + shown

    def localized(self, language: str) -> str:
        """All problems in `en` or `zh`, one per line."""
        shown = (f"  {problem.localized(language, self.names)}" for problem in self.distinct[:SHOWN])
        return "\n".join([f"{self.summary_in_language(language)}:", *shown])

    def __str__(self) -> str:
        return self.localized("en")


class InputError(PcfError):
    """The activity data cannot be calculated as they stand."""

    subject = "the input"


class RuleError(PcfError):
    """A rule file is wrong."""

    subject = "the rule"


class FactorError(PcfError):
    """A table of emission factors is wrong."""

    subject = "the emission factors"


class UsageError(PcfError):
    """A name, path, option or installed extra that does not exist."""

    subject = "the request"


class PcfWarning(UserWarning):
    """What a person should look at, although it keeps nothing from being calculated.

    Examples
    --------
    >>> import warnings
    >>> warnings.filterwarnings("ignore", category=PcfWarning)  # silence them all; results still carry them
    """


class MoreWarning(PcfWarning):
    """How many warnings were not shown."""


def warn_caller(texts: Iterable[str]) -> None:
    """Warn of each distinct text once, at the line that called the library; of no more than a person reads."""
    distinct = list(dict.fromkeys(texts))
    level = _level_of_caller() if distinct else 0
    for text in distinct[:SHOWN]:
        warnings.warn(text, PcfWarning, stacklevel=level)
    if len(distinct) > SHOWN:
        text = f"There are {len(distinct) - SHOWN} more warnings; the result carries them all."
        warnings.warn(text, MoreWarning, stacklevel=level)


def _level_of_caller() -> int:
    """How many calls lie between `warn_caller` and the first line outside this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        level, frame = level + 1, frame.f_back
    return level


def wrong_type(where: str, value: object, wanted: str, cure: str) -> UsageError:
    """The error of an argument that is of another type than can be taken.

    Examples
    --------
    >>> print(wrong_type("rule", {}, "a rule", "Give its name or path.").problems[0])
    rule: This is of type dict, not a rule. Give its name or path.
    """
    return UsageError([Problem(where, f"This is of type {type(value).__name__}, not {wanted}.", cure, code="type")])


def check_language(language: object, known: tuple[str, ...] = LANGUAGES) -> str:
    """A language that texts are told in.

    Raises
    ------
    UsageError
        There is no such language.
    """
    if not isinstance(language, str) or language not in known:
        cure = f"Choose from: {', '.join(known)}."
        raise UsageError([Problem(f"language {language!r}", "There is no such language.", cure, code="language")])
    return language
