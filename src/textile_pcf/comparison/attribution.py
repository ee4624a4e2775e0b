"""The effects of a diff as the table that `targets check --attribution` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.comparison.differences import Diff

COLUMNS = ("entity", "from", "to", "effect", "amount", "unit")


def attribution_rows(
    change: Diff, period: tuple[str, str | int, str | int], product: str | None, other_rule: bool
) -> pd.DataFrame:
    """Return one row per effect on a product; see `Diff.attribution`.

    Parameters
    ----------
    change : Diff
    period : tuple
        Entity, and the periods of the old and the new run.
    product : str or None
    other_rule : bool
        Whether the rules may differ.
    """
    import pandas as pd

    if not change.is_performance and not other_rule:
        what = "The rules of the two runs differ, so the change is explained, but is no performance."
        cure = "Calculate both runs under one rule, or say `other_rule=True`."
        raise InputError([Problem("diff (rule)", what, cure, code="not-comparable")])
    number = shared_product(change, product)
    unit = f"kgCO2e/{change.unit}"
    effects = {name: float(effect[number]) for name, effect in change.effects.items()}
    plays = {*change.differing, *change.together}
    rows = [(*map(str, period), name, amount, unit) for name, amount in effects.items() if amount or name in plays]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def shared_product(change: Diff, product: str | None) -> int:
    """Return the index of a product that both runs have.

    Parameters
    ----------
    change : Diff
    product : str or None
        Its id; None is allowed if the runs have one product in common.

    Raises
    ------
    UsageError
        There is no such product in both runs, or several and none is named.
    """
    names = [change.products[number] for number in change.shared]
    if product is None:
        if len(names) == 1:
            return int(change.shared[0])
        if not names:
            what, cure = "The two results have no product in common.", "Compare results of the same product."
            raise UsageError([Problem("product", what, cure, code="no-product")])
        what = Message("The runs have {count} products in common, and none is named.", count=len(names))
        raise UsageError([Problem("product", what, "Name one with `product`.", code="no-product")])
    if not isinstance(product, str):
        raise wrong_type("product", product, "the id of a product", "Write the id as text.")
    if product not in names:
        known = Message("There are: {known}.", known=", ".join(names[:10]))
        cure = did_you_mean(product, names, known)
        raise UsageError(
            [Problem(f"product {product!r}", "The two runs have no such product in common.", cure, code="no-product")]
        )
    return int(change.shared[np.array(names) == product][0])
