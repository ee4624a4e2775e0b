"""What `targets` returns: targets with their years as plain numbers and texts, and warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem, UsageError, check_language
from textile_pcf.io.csv_text import table_csv
from textile_pcf.io.json_text import indented_json
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

MISSED = "missed"
STATUSES = {"met": "met", "missed": "missed", "open": "open", "not_due": "not due", "reported": "reported"}


@dataclass(frozen=True)
class TargetsResult:
    """The result of `check` or `path`: what its JSON holds.

    Attributes
    ----------
    targets : tuple of dict
        One for each target, with its `years`.
    warnings : tuple of str
        What is to be checked, in English; a `Message` knows its Chinese.

    Examples
    --------
    >>> years = [{"year": 2030, "status": "missed"}]
    >>> result = TargetsResult(({"target": "a", "metric": "absolute", "unit": "t", "years": years},))
    >>> result.missed, result.to_csv().splitlines()
    (True, ['target,metric,unit,year,status', 'a,absolute,t,2030,missed'])
    """

    targets: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> dict[str, Any]:
        found = {target["target"]: target for target in self.targets}
        if name in found:
            return found[name]
        cure = did_you_mean(name, found, Message("There are: {known}.", known=", ".join(found)))
        raise UsageError([Problem(f"target {name!r}", Message("There is no such target."), cure, code="no-target")])

    @property
    def missed(self) -> bool:
        """Whether a year, a peak, a clause or a least reduction is missed."""
        return any(MISSED in _statuses(target) for target in self.targets)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per target and year.

        Returns
        -------
        list of dict
            Keys `target`, `metric`, `unit`, and those of `years`.
        """
        heads = ("target", "metric", "unit")
        return [{**{name: target[name] for name in heads}, **year} for target in self.targets for year in target["years"]]

    def frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Returns
        -------
        pandas.DataFrame
            One row per target and year.
        """
        import pandas as pd

        return pd.DataFrame(self.rows())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the JSON of the command holds it.

        Returns
        -------
        dict
            Keys `targets` and `warnings`.
        """
        return {"targets": list(self.targets), "warnings": [str(text) for text in self.warnings]}

    def to_json(self) -> str:
        """Return the JSON of the command.

        Returns
        -------
        str
        """
        return indented_json(self.to_dict())

    def to_csv(self) -> str:
        """Return the rows as CSV.

        Returns
        -------
        str
            Header and rows.
        """
        rows = self.rows()
        columns = dict.fromkeys(name for row in rows for name in row)
        return table_csv(tuple(columns) if rows else ("target", "metric", "unit", "year"), rows)

    def localized_warnings(self, language: str) -> list[str]:
        """Return the warnings in a language.

        Parameters
        ----------
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
        """
        return [text.localized(language) if isinstance(text, Message) else text for text in self.warnings]

    def show(self, language: str = "en") -> str:
        """Return the result as a text for people.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            A line per target, year, peak, criterion and clause.
        """
        check_language(language)
        return "".join(f"{line.localized(language)}\n" for target in self.targets for line in _lines(target))


def _statuses(target: dict[str, Any]) -> Iterator[str]:
    yield from (year.get("status", "") for year in target["years"])
    yield from (row["status"] for row in target.get("clause", ()))
    yield from (row["status"] for row in target.get("minimum", {}).values())
    if target.get("peak"):
        yield target["peak"]["status"]


def _lines(target: dict[str, Any]) -> Iterator[Message]:
    """Yield the lines of one target."""
    yield Message("{target} ({unit})", target=target["target"], unit=target["unit"])
    for year in target["years"]:
        allowed = "–" if year["allowed"] is None else f"{year['allowed']:.6g}"
        if "status" not in year:
            yield Message("  {year}: at most {allowed}", year=year["year"], allowed=allowed)
            continue
        what = "  {year}: {actual:.6g}, allowed {allowed}, {status}"
        yield Message(what, year=year["year"], actual=year["actual"], allowed=allowed, status=Message(STATUSES[year["status"]]))
    if target.get("peak"):
        yield Message("  peak by {by}: {status}", by=target["peak"]["by"], status=Message(STATUSES[target["peak"]["status"]]))
    for name, row in target.get("minimum", {}).items():
        what = "  {name}: reduces {reached:.1%}, least {required:.1%}, {status}"
        yield Message(
            what, name=name, reached=row["reduction"], required=row["required"], status=Message(STATUSES[row["status"]])
        )
    for row in target.get("clause", ()):
        what = "  {first}–{last}: changed by {total:.6g}, of which {counted:.6g} counts, {status}"
        yield Message(what, first=row["from"], last=row["to"], total=row["total_change"], counted=row["counted"],
                      status=Message(STATUSES[row["status"]]))  # fmt: skip
