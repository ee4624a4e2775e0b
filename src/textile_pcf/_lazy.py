"""Public names of a package that are loaded when they are first used.

`import textile_pcf` then imports nothing heavy. This is the one place where a package imports its own modules by name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def load_name(package: str, module: str, name: str) -> Any:
    """Return a name of a module of a package, which is imported if it was not.

    Examples
    --------
    >>> load_name("textile_pcf.batch", "run", "calculate_batch").__name__
    'calculate_batch'
    """
    return getattr(import_module(f"{package}.{module}"), name)


def lazy_names(
    package: str, modules: Mapping[str, str], packages: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package whose public names are loaded on first use (PEP 562).

    Parameters
    ----------
    package : str
        `__name__` of the package.
    modules : mapping of str to str
        Module of each public name, relative to the package. No module has the name of a public function.
    packages : tuple of str, optional
        Packages inside it that are public by their own name.

    Returns
    -------
    tuple of two functions

    Examples
    --------
    >>> get, names = lazy_names("textile_pcf.batch", {"calculate_batch": "run"})
    >>> get("calculate_batch").__module__, names()
    ('textile_pcf.batch.run', ['BatchResult', 'calculate_batch', 'reprice'])
    """

    def load(name: str) -> Any:
        if name in packages:
            return import_module(f"{package}.{name}")
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = load_name(package, modules[name], name)
        setattr(sys.modules[package], name, found)  # not looked for again
        return found

    return load, lambda: sorted(sys.modules[package].__all__)
