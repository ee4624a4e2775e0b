"""Shares of emissions that a product carries where stages have co-products; masses are not touched."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray


def allocated_shares(share: FloatArray, products: int, component_product: IndexArray, component_stages: int) -> FloatArray:
    """Return the part of its emissions that each process passes on to the product, shape (processes,). [1]

    A process carries its own share times those of all stages after it.

    Parameters
    ----------
    share : ndarray, shape (processes,)
        Share of the product at each process, 1 without co-products. Ordered stage by stage: one per component in the first
        `component_stages` stages, one per product in the others.
    products : int
        Number of products.
    component_product : ndarray, shape (components,)
        Product of each component.
    component_stages : int
        Number of component stages.

    Returns
    -------
    ndarray, shape (processes,)
        Part of the emissions of each process. [1]

    References
    ----------
    ISO 14044:2006, 4.3.4.2 (as cited by others; the text was not read).

    Examples
    --------
    Cultivation, ginning (85 % to lint), spinning, of one product:

    >>> allocated_shares(np.array([1.0, 0.85, 1.0]), 1, np.array([0]), component_stages=0)
    array([0.85, 0.85, 1.  ])
    """
    of_components = component_stages * len(component_product)
    common = _from_here_on(share[of_components:].reshape(-1, products))
    after = common[0] if len(common) else np.ones(products)
    own = _from_here_on(share[:of_components].reshape(component_stages, len(component_product))) * after[component_product]
    return np.concatenate([own.reshape(-1), common.reshape(-1)])


def _from_here_on(share: FloatArray) -> FloatArray:
    """Return the product of each row and all rows below it."""
    return np.asarray(np.multiply.accumulate(share[::-1], axis=0)[::-1], dtype=np.float64)


def share_by_mass(masses: FloatArray) -> FloatArray:
    """Return the share of a product by mass. [1]

    Parameters
    ----------
    masses : ndarray, shape (co-products, n)
        Mass of each co-product per mass of the product. [kg/kg]

    Returns
    -------
    ndarray, shape (n,)
        Share of the product. [1]

    Examples
    --------
    1 kg of lint with 1.5 kg of seed:

    >>> share_by_mass(np.array([[1.5]]))
    array([0.4])
    """
    return np.asarray(1.0 / (1.0 + masses.sum(axis=0)))


def share_by_price(price: FloatArray, masses: FloatArray, prices: FloatArray) -> FloatArray:
    """Return the share of a product by mass and price. [1]

    Parameters
    ----------
    price : ndarray, shape (n,)
        Price of the product. [money/kg]
    masses : ndarray, shape (co-products, n)
        Mass of each co-product per mass of the product. [kg/kg]
    prices : ndarray, shape (co-products, n)
        Price of each co-product. [money/kg]

    Returns
    -------
    ndarray, shape (n,)
        Share of the product; NaN where all prices are zero. [1]

    Examples
    --------
    Lint at 15 CNY/kg with 1.5 kg of seed at 3 CNY/kg:

    >>> share_by_price(np.array([15.0]), np.array([[1.5]]), np.array([[3.0]])).round(4)
    array([0.7692])
    """
    others = (masses * prices).sum(axis=0)
    share: FloatArray = np.divide(price, price + others, out=np.full(len(price), np.nan), where=price + others > 0)
    return share
