"""What an extending rule takes away and changes, checked against the rule that it extends."""

from __future__ import annotations

from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.rules.written import Written, index_of

_MAPS = ("flows", "properties")
UNKNOWN_PLACE = {
    "stages": "There is no stage {name!r} to stand beside.",
    "losses": "There is no loss {name!r} to stand beside.",
}


def without_removed(base: Written, rule: Written, problems: list[Problem]) -> Written:
    """Return a rule without what an extending rule lists under `remove`.

    Parameters
    ----------
    base : Written
        The extended rule, flat.
    rule : Written
        The extending rule; its `remove` lists `stage`, `stage.id`, `stage.id.key`, or the same of `product`.
    problems : list of Problem
        Targets that do not exist are added to it.
    """
    remove = rule.get("remove")
    targets = [] if remove is None else remove.value if isinstance(remove.value, list) else [remove]
    for target in targets:
        text = target.value if isinstance(target.value, str) else ""
        removed = _without(base, text.split("."))
        if removed is None:
            shown = text or str(target.plain())
            what = Message("There is no {shown!r} in the rule that is extended.", shown=shown)
            cure = Message("Write a stage, stage.flow, or stage.flow.key of it.")
            problems.append(Problem(target.place, what, did_you_mean(shown, _targets(base), cure)))
        else:
            base = _without_required(_without_alternative(removed, text), text)
    return base


def _without_alternative(base: Written, target: str) -> Written:
    """Return a rule whose alternatives do not name what was removed; a group with one way left is none."""
    groups = []
    for group in _list(base, "alternatives"):
        ways = [way for way in _list(group, "one_of") if way.value != target and not str(way.value).startswith(f"{target}.")]
        if len(ways) > 1:
            groups.append(group.with_value({**group.value, "one_of": group.value["one_of"].with_value(ways)}))
    alternatives = base.get("alternatives")
    return base if alternatives is None else base.with_value({**base.value, "alternatives": alternatives.with_value(groups)})


def _without_required(base: Written, target: str) -> Written:
    """Return a rule whose requirements on data do not name what was removed."""
    required = base.get("data_requirements")
    primary = None if required is None else required.get("primary")
    if required is None or primary is None or not isinstance(primary.value, list):
        return base
    kept = [flow for flow in primary.value if flow.value != target and not str(flow.value).startswith(f"{target}.")]
    required = required.with_value({**required.value, "primary": primary.with_value(kept)})
    return base.with_value({**base.value, "data_requirements": required})


def _without(base: Written, parts: list[str]) -> Written | None:
    """Return a rule without one thing; None if it is not there."""
    stages = base.get("stages")
    if parts[0] == "product":
        product = base.get("product")
        left = None if product is None or len(parts) < 2 else _without_inner(product, parts[1:])
        return None if left is None else base.with_value({**base.value, "product": left})
    index = None if stages is None else index_of(stages.value, parts[0])
    if stages is None or index is None:
        return None
    left = _without_inner(stages.value[index], parts[1:]) if len(parts) > 1 else None
    if len(parts) > 1 and left is None:
        return None
    kept = [*stages.value[:index], *([] if left is None else [left]), *stages.value[index + 1 :]]
    return base.with_value({**base.value, "stages": stages.with_value(kept)})


def _without_inner(owner: Written, parts: list[str]) -> Written | None:
    """Return a stage or the product without a flow, property, loss, or a key of one; None if it is not there."""
    for part in _MAPS:
        inner = owner.get(part)
        if inner is not None and isinstance(inner.value, dict) and parts[0] in inner.value:
            entry = _without_key(inner.value[parts[0]], parts[1:])
            others = {name: each for name, each in inner.value.items() if name != parts[0]}
            kept = others if len(parts) == 1 else {**inner.value, parts[0]: entry}
            return None if entry is None else owner.with_value({**owner.value, part: inner.with_value(kept)})
    losses = owner.get("losses")
    index = None if losses is None else index_of(losses.value, parts[0])
    if losses is None or index is None:
        return None
    entry = _without_key(losses.value[index], parts[1:])
    kept_losses = [*losses.value[:index], *([] if len(parts) == 1 else [entry]), *losses.value[index + 1 :]]
    return None if entry is None else owner.with_value({**owner.value, "losses": losses.with_value(kept_losses)})


def _without_key(entry: Written, keys: list[str]) -> Written | None:
    """Return an entry without a key; the entry itself if no key is named, None if there is no such key."""
    if not keys:
        return entry
    return entry.without(keys[0]) if len(keys) == 1 and entry.get(keys[0]) is not None else None


def check_changes(base: Written, own: Written, problems: list[Problem]) -> None:
    """Add the problems of changes that hit nothing: unknown stages without a place, and entries that are new but incomplete.

    Parameters
    ----------
    base, own : Written
        The extended rule and the changes, both flat.
    problems : list of Problem
        Problems are added to it.
    """
    stages = own.get("stages")
    _check_places(base, own, "stages", problems)
    _check_twins(_list(base, "stages"), _list(own, "stages"), problems)
    for stage in stages.value if stages is not None and isinstance(stages.value, list) else ():
        index = index_of(_list(base, "stages"), stage.text("id"))
        if index is not None:
            _check_entries(base.value["stages"].value[index], stage, problems)
        elif stage.text("id") is not None and stage.get("after") is None and stage.get("before") is None:
            what = Message("There is no stage {name!r} in the rule that is extended.", name=stage.text("id"))
            existing = [name for each in _list(base, "stages") if (name := each.text("id"))]
            cure = Message("A new stage needs a place: add `after:` or `before:` with a stage.")
            problems.append(Problem(stage.place, what, did_you_mean(stage.text("id") or "", existing, cure)))
    product, changed = base.get("product"), own.get("product")
    if product is not None and changed is not None:
        _check_entries(product, changed, problems)


def _check_places(base: Written, own: Written, part: str, problems: list[Problem]) -> None:
    """Add a problem for each place that cannot be: unknown, given twice, in a circle, or of what is there already."""
    entries = _list(own, part)
    old = _names(_list(base, part))
    placed = [*old, *(name for each in entries if (name := each.text("id")) and not _places(each))]
    pending = []
    for each in entries:
        places, name = _places(each), each.text("id") or ""
        if places and name in old:
            what = Message("{name!r} is in the rule that is extended, and has its place there.", name=name)
            cure = "Leave the place out; or name it under `remove` and write it anew."
            problems.append(Problem(places[0].place, what, cure))
        elif len(places) > 1:
            problems.append(
                Problem(places[1].place, "It stands after one and before another.", "Write one of `after` and `before`.")
            )
            placed.append(name)
        elif places:
            pending.append((name, places[0]))
    names = [*old, *(name for name in _names(entries) if name not in old)]
    while found := [each for each in pending if each[1].value in placed]:
        placed += [name for name, _ in found]
        pending = [each for each in pending if each not in found]
    for name, place in pending:
        known = [each for each in names if each != name]
        what = Message(UNKNOWN_PLACE[part], name=str(place.plain()))
        cure = Message("There are: {known}.", known=", ".join(known))
        if place.value in names:
            what, cure = Message("{name!r} gets its place from itself.", name=name), Message("Name one that has a place.")
            problems.append(Problem(place.place, what, cure))
        else:
            problems.append(Problem(place.place, what, did_you_mean(str(place.plain()), known, cure)))


def _check_twins(base: list[Written], own: list[Written], problems: list[Problem]) -> None:
    """Add a problem for each new stage that stands after the same one as another: nobody knows which of them comes first."""
    old, first = _names(base), dict[str, str]()
    for each in own:
        name, after = each.text("id") or "", each.text("after")
        if after is None or name in old:
            continue
        other = first.setdefault(after, name)
        if other != name:
            what = Message("{other!r} and {name!r} both stand after {after!r}.", other=other, name=name, after=after)
            problems.append(Problem(each.value["after"].place, what, Message("Write `after: {other}`.", other=other)))


def _names(entries: list[Written]) -> list[str]:
    return [name for each in entries if (name := each.text("id")) is not None]


def _places(entry: Written) -> list[Written]:
    return [place for key in ("after", "before") if (place := entry.get(key)) is not None]


def _check_entries(base: Written, own: Written, problems: list[Problem]) -> None:
    """Add a problem for each flow, property or loss that is new without unit and choice, and for wrong places of losses."""
    _check_places(base, own, "losses", problems)
    for part in (*_MAPS, "losses"):
        old, new = _entries(base, part), _entries(own, part)
        for name, entry in new.items():
            is_complete = entry.get("unit") is not None or entry.get("choice") is not None
            if name not in old and isinstance(entry.value, dict) and not is_complete:
                what = Message("There is no {name!r} in this stage of the rule that is extended.", name=name)
                cure = Message("A new flow, property or loss needs a unit.")
                problems.append(Problem(entry.place, what, did_you_mean(name, old, cure)))


def _entries(owner: Written, part: str) -> dict[str, Written]:
    inner = owner.get(part)
    if inner is not None and isinstance(inner.value, dict):
        return {str(name): entry for name, entry in inner.value.items()}
    return {entry.text("id") or "": entry for entry in _list(owner, part)}


def _list(owner: Written, key: str) -> list[Written]:
    inner = owner.get(key)
    return inner.value if inner is not None and isinstance(inner.value, list) else []


def _targets(base: Written) -> list[str]:
    """Return everything that can be removed, as `stage` and `stage.id`."""
    owners = [("product", base.get("product")), *((each.text("id") or "", each) for each in _list(base, "stages"))]
    inner = [
        f"{name}.{entry}" for name, owner in owners if owner for part in (*_MAPS, "losses") for entry in _entries(owner, part)
    ]
    return [*(name for name, _ in owners[1:]), *inner]
