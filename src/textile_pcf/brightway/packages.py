"""Import the packages of Brightway when they are first needed, and open projects that a caller names."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint

INSTALL = "pip install 'textile_pcf[brightway]'"


def package(name: str) -> Any:
    """Import a package of Brightway 2.5.

    Importing `bw2calc` imports `bw2data` if that is installed, and `bw2data` then creates a data directory and a project
    `default`. Calculations need neither, so `bw2calc` is imported without it.

    Raises
    ------
    UsageError
        The package is not installed or older than Brightway 2.5.
    """
    without_data = name == "bw2calc" and not {"bw2calc", "bw2data"} & set(sys.modules)
    if without_data:
        sys.modules["bw2data"] = None  # type: ignore[assignment]  # an import of it fails, which bw2calc allows for
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to install another solver
            module = import_module(name)
    except ImportError as error:
        raise _missing(name, error) from error
    finally:
        if without_data:
            del sys.modules["bw2data"]
    if not hasattr(import_module("bw_processing"), "create_datapackage"):
        raise _missing(name, ImportError("the line before 2.5"))
    return module


def _missing(name: str, error: ImportError) -> UsageError:
    absent = isinstance(error, ModuleNotFoundError)
    not_installed = Message("This needs {name} of Brightway 2.5, which is not installed here.", name=name)
    not_imported = "This needs {name} of Brightway 2.5, which cannot be imported here ({error})."
    what = not_installed if absent else Message(not_imported, name=name, error=str(error))
    return UsageError(
        [Problem("Brightway", what, Message("Install it with: {install}", install=INSTALL), code="missing-extra")]
    )


def brightway_data() -> Any:
    """Return `bw2data`, which creates its data directory on its first import; `BRIGHTWAY2_DIR` sets where."""
    data = package("bw2data")
    loaded = sys.modules.get("bw2calc.lca")
    if loaded is not None and getattr(loaded, "get_node", data.get_node) is None:
        loaded.get_node = data.get_node  # type: ignore[attr-defined]  # as if bw2calc had been imported after bw2data
    return data


def refuse_other_than_result(result: Any) -> None:
    """Raise UsageError for what is no result."""
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a result", "Calculate it first: footprint(path, rule).")


def refuse_other_than_name(where: str, name: Any) -> None:
    """Raise UsageError for a name of a project or database that Brightway cannot use."""
    if not isinstance(name, str):
        raise wrong_type(where, name, "a name", "Write it as text.")
    if not name.strip():
        raise UsageError([Problem(where, "The name is empty.", "Write it as text.", code="usage")])


@contextmanager
def open_project(project: str, *, create: bool = False) -> Iterator[Any]:
    """Open a Brightway project and restore the previous one afterwards.

    Parameters
    ----------
    project : str
        Name of the project.
    create : bool
        Create the project if it does not exist.

    Yields
    ------
    module
        `bw2data` with the project open.

    Raises
    ------
    UsageError
        There is no such project and `create` is False.
    """
    refuse_other_than_name("project", project)
    data = brightway_data()
    if not create and project not in data.projects:
        names = sorted(project_.name for project_ in data.projects)
        cure = did_you_mean(project, names, Message("There are: {known}.", known=", ".join(names)))
        raise UsageError([Problem(f"project {project!r}", "There is no such Brightway project.", cure, code="no-project")])
    previous = data.projects.current
    if project != previous:
        data.projects.set_current(project)
    try:
        yield data
    finally:
        if project != previous:
            data.projects.set_current(previous)
