"""Read saved results, after a check of all that they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textile_pcf.audit import saved_arrays
from textile_pcf.audit.canonical import read_json, sha256_of_json
from textile_pcf.audit.saved_arrays import array, as_messages
from textile_pcf.audit.saved_footprint import FORM, SavedFootprint, parsed_rule
from textile_pcf.audit.saved_tables import read_table
from textile_pcf.errors import InputError, PcfError, Problem
from textile_pcf.io.output_files import as_path
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.catalogue import LANGUAGES
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint, Gross
from textile_pcf.results.headline import Headline
from textile_pcf.units.product_units import ProductUnits

AGAIN = "Take the file as it was written, or make it again."
WRONG = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


def load_result(path: str | Path) -> Footprint:
    """Read a saved result.

    Parameters
    ----------
    path : str or Path
        A file that `result.save` has written.

    Returns
    -------
    Footprint
        The result, with every view of results. What needs inputs, such as another calculation, says that it needs its lock.

    Raises
    ------
    UsageError
        There is no such file.
    InputError
        It is no saved result, was changed, or is of a later form.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> again = load_result(result.save(Path(tempfile.mkdtemp()) / "poplin.json"))
    >>> bool((again.totals == result.totals).all()), again.explain("COTTON-POPLIN") == result.explain("COTTON-POPLIN")
    (True, True)
    """
    source = as_path(path, "path")
    shown, is_table = escape_controls(str(source)), source.suffix.lower() == ".parquet"
    read = read_table(source) if is_table else read_json(source, "result-form")
    data = read.data
    form = data.get("result") if isinstance(data, dict) else None
    if not isinstance(form, int) or isinstance(form, bool) or form < 1:
        raise _refusal(shown, "This is no saved result.", "Save one: result.save(path).")
    if form > FORM:
        what = Message("This result is of form {form}; this release reads form {known}.", form=form, known=FORM)
        raise _refusal(shown, what, "Read it with a later release of textile_pcf.", "result-later")
    rest = {key: value for key, value in data.items() if key != "seal"}
    if not read.canonical_numbers or sha256_of_json(rest) != data.get("seal"):
        raise _refusal(shown, "This result was changed after it was saved.", AGAIN)
    try:
        result = _result(rest)
        result.to_dict()  # reads the records as well
        return result
    except PcfError:
        raise
    except WRONG:
        raise _refusal(shown, "This result does not hold what a saved result holds.", AGAIN) from None


def _by_language(data: Any) -> dict[str, dict[str, list[str]]]:
    """Return texts by place and language after a check of their types."""
    return {
        str(place): {language: [str(text) for text in list(texts[language])] for language in LANGUAGES}
        for place, texts in data.items()
    }


def _quality(data: Any, count: int) -> list[dict[str, Any]]:
    """Return what labels say of data quality after a check of its types; nothing of results saved without it."""
    unknown: dict[str, Any] = {"dqr": {"pef": {"DQR": None, "level": None}}, "primary_data_share": None}
    entries: list[Any] = [unknown] * count if data is None else list(data)
    if len(entries) != count:
        raise ValueError("quality of other products")
    return [
        {
            "dqr": {"pef": {"DQR": _optional(float, entry["dqr"]["pef"]["DQR"]),
                            "level": _optional(str, entry["dqr"]["pef"]["level"])}},
            "primary_data_share": _optional(float, entry["primary_data_share"]),
            "requirement": _requirement(entry.get("requirement")),
        }
        for entry in entries
    ]  # fmt: skip


def _kept(data: Any, count: int) -> dict[str, tuple[str, ...]]:
    """Return kept columns after a check: one text per product."""
    columns = {str(name): tuple(texts) for name, texts in data.items()}
    if any(len(texts) != count or not all(isinstance(text, str) for text in texts) for texts in columns.values()):
        raise ValueError("a kept column of other products")
    return columns


def _requirement(data: Any) -> dict[str, Any] | None:
    return None if data is None else {"max_dqr": float(data["max_dqr"]), "met": bool(data["met"])}


def _optional(kind: type[float] | type[str], value: Any) -> Any:
    return None if value is None else kind(value)


def _refusal(where: str, what: str, cure: str, code: str = "result-form") -> InputError:
    return InputError([Problem(where, what, cure, code=code)])


def _result(data: dict[str, Any]) -> SavedFootprint:
    """Build a result from its saved content; its views are set in place of computing them."""
    rules = parsed_rule(data["rule_text"], data["boundary"])
    products, stages = tuple(data["products"]), len(rules.stages)
    if not all(isinstance(product, str) for product in products):
        raise ValueError("a product without a name")
    count, sets = len(products), tuple(data["gwp_sets"][0])
    measures, notes, kept = data["measures"], data["notes"], data.get("kept", {})
    saved = {name: data[name] for name in ("rule_text", "cutoff", "allocation")}
    if {len(saved["cutoff"]), len(saved["allocation"])} != {count}:
        raise ValueError("records of other products")
    saved["compositions"] = _by_language(data.get("compositions", {}))
    saved["quality"] = _quality(data.get("quality"), count)
    saved |= {name: _by_language(data[name]) for name in ("terms", "balances")}
    saved |= {"restricted": [str(label) for label in data["restricted"]]}
    saved |= {"rules": rules, "masses": saved_arrays.as_processes(data["masses"], count, stages)}
    wears, sold = measures["wears"], measures.get("sold")
    by_mass = tuple((str(name), int(power)) for name, power in measures["mass_per"])
    result = object.__new__(SavedFootprint)
    result.__dict__.update(
        _saved=saved,
        products=products,
        kept=_kept(kept, count), provenance=dict(data["provenance"]),
        by_stage=array(data["by_stage"], count, stages),
        emissions_by_stage=array(data["emissions_by_stage"], count, stages),
        split_totals=array(data["split_totals"], count, 4),
        totals=array(data["totals"], count),
        headline=Headline(*(array(values, count) for values in data["headline"])),
        gross=Gross(*(array(values, count) for values in data["gross"])),
        gwp_sets=(sets, array(data["gwp_sets"][1], count, len(sets))),
        carbon_content=None if data["carbon_content"] is None else array(data["carbon_content"], count, 2),
        beside={str(name): array(values, count) for name, values in data["beside"].items()},
        measures=ProductUnits(
            rules.product_unit, array(measures["mass"], count), by_mass, array(measures["grammage"], count),
            array(measures["width"], count), None if wears is None else array(wears, count),
            None if sold is None else array(sold, count), names=rules.unit_names,
        ),
        lines=saved_arrays.as_contributions(data["lines"], count, stages),
        notes=tuple((int(number), text) for (number, *_), text in zip(notes, as_messages(n[1:] for n in notes), strict=True)),
    )  # fmt: skip
    return result
