"""What `improvements` returns: measures in their order, steps, and warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem, UsageError, check_language
from textile_pcf.io.csv_text import table_csv
from textile_pcf.io.json_text import indented_json
from textile_pcf.messages.message import Message, TranslatedText
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.messages.titles import entry_title

if TYPE_CHECKING:
    import pandas as pd

UNIT = "tCO2e/year"
NEGLIGIBLE = 1e-12
COLUMNS = ("id", "rank", "group", "front", "tonnes_per_year", "annuity", "running", "saving", "cost_per_year", "cost_per_tonne")


@dataclass(frozen=True)
class Ranking:
    """Measures of a mill in their order.

    Attributes
    ----------
    before : float
        Emissions of the products in a year. [t CO2e per year]
    measures : tuple of dict
        Ranked ones in their order, then those that save no CO2e.
    steps : tuple of dict
        The ranked measures one after the other: what each saves then, and what is left. [t CO2e per year]
    alone : float
        Sum of what the ranked measures save by themselves. [t CO2e per year]
    warnings : tuple of str
        What is to be checked, in English; a `Message` knows its Chinese.

    Examples
    --------
    >>> steps = ({"id": "motors", "tonnes_per_year": 20.0, "left": 80.0}, {"id": "roof", "tonnes_per_year": 8.0, "left": 72.0})
    >>> ranking = Ranking(100.0, (), steps, 30.0)
    >>> ranking.together, ranking.interaction
    (28.0, -2.0)
    """

    before: float
    measures: tuple[dict[str, Any], ...]
    steps: tuple[dict[str, Any], ...]
    alone: float
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> dict[str, Any]:
        found = {measure["id"]: measure for measure in self.measures}
        if name in found:
            return found[name]
        cure = did_you_mean(name, found, Message("There are: {known}.", known=", ".join(found)))
        raise UsageError([Problem(f"measure {name!r}", Message("There is no such measure."), cure, code="no-measure")])

    @property
    def together(self) -> float:
        """What the ranked measures save together. [t CO2e per year]"""
        return self.before - self.steps[-1]["left"] if self.steps else 0.0

    @property
    def interaction(self) -> float:
        """What the measures save together beyond what each saves alone. [t CO2e per year]"""
        difference = self.together - self.alone
        return 0.0 if abs(difference) <= NEGLIGIBLE * abs(self.before) else difference

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per measure.

        Returns
        -------
        list of dict
            Without the products.
        """
        return [{name: measure[name] for name in COLUMNS} for measure in self.measures]

    def frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Returns
        -------
        pandas.DataFrame
            One row per measure.
        """
        import pandas as pd

        return pd.DataFrame(self.rows())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the JSON of the command holds it.

        Returns
        -------
        dict
            Keys `before`, `unit`, `measures`, `steps`, `together`, `alone`, `interaction`, `warnings`.
        """
        return {
            "before": self.before, "unit": UNIT, "measures": list(self.measures), "steps": list(self.steps),
            "together": self.together, "alone": self.alone, "interaction": self.interaction,
            "warnings": [str(text) for text in self.warnings],
        }  # fmt: skip

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
        return table_csv(COLUMNS, self.rows())

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
        """Return the ranking as a text for people.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            A line per measure and step.
        """
        check_language(language)
        return "".join(f"{line.localized(language)}\n" for line in self._lines())

    def _lines(self) -> Iterator[Message]:
        yield Message("{before:.6g} t CO2e per year", before=self.before)
        for measure in self.measures:
            saved, cost, name = measure["tonnes_per_year"], measure["cost_per_year"], _title_and_id(measure)
            if measure["group"] == "none":
                yield Message("  – {name}: saves no CO2e ({saved:.6g} t per year)", name=name, saved=saved)
            elif measure["group"] == "gain":
                what = "  {rank} {name}: saves {saved:.6g} t and {money:.6g} CNY per year"
                yield Message(what, rank=measure["rank"], name=name, saved=saved, money=-cost)
            else:
                what = "  {rank} {name}: saves {saved:.6g} t per year for {cost:.6g} CNY per t"
                yield Message(what, rank=measure["rank"], name=name, saved=saved, cost=measure["cost_per_tonne"])
        what = "together {together:.6g}, alone {alone:.6g}, interaction {interaction:.6g} t per year"
        yield Message(what, together=self.together, alone=self.alone, interaction=self.interaction)


def _title_and_id(measure: dict[str, Any]) -> TranslatedText:
    """Return the title of a measure with its id, by which the document and the JSON know it."""
    titles = (entry_title(measure, language) for language in ("en", "zh"))
    return TranslatedText(*(title if title == measure["id"] else f"{title} [{measure['id']}]" for title in titles))
