"""Results of runs that take some groups of inputs from a new run and the rest from an old one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textile_pcf.calculation import calculate_run
from textile_pcf.comparison.inputs import mixed_run
from textile_pcf.comparison.line_sums import KeyedSums, LineIndex
from textile_pcf.errors import InputError
from textile_pcf.results import Footprint

JOINT: tuple[tuple[str, ...], ...] = (
    (),
    ("activity", "rule"),
    ("activity", "factors"),
    ("rule", "factors"),
    ("activity", "factors", "rule"),
)
"""Groups that stand together where a mixed run does not exist, in the order in which they are tried; after them all."""


class Mixed(NamedTuple):
    """Sums of lines by the groups that are of the new run.

    Attributes
    ----------
    players : tuple of tuple of str
        Groups that change together, each of one or more groups of inputs.
    sums : list of KeyedSums
        Bit `p` of the index is set if player `p` is of the new run.
    """

    players: tuple[tuple[str, ...], ...]
    sums: list[KeyedSums]

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each player, such as `activity+rule`."""
        return tuple("+".join(player) for player in self.players)


class MixedResults:
    """Results of mixed runs, each calculated once; only their sums are kept.

    Parameters
    ----------
    old, new : Footprint
        Results of the two runs.
    index : LineIndex
        Numbers of their lines.
    """

    def __init__(self, old: Footprint, new: Footprint, index: LineIndex) -> None:
        self.old, self.new, self.index = old, new, index
        self._sums: dict[frozenset[str], KeyedSums | None] = {}

    def mix(self, differing: tuple[str, ...]) -> Mixed:
        """Return the sums of all mixed runs of the differing groups; groups stand together where one does not exist.

        Parameters
        ----------
        differing : tuple of str
            Groups of inputs that differ.
        """
        for joint in joints(differing):
            players = tuple(players_of(differing, joint))
            sums = []
            for mask in range(1 << len(players)):
                chosen = (player for number, player in enumerate(players) if mask >> number & 1)
                groups = frozenset(group for player in chosen for group in player)
                one = self._of(groups, complete=mask == (1 << len(players)) - 1)
                if one is None:
                    break
                sums.append(one)
            else:
                return Mixed(players, sums)
        raise AssertionError("the two runs themselves exist")

    def _of(self, groups: frozenset[str], complete: bool) -> KeyedSums | None:
        """Return the sums of a mixed run; None if it does not exist."""
        if groups not in self._sums:
            self._sums[groups] = self._calculate(groups, complete)
        return self._sums[groups]

    def _calculate(self, groups: frozenset[str], complete: bool) -> KeyedSums | None:
        if not groups or complete:
            return self.index.sums(self.new if groups else self.old)
        try:
            return self.index.sums(calculate_run(mixed_run(self.old.run, self.new.run, groups)))
        except InputError:  # such as rows of a stage that the other rule does not know
            return None


def joints(differing: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the groups that stand together, in the order in which they are tried.

    Parameters
    ----------
    differing : tuple of str
        Groups of inputs that differ.

    Examples
    --------
    >>> list(joints(("activity", "gwp")))
    [(), ('activity', 'gwp')]
    """
    yield from (joint for joint in JOINT if set(joint) <= set(differing))
    yield differing


def players_of(differing: tuple[str, ...], joint: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the groups that change together: those of a joint, and each other one alone.

    Parameters
    ----------
    differing, joint : tuple of str

    Examples
    --------
    >>> list(players_of(("activity", "rule", "gwp"), ("activity", "rule")))
    [('activity', 'rule'), ('gwp',)]
    """
    if joint:
        yield joint
    yield from ((group,) for group in differing if group not in joint)
