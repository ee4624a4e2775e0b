"""One base error. Every error carries its problems: where, what, and the cure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 200  # more problems than a person reads; the rest stays in `problems`


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


class PcfError(Exception):
    """Base of all errors of this library; `problems` holds every problem found, not only the first."""

    subject = "the calculation"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @property
    def summary(self) -> str:
        """How many problems there are, and in what."""
        count = len(self.problems)
        shown = f", the first {SHOWN} are shown" if count > SHOWN else ""
        return f"{count} problem{'s' if count != 1 else ''} in {self.subject}{shown}"

    def __str__(self) -> str:
        return "\n".join([f"{self.summary}:", *(f"  {problem}" for problem in self.problems[:SHOWN])])


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
