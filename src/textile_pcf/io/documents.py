"""The border to files: strict documents checked against models, tables, and where the shipped data lies.

YAML is read by `strict_yaml`, tables by `tables`; this module adds the frozen base model and turns what pydantic finds
into problems that say file, line and cure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.strict_yaml import Document
from textile_pcf.suggest import nearest

_KINDS = {
    "float_type": ("is not a number.", "Write a plain number such as 2.5, without quotes or unit."),
    "int_type": ("is not a whole number.", "Write a whole number such as 2024, without quotes."),
    "string_type": ("is not a text.", "Write a text; put quotes around what looks like a number."),
    "bool_type": ("is neither true nor false.", "Write true or false."),
    "date_type": ("is not a date.", "Write a date such as 2026-01-31."),
    "finite_number": ("is not a finite number.", "Write a finite number."),
}


HINTED = 1_000  # faults for which a name is looked for that may be meant: more than anybody is told
Model = TypeVar("Model", bound=BaseModel)
_UNCOERCED = frozenset({"float", "int", "bool"})


_SCALAR_ERRORS = frozenset({
    "float_type", "int_type", "string_type", "bool_type", "literal_error", "none_required", "date_type", "enum",
})  # fmt: skip


_SHAPE_ERRORS = frozenset({"model_type", "model_attributes_type", "dict_type", "list_type", "tuple_type"})


def _without_coercion(schema: Any) -> Any:
    """A pydantic schema in which numbers and booleans are taken as they are."""
    if isinstance(schema, dict):
        inner = {key: _without_coercion(value) for key, value in schema.items()}
        return {**inner, "strict": True} if inner.get("type") in _UNCOERCED else inner
    return [_without_coercion(value) for value in schema] if isinstance(schema, list) else schema


class Strict(BaseModel):
    """Base of every model: frozen, unknown keys refused, no text taken for a number, fields told by the text below."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        uncoerced: CoreSchema = _without_coercion(handler(source))
        return uncoerced


class Source(Strict):
    """Where numbers come from: a publication, a data set, a measurement."""

    title: str
    """Title as printed."""
    year: int | None = None
    """Year of publication."""
    url: str | None = None
    """Where it can be found."""
    licence: str | None = None
    """Licence of the source, as its publisher names it."""
    publisher: str | None = None
    """Who published it."""
    author: str | None = None
    """Who wrote it."""
    accessed: str | None = None
    """Date of access, `2026-01-31`."""
    note: str | None = None
    """What else a reader should know, such as the attribution a licence asks for."""
    access: Literal["text", "contents", "abstract", "secondary", "news"] | None = None
    """How much of it was read: its text, its contents page, its abstract, another source about it, news about it."""


class Cited(Strict):
    """A number that knows where it comes from."""

    value: float
    """Magnitude, in `unit`."""
    unit: str
    """Unit as written, such as `kWh/kg`."""
    source: str
    """Key of the source under `sources`."""
    locator: str
    """Where in the source: table, clause or page."""


def validated(model: type[Model], document: Document, error: type[PcfError]) -> Model:
    """A document as a checked model.

    Raises
    ------
    error
        With every field that is missing, unknown or of the wrong kind, each as `file:line (path.in.document)`.

    Examples
    --------
    >>> document = parse_yaml("title: Mill survey\\nyaer: 2024", "rule.yaml", PcfError)
    >>> validated(Source, document, PcfError)
    Traceback (most recent call last):
    textile_pcf.errors.PcfError: 1 problem in the calculation:
      rule.yaml:2 (yaer): 'yaer' is not known here. Did you mean 'year'?
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as found:
        faults = [(document.known(fault["loc"]), fault) for fault in found.errors(include_url=False)]
    known = _Found.of(faults)
    meant = [(path, fault) for path, fault in faults if not _other_branch(path, fault, known)]
    problems = [_problem(model, document, *each, hint=number < HINTED) for number, each in enumerate(meant)]
    raise error(_joined(problems)) from None


class _Found(NamedTuple):
    """Kinds of the faults at each path, and all paths that have some below them."""

    kinds: dict[tuple[Any, ...], set[str]]
    above: set[tuple[Any, ...]]

    @classmethod
    def of(cls, faults: list[tuple[tuple[Any, ...], Any]]) -> _Found:
        """Those of all faults, so that each can be looked up."""
        found = cls({}, set())
        for path, fault in faults:
            found.kinds.setdefault(path, set()).add(fault["type"])
            found.above.update(path[:length] for length in range(len(path)))
        return found


def _other_branch(path: tuple[Any, ...], fault: Any, found: _Found) -> bool:
    """Whether a fault belongs to a form that was not meant: a mapping is no number, but something in it is wrong."""
    kinds = found.kinds[path]
    if isinstance(fault["input"], dict) and fault["type"] in _SCALAR_ERRORS | {"list_type", "tuple_type"}:
        return path in found.above or bool(kinds - (_SCALAR_ERRORS | _SHAPE_ERRORS))
    if not isinstance(fault["input"], dict | list) and fault["type"] in _SHAPE_ERRORS:
        return bool(kinds - _SHAPE_ERRORS)
    return False


def _problem(model: type[BaseModel], document: Document, path: tuple[Any, ...], fault: Any, hint: bool) -> Problem:
    kind, seen, context = fault["type"], fault["input"], fault.get("ctx", {})
    last = fault["loc"][-1] if fault["loc"] else ""
    if kind == "missing" and isinstance(last, int):
        return Problem(document.place(path), "This list has too few entries.", "Write all of them.", code=kind)
    if kind == "missing":
        return Problem(document.place((*path, last)), f"{last!r} is missing.", f"Add `{last}: ...` here.", code=kind)
    if kind == "extra_forbidden":
        known = _fields(model, fault["loc"][:-1])
        near = nearest(str(last), known) if hint else None
        cure = f"Did you mean {near!r}?" if near else f"Known here: {', '.join(known)}." if known else "Leave it out."
        return Problem(document.place(path), f"{last!r} is not known here.", cure, code=kind)
    if kind in ("value_error", "assertion_error"):
        raised = context.get("error")
        said = str(raised).strip() or "This value is not allowed."
        what, cure = getattr(raised, "what", said), getattr(raised, "cure", "")
        return Problem(document.place(path), what if what.endswith((".", "!", "?")) else f"{what}.", cure, code=kind)
    what, cure = _words(kind, seen, context, fault["msg"], hint)
    return Problem(document.place(path), what, cure, code=kind)


def _words(kind: str, seen: Any, context: dict[str, Any], message: str, hint: bool) -> tuple[str, str]:
    shown = _shown(seen)
    if kind == "literal_error":
        words = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        near = nearest(str(seen), words) if hint and isinstance(seen, str) else None
        cure = f"Did you mean {near!r}?" if near else f"Write one of: {', '.join(words)}."
        return f"{shown} is none of the words that may stand here.", cure
    if kind in _KINDS:
        what, cure = _KINDS[kind]
        return f"{shown} {what}", cure
    if kind in ("too_short", "too_long"):
        few = kind == "too_short"
        limit = f"at least {context.get('min_length')}" if few else f"at most {context.get('max_length')}"
        return f"There are too {'few' if few else 'many'} entries here.", f"Write {limit}."
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{shown} stands where `key: value` lines belong.", "Write a mapping, such as {value: 2, unit: kg}."
    if kind in ("list_type", "tuple_type"):
        return f"{shown} stands where a list belongs.", "Write a list: [first, second], or lines that start with '- '."
    if kind.startswith(("greater_than", "less_than")):
        bound = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        limits = [f"{words} {context[key]:g}" for key, words in bound.items() if key in context]
        return f"{shown} is out of range.", f"Write a number of {' and '.join(limits)}."
    if kind.startswith("string_"):
        return f"{shown} is not a text of the right form.", f"{message.replace('String should', 'It should')}."
    return f"{shown} cannot stand here: {message}.", "Compare it with the form of this file in docs/formats.md."


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "A mapping"
    if isinstance(value, list | tuple):
        return "A list"
    if value is None:
        return "An empty value"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _joined(problems: list[Problem]) -> list[Problem]:
    """One problem per place: several forms that a value could have had are joined in one cure."""
    first: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        key = (problem.where, problem.what if problem.code not in _SCALAR_ERRORS | _SHAPE_ERRORS else "")
        if key not in first:
            first[key] = problem
        elif problem.cure and problem.cure not in first[key].cure:
            old = first[key]
            what = re.sub(r" (is|stands|cannot) .*", " cannot stand here.", old.what)
            first[key] = Problem(old.where, what, f"{old.cure} Or: {problem.cure}", old.product, old.code)
    return list(first.values())


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Names of the fields a model has at a path of pydantic; other parts (keys, indices, forms) are passed."""
    models = [model]
    for part in path:
        narrowed = [each for each in models if each.__name__ == part]
        inner = [found for each in models for found in _models(_annotation(each, part))]
        models = narrowed or inner or models
    return list(dict.fromkeys(field.alias or name for each in models for name, field in each.model_fields.items()))


def _annotation(model: type[BaseModel], part: Any) -> Any:
    for name, field in model.model_fields.items():
        if part in (name, field.alias):
            return field.annotation
    return None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
