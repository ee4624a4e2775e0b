"""Saved results: every view of a result in a file, to be read again without its inputs and without calculating."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from textile_pcf.audit import saved_arrays
from textile_pcf.audit.canonical import read_json, sha256_of_json
from textile_pcf.audit.label_quality import label_quality
from textile_pcf.audit.lock_document import environment
from textile_pcf.audit.saved_arrays import array, as_messages, messages, numbers
from textile_pcf.errors import InputError, PcfError, Problem, RuleError, UsageError
from textile_pcf.inventory.processes import Processes
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.strict_yaml import parse_yaml
from textile_pcf.messages.catalogue import LANGUAGES
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint, Gross
from textile_pcf.results.headline import Headline
from textile_pcf.results.licence import refuse_masked
from textile_pcf.rules import RuleSet, compile_document, flat_rule
from textile_pcf.rules.boundaries import with_boundary
from textile_pcf.units.product_units import ProductUnits

FORM = 1
"""Form of saved results that this library writes; earlier forms stay readable."""
ENDING = ".json"
AGAIN = "Take the file as it was written, or make it again."
ARRAYS = ("by_stage", "emissions_by_stage", "split_totals", "totals")
WRONG = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


class SavedFootprint(Footprint):
    """A result read from a file: every view of results, and no inputs."""

    _saved: dict[str, Any]

    @property
    def inventory(self) -> NoReturn:
        """A saved result has no inventory."""
        raise _needs_lock()

    @property
    def run(self) -> NoReturn:
        """A saved result has no inputs."""
        raise _needs_lock()

    @property
    def names(self) -> tuple[str, ...]:
        """The products."""
        return self.products

    @cached_property
    def rules(self) -> RuleSet:
        """The rule of the result."""
        rules: RuleSet = self._saved["rules"]
        return rules

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon: `minus_one_plus_one` or `zero_zero`."""
        return str(self.provenance["biogenic"])

    @cached_property
    def stage_masses(self) -> Processes:
        """Mass into and out of every process. [kg per product unit]"""
        masses: Processes = self._saved["masses"]
        return masses

    @property
    def saved_quality(self) -> list[dict[str, Any]]:
        """Rating, level and share of primary data of every product; see `label_quality`."""
        return [deepcopy(entry) for entry in self._saved["quality"]]

    @property
    def restricted_tables(self) -> list[str]:
        """Labels of the tables of which values are used that must not be passed on."""
        return list(self._saved["restricted"])

    def used(self) -> dict[int, list[int]]:
        """Return no rows: the tables of a saved result are named in its provenance.

        Returns
        -------
        dict
            Empty.
        """
        return {}

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """Return text on the losses and the computed properties of a stage of a product; see `Footprint.terms`.

        Parameters
        ----------
        product, stage : int
            Index of the product and of the stage.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per loss and property.
        """
        return self._texts("terms", f"{product} {stage}", language)

    def balance_terms(self, line: int, language: str) -> list[str]:
        """Return what leaves and what each input carries, of a line that balances biogenic carbon.

        Parameters
        ----------
        line : int
            Index of the line.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per term; nothing for another line.
        """
        return self._texts("balances", str(line), language)

    def composition_terms(self, line: int, language: str) -> list[str]:
        """Return the inputs of the composed factor of a line, with their sources.

        Parameters
        ----------
        line : int
            Index of the line.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per input; nothing for another factor.
        """
        return self._texts("compositions", str(line), language)

    def _texts(self, kind: str, key: str, language: str) -> list[str]:
        """Return saved texts of a kind in a language; none where there are none."""
        texts: dict[str, list[str]] = self._saved[kind].get(key, {})
        return list(texts.get(language, ()))

    def cutoff_record(self, product: int) -> dict[str, Any]:
        """Return what a product leaves out against the limits of the rule, and what is open.

        Parameters
        ----------
        product : int
            Index of the product.

        Returns
        -------
        dict
            As `cutoff` of the JSON of a result.
        """
        record: dict[str, Any] = deepcopy(self._saved["cutoff"][product])
        return record

    def allocation_record(self, product: int) -> list[dict[str, Any]]:
        """Return how each stage of a product shares emissions with its co-products.

        Parameters
        ----------
        product : int
            Index of the product.

        Returns
        -------
        list of dict
            As `allocation` of the JSON of a result.
        """
        record: list[dict[str, Any]] = deepcopy(self._saved["allocation"][product])
        return record


def _needs_lock() -> UsageError:
    what = "A saved result has no inputs, and this needs them."
    return UsageError([Problem("result", what, "Calculate again from its lock.", code="saved")])


def save(result: Footprint, path: str | Path) -> Path:
    """Write a result to a file; see `Footprint.save`.

    Parameters
    ----------
    result : Footprint
    path : str or Path
        File to write; its name ends in .json.

    Raises
    ------
    UsageError
        The name ends in something else, the result is published or its rule is in memory, or the file cannot be written.
    """
    out = as_path(path, "path")
    where = f"save {out}"
    if out.suffix.lower() != ENDING:
        raise UsageError([Problem(where, "A saved result is a JSON file.", "End its name in .json.", code="usage")])
    refuse_masked(result, where)
    data = _content(result, where)
    text = indented_json({**data, "seal": sha256_of_json(data)})
    write_atomically(out, lambda draft: draft.write_bytes(text.encode()), where)
    return out


def _content(result: Footprint, where: str) -> dict[str, Any]:
    """Return what a saved result holds, without its seal."""
    products = range(len(result.products))
    return {
        "result": FORM,
        "made": environment(),
        "provenance": dict(result.provenance),
        "rule_text": _rule_text(result, where),
        "boundary": result.rules.boundary,
        "restricted": result.restricted_tables,
        "products": list(result.products),
        **{name: numbers(getattr(result, name)) for name in ARRAYS},
        "headline": [numbers(values) for values in result.headline],
        "gross": [numbers(values) for values in result.gross],
        "gwp_sets": [list(result.gwp_sets[0]), numbers(result.gwp_sets[1])],
        "carbon_content": None if result.carbon_content is None else numbers(result.carbon_content),
        "beside": {name: numbers(values) for name, values in result.beside.items()},
        "measures": saved_arrays.measures(result.measures),
        "masses": saved_arrays.masses(result.stage_masses),
        "lines": saved_arrays.lines(result.lines),
        "notes": [[number, *messages([text])[0]] for number, text in result.notes],
        "cutoff": [result.cutoff_record(number) for number in products],
        "allocation": [result.allocation_record(number) for number in products],
        "quality": label_quality(result),
        "terms": _saved_texts(result.terms, [(number, stage) for number in products for stage in range(len(result.stages))]),
        "balances": _saved_texts(result.balance_terms, [(line,) for line in _balancing_lines(result)]),
        "compositions": _saved_texts(result.composition_terms, [(line,) for line in composed_lines(result)]),
    }


def _rule_text(result: Footprint, where: str) -> str:
    """Return the flat text of the rule, if its file is still the one that was read."""
    rules = result.rules
    if isinstance(result, SavedFootprint):
        return str(result._saved["rule_text"])
    text = flat_rule(rules.path) if rules.path is not None else ""
    if not text or parsed_rule(text, rules.boundary).document != rules.document:
        what = "The rule is in memory, or its file has changed since it was read."
        raise UsageError([Problem(where, what, "Calculate again from the file.", code="in-memory")])
    return text


def parsed_rule(text: str, boundary: str) -> RuleSet:
    """Return a rule from the flat text of its file.

    Parameters
    ----------
    text : str
        As `flat_rule` gives it.
    boundary : str
        The boundary of the result.
    """
    return with_boundary(compile_document(parse_yaml(text, "rule", RuleError), Path()), boundary)


def _saved_texts(texts_of: Callable[..., list[str]], keys: Iterable[tuple[int, ...]]) -> dict[str, dict[str, list[str]]]:
    """Return texts by the indices that they are of, in both languages; nothing where there is no text."""
    texts = {" ".join(map(str, key)): {language: texts_of(*key, language) for language in LANGUAGES} for key in keys}
    return {key: by_language for key, by_language in texts.items() if by_language["en"]}


def composed_lines(result: Footprint) -> list[int]:
    """Return the lines that may have a composed factor: of a saved result, those that it names.

    Parameters
    ----------
    result : Footprint
    """
    if isinstance(result, SavedFootprint):
        return sorted(map(int, result._saved["compositions"]))
    matches, tables = result.inventory.matches, result.run.factors.tables
    composed = [(number, row) for number, sheet in enumerate(tables) for row in sheet.compositions]
    rows = matches.factor_rows[matches.request]
    chosen = np.zeros(len(rows), dtype=bool)
    for pair in composed:
        chosen |= (rows == pair).all(axis=1)
    lines: list[int] = np.flatnonzero(chosen).tolist()
    return lines


def _balancing_lines(result: Footprint) -> list[int]:
    """Return the lines of flows that balance biogenic carbon."""
    balancing = [flow for stage in result.rules.document.stages for flow, spec in stage.flows.items() if spec.balance]
    chosen = np.isin(np.array([str(text) for text in result.lines.flow.categories]), balancing)[result.lines.flow.codes]
    lines: list[int] = np.flatnonzero(chosen).tolist()
    return lines


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
    read, shown = read_json(source, "result-form"), escape_controls(str(source))
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
    measures, notes = data["measures"], data["notes"]
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
        provenance=dict(data["provenance"]),
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
