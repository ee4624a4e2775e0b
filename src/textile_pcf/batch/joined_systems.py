"""Systems of partitions as they are stored, flat and by name, and joined to one system of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import accumulate
from typing import Any

import numpy as np

from textile_pcf.arrays import IntArray
from textile_pcf.batch.array_files import StoredArrays
from textile_pcf.inventory.carbon_content import MaterialInputs
from textile_pcf.inventory.product_system import LINK, BalanceTerms, ProductSystem

OF_PRODUCTS = ("own", "removals", "mass", "units")
OF_LINKS = ("user", "supplier", "flow", "amount")


def flat(prefix: str, system: ProductSystem) -> dict[str, Any]:
    """Return the arrays of a system by name."""
    arrays: dict[str, Any] = {}
    for name, value in vars(system).items():
        if isinstance(value, np.ndarray):
            arrays[prefix + name] = value
        elif value is not None:
            arrays |= {f"{prefix}{name}/{key}": array for key, array in vars(value).items()}
    return arrays


def system_of(stored: Mapping[str, Any], prefix: str) -> ProductSystem:
    """Return the system whose arrays `flat` named."""
    plain = {name: stored[prefix + name] for name in (*OF_PRODUCTS, *OF_LINKS)}
    if f"{prefix}balance/content" not in stored:
        return ProductSystem(**plain)
    balance = BalanceTerms(*(stored[f"{prefix}balance/{field.name}"] for field in fields(BalanceTerms)))
    inputs = MaterialInputs(*(stored[f"{prefix}inputs/{field.name}"] for field in fields(MaterialInputs)))
    return ProductSystem(**plain, balance=balance, inputs=inputs)


class StoredSystems:
    """Systems of several partitions in their files; one array of all of them is read at a time.

    Parameters
    ----------
    files : sequence of StoredArrays
        At least one.
    prefix : str
        Of the names of the arrays of the scenario.
    targets : sequence of ndarray of int
        Per file the product of each name that it takes, counted over all files; -1 if there is none.
    """

    def __init__(self, files: Sequence[StoredArrays], prefix: str, targets: Sequence[IntArray]) -> None:
        self._files, self._prefix, self._targets = files, prefix, targets
        self._first = self._starts("own")

    def join(self) -> ProductSystem:
        """Return the systems as one."""
        plain = {name: self._read(name) for name in (*OF_PRODUCTS, "flow", "amount")}
        balance = inputs = None
        if f"{self._prefix}balance/content" in self._files[0].places:
            balance = BalanceTerms(*(self._read(f"balance/{field.name}") for field in fields(BalanceTerms)))
            inputs = self._join_inputs()
        links = {"user": self._shift("user", self._first), "supplier": self._suppliers("supplier")}
        return ProductSystem(**plain, **links, balance=balance, inputs=inputs)

    def _join_inputs(self) -> MaterialInputs:
        """Return the inputs of all systems."""
        shifted = {"product": self._first, "group": self._starts("inputs/share")}
        joined = {field.name: self._read(f"inputs/{field.name}") for field in fields(MaterialInputs)}
        joined |= {name: self._shift(f"inputs/{name}", starts) for name, starts in shifted.items()}
        return MaterialInputs(**{**joined, "supplier": self._suppliers("inputs/supplier")})

    def _starts(self, name: str) -> list[int]:
        """Return how many entries of an array the files before each have."""
        counts = [file.places[self._prefix + name][1][0] for file in self._files]
        return [0, *accumulate(counts[:-1])]

    def _read(self, name: str) -> Any:
        return np.concatenate([file[self._prefix + name] for file in self._files])

    def _shift(self, name: str, starts: Sequence[int]) -> Any:
        """Return indices of one file as indices of all."""
        return np.concatenate([file[self._prefix + name] + start for file, start in zip(self._files, starts, strict=True)])

    def _suppliers(self, name: str) -> Any:
        """Return the product of each name that is taken, -1 where there is none."""
        targets = [np.append(target, LINK(-1)) for target in self._targets]  # the last is that of -1
        return np.concatenate(
            [target[file[self._prefix + name].astype(np.intp)] for file, target in zip(self._files, targets, strict=True)]
        )
