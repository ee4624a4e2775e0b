"""`Run`: the inputs of a calculation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textile_pcf._frozen import quick_init
from textile_pcf.activity import Activity
from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.factors import FactorTable
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.supply import Supply


@quick_init
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


def product_index(products: Sequence[str], product: str) -> int:
    """Return the index of a product of a run.

    Parameters
    ----------
    products : sequence of str
        Products of the run.
    product : str

    Raises
    ------
    UsageError
        There is no such product; the nearest is named.

    Examples
    --------
    >>> product_index(("P", "Q"), "Q")
    1
    """
    if not isinstance(product, str):
        raise wrong_type("product", product, "the id of a product", "Write the id as text.")
    if product in products:
        return products.index(product)
    known = Message("There are: {known}.", known=", ".join(products[:10]))
    cure = did_you_mean(product, products, known)
    raise UsageError([Problem(f"product {product!r}", "There is no such product in this result.", cure, code="no-product")])


def only_product(products: Sequence[str]) -> int:
    """Return the index of the only product of a run.

    Parameters
    ----------
    products : sequence of str
        Products of the run.

    Raises
    ------
    UsageError
        There are several; the first ones are named.

    Examples
    --------
    >>> only_product(("P",))
    0
    """
    if len(products) == 1:
        return 0
    what = Message("This result has {count} products.", count=len(products))
    cure = Message("Name one of them: {known}.", known=", ".join(products[:10]))
    raise UsageError([Problem("product", what, cure, code="no-product")])
