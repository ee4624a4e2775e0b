"""A result that is read from a file, in place of one that is calculated."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from textile_pcf.errors import Problem, RuleError, UsageError
from textile_pcf.inventory.processes import Processes
from textile_pcf.io.strict_yaml import parse_yaml
from textile_pcf.results import Footprint
from textile_pcf.rules import RuleSet, compile_document
from textile_pcf.rules.boundaries import with_boundary

FORM = 1
"""Form of saved results that this library writes; earlier forms stay readable."""


class SavedFootprint(Footprint):
    """A result read from a file: every view of results, and no inputs."""

    _saved: dict[str, Any]

    @property
    def inventory(self) -> NoReturn:
        """A saved result has no inventory."""
        raise _needs_lock()

    @property
    def run(self) -> NoReturn:
        """A saved result has no inputs."""
        raise _needs_lock()

    @property
    def names(self) -> tuple[str, ...]:
        """The products."""
        return self.products

    @cached_property
    def rules(self) -> RuleSet:
        """The rule of the result."""
        rules: RuleSet = self._saved["rules"]
        return rules

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon: `minus_one_plus_one` or `zero_zero`."""
        return str(self.provenance["biogenic"])

    @property
    def _may_rest_on_defaults(self) -> bool:
        """A saved result holds its gross emissions, and no inventory that says more."""
        return True

    @cached_property
    def stage_masses(self) -> Processes:
        """Mass into and out of every process. [kg per product unit]"""
        masses: Processes = self._saved["masses"]
        return masses

    @property
    def saved_quality(self) -> list[dict[str, Any]]:
        """Rating, level and share of primary data of every product; see `label_quality`."""
        return [deepcopy(entry) for entry in self._saved["quality"]]

    @property
    def restricted_tables(self) -> list[str]:
        """Labels of the tables whose values are used although they must not be passed on."""
        return list(self._saved["restricted"])

    def used(self) -> dict[int, list[int]]:
        """Return no rows: the tables of a saved result are named in its provenance.

        Returns
        -------
        dict
            Empty.
        """
        return {}

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """Return text on the losses and the computed properties of a stage of a product; see `Footprint.terms`.

        Parameters
        ----------
        product, stage : int
            Index of the product and of the stage.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per loss and property.
        """
        return self._texts("terms", f"{product} {stage}", language)

    def balance_terms(self, line: int, language: str) -> list[str]:
        """Return what leaves and what each input carries, of a line that balances biogenic carbon.

        Parameters
        ----------
        line : int
            Index of the line.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per term; nothing for another line.
        """
        return self._texts("balances", str(line), language)

    def composition_terms(self, line: int, language: str) -> list[str]:
        """Return the inputs of the composed factor of a line, with their sources.

        Parameters
        ----------
        line : int
            Index of the line.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per input; nothing for another factor.
        """
        return self._texts("compositions", str(line), language)

    def _texts(self, kind: str, key: str, language: str) -> list[str]:
        """Return saved texts of a kind in a language; none where there are none."""
        texts: dict[str, list[str]] = self._saved[kind].get(key, {})
        return list(texts.get(language, ()))

    def cutoff_record(self, product: int) -> dict[str, Any]:
        """Return what a product leaves out against the limits of the rule, and what is open.

        Parameters
        ----------
        product : int
            Index of the product.

        Returns
        -------
        dict
            As `cutoff` of the JSON of a result.
        """
        record: dict[str, Any] = deepcopy(self._saved["cutoff"][product])
        return record

    def allocation_record(self, product: int) -> list[dict[str, Any]]:
        """Return how each stage of a product shares emissions with its co-products.

        Parameters
        ----------
        product : int
            Index of the product.

        Returns
        -------
        list of dict
            As `allocation` of the JSON of a result.
        """
        record: list[dict[str, Any]] = deepcopy(self._saved["allocation"][product])
        return record


def _needs_lock() -> UsageError:
    what = "A saved result has no inputs, and this needs them."
    return UsageError([Problem("result", what, "Calculate again from its lock.", code="saved")])


def parsed_rule(text: str, boundary: str) -> RuleSet:
    """Return a rule from the flat text of its file.

    Parameters
    ----------
    text : str
        As `flat_rule` gives it.
    boundary : str
        The boundary of the result.
    """
    return with_boundary(compile_document(parse_yaml(text, "rule", RuleError), Path()), boundary)
