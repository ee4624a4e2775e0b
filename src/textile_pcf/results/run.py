"""`Run`: the inputs of a calculation."""

from __future__ import annotations

from dataclasses import dataclass

from textile_pcf.activity import Activity
from textile_pcf.factors import FactorTable
from textile_pcf.supply import Supply


@dataclass(frozen=True, eq=False)
class Run:
    """Every input of a calculation; the rule is that of the activity data.

    `dataclasses.replace(run, gwp="AR5")` gives the same run with one input changed, for `calculate_run`.

    Attributes
    ----------
    activity : Activity
        Checked activity data.
    factors : FactorTable
        Tables of emission factors, in order.
    gwp : str
        Set of global warming potentials: AR4, AR5, AR6 or EF3.1.
    biogenic : str
        Convention of biogenic carbon: `minus_one_plus_one` or `zero_zero`.
    supply : Supply, optional
        Electricity and heat of sites.
    """

    activity: Activity
    factors: FactorTable
    gwp: str
    biogenic: str
    supply: Supply | None = None
