"""Problems of draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source, default_values, number_rows, spec_of
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.inventory.quantity_checks import impossible_losses
from textile_pcf.messages.message import Message
from textile_pcf.rules.arrays import rule_arrays


def _location(activity: Activity, source: object) -> str:
    """Return the location of a number for a message."""
    if isinstance(source, ActivityRow) and 0 <= source.row < activity.columns.rows:
        return activity.columns.location(source.row, "amount")
    if isinstance(source, RuleNumber) and (spec := spec_of(activity, source)) is not None:
        return f"{activity.rules.name} ({activity.rules.stage_id(spec.stage)}.{spec.id})"
    return f"draws of {source!r}"


def wrong_arrays(activity: Activity, arrays: Mapping[object, FloatArray], count: int) -> Iterator[Problem]:
    """Yield a problem per array of draws that has another length than the longest one, or holds no finite numbers."""
    if not count:
        yield Problem("draws", Message("There are no draws."), Message("Give at least one draw of one number."), code="draws")
    for key, drawn in arrays.items():
        if drawn.shape != (count,):
            what = Message("These draws have the shape {shape}, not ({count},).", shape=drawn.shape, count=count)
            cure = Message("Give as many draws of each number, in one dimension.")
            yield Problem(_location(activity, key), what, cure, code="draws")
        elif not np.isfinite(drawn).all():
            what, cure = Message("Some draws are no finite numbers."), Message("Give a finite number for each draw.")
            yield Problem(_location(activity, key), what, cure, code="draws")


def unknown_sources(activity: Activity, values: Mapping[Source, FloatArray]) -> Iterator[Problem]:
    """Yield a problem per key that is no number of the product or of the rule."""
    rows = set(number_rows(activity).tolist())
    for source in values:
        if isinstance(source, ActivityRow):
            known = source.row in rows
        elif isinstance(source, RuleNumber):
            stated = default_values(activity, source)
            known = 0 <= source.entry < len(stated) and not np.isnan(stated[source.entry])
        else:
            known = isinstance(source, FactorRow)
        if not known:
            what = Message("This is no number of the product {product!r}.", product=activity.names[0])
            cure = Message("Choose from the numbers that `stated_values` names.")
            yield Problem(_location(activity, source), what, cure, code="draws")


def unknown_suppliers(activity: Activity, suppliers: Mapping[str, FloatArray]) -> Iterator[Problem]:
    """Yield a problem per supplier that is no product of the run."""
    for name in suppliers:
        if name not in activity.products:
            what = Message("There is no product {product!r} in this run.", product=name)
            yield Problem("suppliers", what, Message("Name products of the run."), code="draws")


def impossible_values(activity: Activity, values: Mapping[Source, FloatArray]) -> Iterator[Problem]:
    """Yield a problem per number with draws that it cannot have."""
    arrays, patterns = rule_arrays(activity.rules), activity.rows.patterns
    total = np.zeros(1)
    for source, drawn in values.items():
        any_sign, positive = isinstance(source, FactorRow), False
        if isinstance(source, ActivityRow):
            pattern = activity.rows.pattern[source.row]
            kind = patterns.row_kind[pattern]
            any_sign = bool(kind == RowKind.FLOW and arrays.flow_any_sign[patterns.index[pattern]])
            positive = bool(kind == RowKind.OUTPUT)
        elif isinstance(source, RuleNumber):
            any_sign = source.kind == "flow" and bool(arrays.flow_any_sign[source.index])
        if (positive and (drawn <= 0).any()) or (not any_sign and (drawn < 0).any()):
            what = Message("A draw of {value} is impossible.", value=f"{drawn.min():.6g}")
            cure = "Draw from a distribution that stays above zero."
            yield Problem(_location(activity, source), what, cure, activity.names[0], "draws")
    components = activity.components
    for share, row in zip(components.share.tolist(), components.share_row.tolist(), strict=True):
        total = total + values.get(ActivityRow(row), share)
    if (total <= 0).any():
        shares = "In some draws all shares of the product are zero."
        cure = "Draw from a distribution that stays above zero."
        yield Problem(activity.columns.table.name, shares, cure, activity.names[0], "draws")


def refuse_impossible(activity: Activity, quantities: Quantities) -> None:
    """Raise one error if draws give quantities that cannot be."""
    name = activity.names[0]
    used = np.unique(np.concatenate([np.empty(0, dtype=np.intp), *activity.structure.process_losses]))
    used = used[used >= 0]
    wrong = used[impossible_losses(activity, quantities.losses)[used]]
    if len(wrong):
        at = int(wrong[quantities.losses[wrong].argmax()])
        spec = activity.rules.losses[int(np.searchsorted(activity.loss_entries.offsets, at, side="right")) - 1]
        row = int(activity.loss_rows[at])
        source = ActivityRow(row) if row >= 0 else RuleNumber("loss", spec.index)
        what = Message("A drawn loss of {value} is impossible.", value=f"{quantities.losses[at]:.6g}")
        cure = "Draw from a distribution that stays where a loss can be, such as a logit-normal one."
        raise InputError([Problem(_location(activity, source), what, cure, name, "draws")])
    if quantities.problems:
        first = quantities.problems[0]
        what = Message("Some draws of {product!r} cannot be calculated: {reason}", product=name, reason=first.what)
        raise InputError([Problem(first.where, what, first.cure, name, "draws")])
