"""Old and new factors of the requests of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.batch.weights import flow_name
from textile_pcf.errors import Problem
from textile_pcf.factors import DECLARED, Match, NoMatch, Request
from textile_pcf.factors.matcher import OTHER_SET, FactorMatcher, FactorRequests
from textile_pcf.inventory.factor_age import text_of_old, year_beyond
from textile_pcf.inventory.matching import late_warning
from textile_pcf.inventory.supply_mix import ZERO, ZERO_CURE
from textile_pcf.messages.message import Message
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.default_shares import GROSS
from textile_pcf.results.gwp_sets import other_sets_text
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.rules.arrays import rule_arrays

NOT_LINEAR = "The new factor takes up another mass of CO2, on which the balance of biogenic carbon of {rule} depends."
NOT_LINEAR_CURE = "Calculate the batch again with these tables: weights do not follow that balance."


@dataclass(frozen=True, eq=False)
class FactorChange:
    """How the factors of requests change, one entry per request.

    Attributes
    ----------
    split : ndarray, shape (requests, 4)
        Fossil, biogenic, uptake and land use change: new less old. [kg CO2e per canonical flow unit]
    removal : ndarray, shape (requests,)
        Net uptake of CO2: new less old. [kg CO2 per canonical flow unit]
    gross : ndarray, shape (requests,)
        Gross emissions, uptake apart, as absolute values: new less old. [kg CO2e per canonical flow unit]
    gross_by_rule : ndarray, shape (requests,)
        The same of amounts that are numbers of the rule: new less old. [kg CO2e per canonical flow unit]
    gross_of_shipped : ndarray, shape (requests,)
        The same of factors of shipped tables: new less old. [kg CO2e per canonical flow unit]
    differs : ndarray of bool, shape (requests,)
        Whether anything of this changes.
    """

    split: FloatArray
    removal: FloatArray
    gross: FloatArray
    gross_by_rule: FloatArray
    gross_of_shipped: FloatArray
    differs: BoolArray

    def of(self, requests: IndexArray | slice) -> FactorChange:
        """Return the changes of some requests."""
        return FactorChange(
            self.split[requests],
            self.removal[requests],
            self.gross[requests],
            self.gross_by_rule[requests],
            self.gross_of_shipped[requests],
            self.differs[requests],
        )


def _encode(texts: list[str]) -> tuple[list[str], IndexArray]:
    """Return the distinct texts, and the code of each text."""
    codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    return [*codes], np.array([codes[text] for text in texts], dtype=np.intp)


def _supply_request(spec: FlowSpec, entry: dict[str, Any]) -> Request:
    """Return the request of a part of the supply of a site, as `inventory.supply_mix` makes it."""
    item, kind, region = (str(entry[name]) for name in ("item", "kind", "region"))
    return Request(item, kind, region, int(entry["year"]), spec.unit, None, spec.forbid)


class OldFactor(NamedTuple):
    """The factor that answered a request in the run.

    Attributes
    ----------
    split : list of float
        Fossil, biogenic, uptake and land use change. [kg CO2e per canonical flow unit]
    removal : float
        Net uptake of CO2. [kg CO2 per canonical flow unit]
    shipped : bool
        Whether it is of a shipped table, and no supplier's.
    by_rule : bool
        Whether the amounts are numbers of the rule.
    supply : bool
        Whether it is of a part of the supply of a site.
    """

    split: list[float]
    removal: float
    shipped: bool
    by_rule: bool
    supply: bool


@dataclass
class Prices:
    """Factors of all requests of a run, old and new. Each distinct request is matched once.

    Attributes
    ----------
    rules : RuleSet
    matcher : FactorMatcher
        The new tables, then those of the run.
    places : dict
        Line of an index of weights → number of the request.
    flows : list of FlowSpec
        Flow of each request.
    matches : list of int
        Index of the match of each request in the matcher.
    old : list of OldFactor
        What answered each request in the run.
    problems : list of Problem
        Requests without an answer.
    """

    rules: RuleSet
    matcher: FactorMatcher
    places: dict[bytes, int] = field(default_factory=dict)
    flows: list[FlowSpec] = field(default_factory=list)
    matches: list[int] = field(default_factory=list)
    old: list[OldFactor] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _change: FactorChange | None = None
    _last: tuple[bytes, IndexArray] = (b"", np.empty(0, dtype=np.intp))

    def numbers(self, requests: bytes) -> IndexArray:
        """Return the number of each request of an index of weights, one line of JSON each; new ones are matched.

        Raises
        ------
        ValueError, KeyError, TypeError
            A line is no request of this rule.
        """
        if requests == self._last[0]:  # mostly all partitions ask the same
            return self._last[1]
        lines = requests.split(b"\n")[:-1]
        if new := [line for line in dict.fromkeys(lines) if line not in self.places]:
            entries = json.loads(b"[%b]" % b",".join(new))
            if len(entries) != len(new):
                raise ValueError
            self._match(entries)
            self.places |= {line: len(self.places) + number for number, line in enumerate(new)}
            self._change = None
        self._last = requests, np.array([self.places[line] for line in lines], dtype=np.intp)
        return self._last[1]

    @property
    def change(self) -> FactorChange:
        """How the factors of all requests so far change."""
        if self._change is None:
            self._change = self._changes()
        return self._change

    def _match(self, entries: list[dict[str, Any]]) -> None:
        """Match requests that were not matched before."""
        by_name = {name: self._flow(name) for name in {entry["flow"] for entry in entries}}
        flows = [by_name[entry["flow"]] for entry in entries]
        texts = [[str(entry[name]) for entry in entries] for name in ("item", "region")]
        (items, item), (regions, region) = (_encode(column) for column in texts)
        requests = FactorRequests(
            np.array([spec.index for spec in flows]),
            item,
            region,
            np.array([int(entry["year"]) for entry in entries]),
            items,
            regions,
        )
        matches = self.matcher.match_indices(self.rules, requests).tolist()
        for place, entry in enumerate(entries):
            if entry.get("supply"):
                matches[place] = self.matcher.match_index(_supply_request(flows[place], entry))
        self.flows += flows
        self.matches += matches
        for entry, spec, number in zip(entries, flows, matches, strict=True):
            split = [float(value) for value in entry["values"]][: len(SPLIT)]
            shipped, by_rule, supply = (bool(entry.get(name)) for name in ("shipped", "by_rule", "supply"))
            self.old.append(OldFactor(split, float(entry["removal"]), shipped, by_rule, supply))
            self.problems += self._unanswered(spec, number)

    def _flow(self, name: str) -> FlowSpec:
        """Return a flow of the rule by stage and id; raise a KeyError where there is none."""
        stage, _, flow = name.partition(".")
        kind, index = self.rules.names[stage][flow]
        if kind != "flow":
            raise KeyError(name)
        return self.rules.flows[index]

    def _unanswered(self, spec: FlowSpec, number: int) -> Iterator[Problem]:
        """Yield a problem where a request has no answer."""
        match = self.matcher.matches[number]
        if isinstance(match, NoMatch):
            yield Problem(self._where(spec, number), match.what, match.cure, code="no-factor")
        elif self.old[-1].supply and not self.matcher.split_values[number].any():
            what = Message(ZERO, item=self.matcher.requests[number].item)
            yield Problem(self._where(spec, number), what, ZERO_CURE, code="zero-factor")

    def not_linear(self, linked: bool) -> Iterator[Problem]:
        """Yield a problem for each request whose new factor changes the weights themselves, as it changes a balance of carbon.

        Parameters
        ----------
        linked : bool
            Whether products take one another: the balance then depends on all that a product taken takes up.
        """
        arrays = rule_arrays(self.rules)
        if arrays.balance_flow < 0:
            return
        for spec, number, old in zip(self.flows, self.matches, self.old, strict=True):
            balanced = linked or arrays.flow_balanced[spec.index] or spec.index == arrays.balance_flow
            answered = not isinstance(self.matcher.matches[number], NoMatch)
            if answered and balanced and self.matcher.removals[number] != old.removal:
                what = Message(NOT_LINEAR, rule=self.rules.name)
                yield Problem(self._where(spec, number), what, NOT_LINEAR_CURE, code="not-linear")

    def _where(self, spec: FlowSpec, number: int) -> str:
        """Return flow, item, region and year of a request."""
        request = self.matcher.requests[number]
        return f"{flow_name(self.rules, spec.index)}: {request.item} ({request.region}, {request.year or '-'})"

    def _changes(self) -> FactorChange:
        index, tables = np.array(self.matches, dtype=np.intp), self.matcher.factors.tables
        declared = np.array([self.matcher.requests[number].item.startswith(DECLARED) for number in self.matches], dtype=bool)
        shipped = np.array([*(table.shipped for table in tables), False])[self.matcher.factor_rows[index, 0]] & ~declared
        new, old = self.matcher.split_values[index, : len(SPLIT)], np.array([one.split for one in self.old])
        split = new - old.reshape(-1, len(SPLIT))
        removal = self.matcher.removals[index] - np.array([one.removal for one in self.old])
        gross, was_gross = (np.abs(values[:, GROSS].sum(axis=1)) for values in (new, new - split))
        by_rule = (gross - was_gross) * np.array([one.by_rule for one in self.old], dtype=bool)
        of_shipped = gross * shipped - was_gross * np.array([one.shipped for one in self.old], dtype=bool)
        differs = split.any(axis=1) | (removal != 0) | (of_shipped != 0)
        return FactorChange(split, removal, gross - was_gross, by_rule, of_shipped, differs)

    def warnings(self) -> list[str]:
        """Return the warnings about the factors that the requests find, as a batch with these tables gives them.

        They are of a later year or too far from that asked for, a proxy, or made with another set.
        """
        factors, gwp = self.matcher.factors, self.matcher.gwp
        texts, used, is_other = dict[str, None](), dict[int, set[int]](), False
        for spec, number in zip(self.flows, self.matches, strict=True):
            match, request = self.matcher.matches[number], self.matcher.requests[number]
            if isinstance(match, Match):
                used.setdefault(match.table, set()).add(match.row)
                is_other |= bool(self.matcher.marks[number] & OTHER_SET)
                if match.warning:
                    texts.setdefault(late_warning(self.rules, spec.index, request.item, match.warning))
                if year := year_beyond(self.rules, match, request, factors):
                    texts.setdefault(text_of_old(self.rules, spec.index, request, year))
        rows = {table: sorted(used[table]) for table in sorted(used)}
        return [*texts, *([other_sets_text(gwp)] if is_other else ()), *factors.warnings(gwp, rows, self.matcher.biogenic)]
