"""Share of primary data of a footprint, strictly and by amounts alone, and what the amounts rest on."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.columns import find_texts
from textile_pcf.data_quality.lines import QualityLines
from textile_pcf.engine.loops import solve_links


def gross_parts(lines: QualityLines, weight: FloatArray, products: int) -> FloatArray:
    """Return a part of the gross emissions of each product, shape (products,); 0 where there are none. [1]

    Parameters
    ----------
    lines : QualityLines
    weight : ndarray, shape (lines,)
        Part of each line. [1]
    products : int
        Number of products.
    """
    total = np.bincount(lines.product, weights=lines.gross, minlength=products)
    part = np.bincount(lines.product, weights=lines.gross * weight, minlength=products)
    return np.divide(part, total, out=np.zeros(products), where=total > 0)


def primary_data_share(lines: QualityLines, products: int) -> FloatArray:
    """Return the share of primary data of each product: of its amounts and of its factors at once, shape (products,). [1]

    Parameters
    ----------
    lines : QualityLines
    products : int
        Number of products.

    Notes
    -----
    Σ e·p / Σ e with e the absolute emissions of a line without uptake; p is the share that the factor states, of a link that
    of the other product, and 0 if the amount is not primary. Never more than `primary_activity_share`.
    """
    own = gross_parts(lines, lines.factor_share * lines.primary, products)
    linked = np.flatnonzero((lines.supplier >= 0) & lines.primary & (lines.gross > 0))
    if not len(linked):
        return own
    total = np.bincount(lines.product, weights=lines.gross, minlength=products)
    part = lines.gross[linked] / total[lines.product[linked]]
    return solve_links(own[:, None], lines.product[linked], lines.supplier[linked], part)[:, 0]


def by_data_type(lines: QualityLines, products: int) -> dict[str, FloatArray]:
    """Return the part of the gross emissions of each product by data type of the amount, each shape (products,). [1]

    Parameters
    ----------
    lines : QualityLines
    products : int
        Number of products.
    """
    names = sorted({*lines.data_type.categories})
    code = find_texts(lines.data_type.categories, names)[lines.data_type.codes]
    parts = {name: gross_parts(lines, (code == number).astype(np.float64), products) for number, name in enumerate(names)}
    return {name: part for name, part in parts.items() if part.any()}
