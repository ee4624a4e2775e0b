"""Write results to files, with every view of them, to be read again without inputs and without calculating."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.audit import saved_arrays
from textile_pcf.audit.canonical import sha256_of_json
from textile_pcf.audit.label_quality import label_quality
from textile_pcf.audit.saved_arrays import messages, numbers
from textile_pcf.audit.saved_footprint import FORM, SavedFootprint, parsed_rule
from textile_pcf.audit.saved_tables import write_table
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.messages.catalogue import LANGUAGES
from textile_pcf.results import Footprint
from textile_pcf.results.environment import environment
from textile_pcf.results.licence import refuse_masked
from textile_pcf.rules import flat_rule

ENDING, TABLE_ENDING = ".json", ".parquet"
ARRAYS = ("by_stage", "emissions_by_stage", "split_totals", "totals")


def save(result: Footprint, path: str | Path) -> Path:
    """Write a result to a file; see `Footprint.save`.

    Parameters
    ----------
    result : Footprint
    path : str or Path
        File to write; its name ends in .json, or in .parquet for the lines as columns and all else in its metadata.

    Raises
    ------
    UsageError
        The name ends in something else, the result is published or its rule is in memory, or the file cannot be written.
    """
    out = as_path(path, "path")
    where = f"save {out}"
    if out.suffix.lower() not in (ENDING, TABLE_ENDING):
        what, cure = "A saved result is a JSON or Parquet file.", "End its name in .json or .parquet."
        raise UsageError([Problem(where, what, cure, code="usage")])
    refuse_masked(result, where)
    data = _content(result, where)
    sealed = {**data, "seal": sha256_of_json(data)}
    if out.suffix.lower() == TABLE_ENDING:
        stages = [stage.id for stage in result.stages]
        write_atomically(out, lambda draft: write_table(sealed, stages, draft), where)
        return out
    text = indented_json(sealed)
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
        **({"kept": {name: list(texts) for name, texts in result.kept.items()}} if result.kept else {}),
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
