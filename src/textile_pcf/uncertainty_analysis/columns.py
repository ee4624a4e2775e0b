"""Columns of uncertainty for results of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.main import check_options
from textile_pcf.uncertainty_analysis.simulation import Simulation
from textile_pcf.uncertainty_analysis.spreads import Spreads

CLOSED = "closed"
KEYS = ("draws", "seed", "assume", "pedigree")
COLUMNS = ("mean", "sd", "gsd", "p2_5", "p97_5")


@dataclass(frozen=True)
class ColumnOptions:
    """Options of the columns of uncertainty of a batch.

    Attributes
    ----------
    draws : int
        Number of draws; 0 for the closed form.
    seed : int
        Seed of the draws.
    assume : mapping of str to float
        Geometric standard deviation by data type, for numbers that state none.
    pedigree : str
        `classic`, `empirical` or `none`.
    """

    draws: int = 0
    seed: int = 0
    assume: Mapping[str, float] = field(default_factory=dict)
    pedigree: str = "classic"

    @property
    def identity(self) -> dict[str, Any]:
        """What the manifest says of the options."""
        return {"draws": self.draws, "seed": self.seed, "assume": dict(self.assume), "pedigree": self.pedigree}


def column_options(option: Any) -> ColumnOptions | None:
    """Return the options of `calculate_batch(…, uncertainty=…)`; None where it is None.

    Parameters
    ----------
    option : str, mapping or None
        `closed`; or a mapping with `draws`, `seed`, `assume`, `pedigree`, in closed form without `draws`.

    Raises
    ------
    UsageError
        It is something else, or a number is out of its range.

    Examples
    --------
    >>> column_options({"draws": 1000}).draws, column_options("closed").draws
    (1000, 0)
    """
    if option is None:
        return None
    if option == CLOSED:
        return ColumnOptions()
    if not isinstance(option, Mapping):
        cure = "Write closed, or a mapping with draws and seed."
        raise wrong_type("uncertainty", option, "a way to tell uncertainty", cure)
    unknown = [str(key) for key in option if key not in KEYS]
    if unknown:
        choices = Message("Choose from: {choices}.", choices=", ".join(KEYS))
        cure = did_you_mean(unknown[0], KEYS, choices)
        raise UsageError([Problem(f"uncertainty {unknown[0]!r}", "There is no such option.", cure, code="uncertainty")])
    options = ColumnOptions(**{"draws": 0, **option})
    check_options(options.draws if "draws" in option else 1, options.seed, options.assume, options.pedigree)
    return replace(options, draws=int(options.draws), seed=int(options.seed))


def uncertainty_columns(result: Footprint, options: ColumnOptions) -> dict[str, FloatArray]:
    """Return the columns of a result, each of shape (products,).

    Parameters
    ----------
    result : Footprint
    options : ColumnOptions

    Returns
    -------
    dict of str to ndarray
        `mean`, `sd`, `p2_5`, `p97_5` [kg CO2e per product unit], `gsd`, `declared_share` [1].
    """
    evaluation = Evaluation(result, Spreads(result, options.assume, options.pedigree))
    catalogue = Catalogue(evaluation)
    if options.draws:
        drawn = Simulation(evaluation, options.draws, options.seed).total_statistics()
        return {**{name: getattr(drawn, name) for name in COLUMNS}, "declared_share": catalogue.declared_share()}
    forms = catalogue.forms()
    return {**{name: getattr(forms, name) for name in COLUMNS}, "declared_share": catalogue.declared_share()}
