"""Results as packages of openLCA, so that openLCA calculates the number; what must not be passed on is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.interchange.factor_use import FactorUse
from textile_pcf.interchange.openlca_package import Package
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.results.licence import refuse_restricted
from textile_pcf.results.process_system import system_of
from textile_pcf.results.run import product_index


def to_openlca(
    result: Footprint,
    path: str | Path,
    *,
    products: Sequence[str] | None = None,
    aggregated: bool = False,
    own_use: bool = False,
) -> Path:
    """Write a package of openLCA; see `Footprint.to_openlca`."""
    out = as_path(path, "path")
    if out.suffix.lower() != ".zip":
        raise UsageError([Problem(str(path), "A package of openLCA is a zip file.", "End its name in .zip.", code="usage")])
    chosen = _chosen(result, products)
    if not own_use:
        _refuse(result, chosen, aggregated)
    system = system_of(result)
    package = Package(system)
    if aggregated:
        package.add_aggregated(chosen)
    else:
        package.add_system(chosen)
    write_atomically(out, package.write, str(path))
    return out


def _chosen(result: Footprint, products: Sequence[str] | None) -> list[int]:
    if products is None:
        return list(range(len(result.products)))
    if isinstance(products, str) or not isinstance(products, Sequence):
        raise wrong_type("products", products, "a list of products", "Write a list of ids: ['P-1'].")
    if not products:
        raise UsageError([Problem("products", "No product is named.", "Name at least one.", code="usage")])
    return sorted({product_index(result.products, each) for each in products})


def _refuse(result: Footprint, chosen: Iterable[int], aggregated: bool) -> None:
    """Refuse a package that holds values which must not be passed on, or that would give one away as a sum."""
    if not aggregated:
        refuse_restricted(result, Message("a package of openLCA"))
        return
    use = FactorUse(result, [not stage.outside for stage in result.stages])
    problems = []
    for product in chosen:
        factor = use.of(product).restricted
        if factor:
            what = Message("All emissions come from one factor that must not be passed on: {factor}.", factor=factor)
            cure = "Use another factor, or own use (--own-use) where it stays with you."
            problems.append(Problem(f"product {result.products[product]}", what, cure, code="licence"))
    if problems:
        raise UsageError(problems)
