"""Exact derivatives of footprints by factors, amounts, and mass ratios."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.engine.loops import Links, solve_links
from textile_pcf.engine.masses import Masses


def factor_weights(
    process_product: IndexArray,
    process: IndexArray,
    factor: IndexArray,
    amount: FloatArray,
    inside: BoolArray,
    n_products: int,
    n_factors: int,
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return ∂ total / ∂ factor as a sparse matrix in CSR form, shape (products, factors).

    Totals are `weights @ factors`, as each total is a sum of amounts times factors. Products that take products of the run
    need `leontief` as well: `leontief(links, n_products)(weights @ factors)`.

    Parameters
    ----------
    process_product : ndarray, shape (processes,)
        Product of each process.
    process : ndarray, shape (exchanges,)
        Process of each exchange.
    factor : ndarray, shape (exchanges,)
        Factor of each exchange; -1 for exchanges that take a product of the run, which are left out.
    amount : ndarray, shape (exchanges,)
        Amount of each exchange. [flow unit per product unit]
    inside : ndarray, shape (processes,)
        Whether each process is inside the boundary.
    n_products, n_factors : int
        Shape of the matrix.

    Returns
    -------
    indptr, indices, data : ndarray
        Columns `indices[indptr[p]:indptr[p + 1]]` of row `p`, ascending and distinct, with their weights.
        [flow unit per product unit]

    Examples
    --------
    >>> one = np.array([0, 0, 1])
    >>> factor_weights(np.array([0, 1]), one, np.array([2, 2, 0]), np.array([1.0, 2.0, 5.0]), np.array([True, True]), 2, 3)
    (array([0, 1, 2]), array([2, 0]), array([3., 5.]))
    """
    exchanges = np.flatnonzero((factor >= 0) & inside[process])
    key = process_product[process[exchanges]].astype(np.int64) * n_factors + factor[exchanges]
    cells, cell = np.unique(key, return_inverse=True)
    data = np.bincount(cell.reshape(-1), weights=amount[exchanges], minlength=len(cells))
    product, column = np.divmod(cells, max(n_factors, 1))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(product, minlength=n_products))])
    return indptr.astype(np.intp), column.astype(np.intp), data.astype(np.float64)


def amount_gradient(factor: IndexArray, factor_totals: FloatArray, inside: BoolArray) -> FloatArray:
    """Return ∂ total / ∂ amount of each exchange, shape (exchanges,). [kg CO2e per flow unit]

    The total is that of the product that has the exchange, its links to other products held constant.

    Parameters
    ----------
    factor : ndarray, shape (exchanges,)
        Factor of each exchange; -1 for none.
    factor_totals : ndarray, shape (factors,)
        [kg CO2e per flow unit]
    inside : ndarray, shape (exchanges,)
        Whether each exchange is inside the boundary.

    Returns
    -------
    ndarray, shape (exchanges,)
        0 outside the boundary. [kg CO2e per flow unit]

    Examples
    --------
    >>> amount_gradient(np.array([1, 0, -1]), np.array([0.5, 2.0]), np.array([True, False, True]))
    array([2., 0., 0.])
    """
    return np.where(inside & (factor >= 0), np.append(factor_totals, 0.0)[factor], 0.0)


def ratio_elasticities(
    intensity: FloatArray, process: IndexArray, driver: IntArray, masses: Masses, downstream: IndexArray
) -> FloatArray:
    """Return ∂ total / ∂ ln(mass in / mass out) of each process, shape (processes,). [kg CO2e per product unit]

    If a process needs more input per output, its own input and all masses upstream grow with it; its output does not.

    Parameters
    ----------
    intensity : ndarray, shape (exchanges,)
        value × scale × factor of each exchange: its emissions without the masses that multiply it; 0 outside the boundary.
        [kg CO2e per product unit, per kg of each mass]
    process : ndarray, shape (exchanges,)
        Process of each exchange.
    driver : ndarray, shape (exchanges, 3)
        How often mass output, input and loss of the process multiply the exchange.
    masses : Masses
        Mass into and out of each process. [kg per product unit]
    downstream : ndarray, shape (processes,)
        Process that takes the output of each process; -1 for the last.

    Returns
    -------
    ndarray, shape (processes,)
        [kg CO2e per product unit]

    Notes
    -----
    Emissions ``e = intensity × output**a × input**b × loss**c`` of an upstream process grow by ``(a + b + c) e``. Those of
    the process itself grow by ``b e + c e × input / loss``, with ``input / loss = r / (r − 1)`` for the ratio ``r``.

    Examples
    --------
    A process with a ratio of 1.25 takes 2 kg CO2e per kg of input: 2.5 × d ln(input).

    >>> masses = Masses(np.array([1.25]), np.array([1.0]))
    >>> ratio_elasticities(np.array([2.0]), np.array([0]), np.array([[0, 1, 0]]), masses, np.array([-1]))
    array([2.5])
    """
    outputs, inputs, losses = (mass[process] for mass in (masses.output, masses.input, masses.loss))
    of_output, of_input, of_loss = driver.T
    through = intensity * outputs**of_output * inputs**of_input
    emissions = through * losses**of_loss
    by_loss = through * of_loss * losses ** np.maximum(of_loss - 1, 0) * inputs
    count = len(downstream)
    growth = np.bincount(process, weights=emissions * driver.sum(axis=1), minlength=count)
    total: FloatArray = np.bincount(process, weights=emissions * of_input + by_loss, minlength=count).astype(np.float64)
    target = downstream
    while (moving := np.flatnonzero(target >= 0)).size:
        total += np.bincount(target[moving], weights=growth[moving], minlength=count)
        target = np.where(target >= 0, downstream[target], -1)
    return total


def leontief(links: Links, n_products: int) -> Callable[[FloatArray], FloatArray]:
    """Return the function that applies (I − A)⁻¹ to values of products, shape (products, columns).

    `A` holds the units of each supplier that one unit of each user takes. Applied to footprints without links it returns
    footprints with links; applied to rows of weights, weights with links.

    Parameters
    ----------
    links : Links
        [supplier units per user unit]
    n_products : int
        Number of products.

    Returns
    -------
    callable
        Takes and returns an ndarray of shape (products, columns).

    Raises
    ------
    ValueError
        The returned function: some product needs all or more of itself.

    Examples
    --------
    Product 0 takes half a unit of product 1.

    >>> solve = leontief(Links(np.array([0]), np.array([1]), np.array([0.5])), 2)
    >>> solve(np.array([[1.0], [4.0]]))
    array([[3.],
           [4.]])
    """

    def solve(values: FloatArray) -> FloatArray:
        if len(values) != n_products:
            raise ValueError(f"{len(values)} rows for {n_products} products")
        return solve_links(values, links.user, links.supplier, links.amount)

    return solve
