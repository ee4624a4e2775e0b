"""Validation errors of pydantic as problems: where in the document, what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from textile_pcf.errors import Problem
from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.messages.message import JoinedMessage, Message, sentences
from textile_pcf.suggest import nearest

MAX_SUGGESTIONS = 1_000
"""Number of errors for which a similar name is searched; more are never shown."""
_SIMPLE_TYPES = {
    "float_type": ("{shown} is not a number.", "Write a plain number such as 2.5, without quotes or unit."),
    "int_type": ("{shown} is not a whole number.", "Write a whole number such as 2024, without quotes."),
    "int_parsing_size": ("{shown} is out of range.", "Write a whole number such as 2024, without quotes."),
    "string_type": ("{shown} is not a text.", "Write a text; put quotes around what looks like a number."),
    "bool_type": ("{shown} is neither true nor false.", "Write true or false."),
    "date_type": ("{shown} is not a date.", "Write a date such as 2026-01-31."),
    "finite_number": ("{shown} is not a finite number.", "Write a finite number."),
}
_SCALAR_ERRORS = frozenset({
    "float_type", "int_type", "string_type", "bool_type", "literal_error", "none_required", "date_type", "enum",
})  # fmt: skip
_SEQUENCE_ERRORS = frozenset({"list_type", "tuple_type"})
_MAPPING_ERRORS = frozenset({"model_type", "model_attributes_type", "dict_type"})
_SHAPE_ERRORS = _SEQUENCE_ERRORS | _MAPPING_ERRORS
_BOUNDS = {"ge": "at least {bound:g}", "gt": "more than {bound:g}", "le": "at most {bound:g}", "lt": "less than {bound:g}"}


def problems_of(model: type[BaseModel], document: Document, fault: ValidationError) -> list[Problem]:
    """Return the problems of a document that does not match its model.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        The model of the root of the document.
    document : Document
        The data with their lines.
    fault : pydantic.ValidationError
        What pydantic found.

    Returns
    -------
    list of Problem
        One per location; errors of union members that were not meant are left out.
    """
    errors = [(document.existing_path(each["loc"]), each) for each in fault.errors(include_url=False)]
    index = _ErrorIndex.build(errors)
    meant = [(path, each) for path, each in errors if not _is_other_variant(path, each, index)]
    problems = [_problem(model, document, *each, suggest=number < MAX_SUGGESTIONS) for number, each in enumerate(meant)]
    return _merge_by_location(problems)


class _ErrorIndex(NamedTuple):
    """Error types at each path, and all paths that have errors below them."""

    types: dict[DocumentPath, set[str]]
    parents: set[DocumentPath]

    @classmethod
    def build(cls, errors: list[tuple[DocumentPath, Any]]) -> _ErrorIndex:
        index = cls({}, set())
        for path, error in errors:
            index.types.setdefault(path, set()).add(error["type"])
            index.parents.update(path[:length] for length in range(len(path)))
        return index


def _is_other_variant(path: DocumentPath, error: Any, index: _ErrorIndex) -> bool:
    """Return whether an error belongs to a member of a union that was not meant.

    For example, a mapping or a list is no number, but if something inside it is wrong, the mapping or the list was meant.
    """
    types, given = index.types[path], error["input"]
    others = _SEQUENCE_ERRORS if isinstance(given, dict) else _MAPPING_ERRORS
    if isinstance(given, dict | list) and error["type"] in _SCALAR_ERRORS | others:
        return path in index.parents or bool(types - (_SCALAR_ERRORS | _SHAPE_ERRORS))
    if not isinstance(given, dict | list) and error["type"] in _SHAPE_ERRORS:
        return bool(types - _SHAPE_ERRORS)
    return False


def _problem(model: type[BaseModel], document: Document, path: DocumentPath, error: Any, suggest: bool) -> Problem:
    """Return the problem of one validation error."""
    error_type, last = error["type"], error["loc"][-1] if error["loc"] else ""
    where = document.location(path)
    if error_type == "missing" and isinstance(last, int):
        what, cure = "This list has too few entries.", "Write all of them."
    elif error_type == "missing":
        where = document.location(path if path[-1:] == (last,) else (*path, last))  # data from memory keep the whole path
        what, cure = Message("{key!r} is missing.", key=last), Message("Add `{key}: ...` here.", key=last)
    elif error_type == "extra_forbidden":
        what, cure = Message("{key!r} is not known here.", key=last), _known_fields(model, error["loc"], suggest)
    elif error_type in ("value_error", "assertion_error"):
        what, cure = _raised_message(error.get("ctx", {}).get("error"))
    else:
        what, cure = _message(error, suggest)
    return Problem(where, what, cure, code=error_type)


def _known_fields(model: type[BaseModel], path: tuple[Any, ...], suggest: bool) -> str:
    """Return the cure for an unknown key: a similar key, or all known ones."""
    known = _fields(model, path[:-1])
    near = nearest(str(path[-1]), known) if suggest else None
    if near:
        return Message("Did you mean {close!r}?", close=near)
    return Message("Known here: {known}.", known=", ".join(known)) if known else "Leave it out."


def _raised_message(raised: Any) -> tuple[str, str]:
    """Return what is wrong and the cure, of an exception that a validator raised."""
    message = str(raised).strip() if raised is not None else ""
    what, cure = getattr(raised, "what", message or "This value is not allowed."), getattr(raised, "cure", "")
    return what if what.endswith((".", "!", "?")) else f"{what}.", cure


def _message(error: Any, suggest: bool) -> tuple[str, str]:
    """Return what is wrong with a value and the cure."""
    error_type, context, shown = error["type"], error.get("ctx", {}), _shown(error["input"])
    if error_type == "literal_error":
        return Message("{shown} is not one of the words allowed here.", shown=shown), _known_options(
            error["input"], context, suggest
        )
    if error_type in _SIMPLE_TYPES:
        what, cure = _SIMPLE_TYPES[error_type]
        return Message(what, shown=shown), cure
    if error_type == "too_short":
        return "There are too few entries here.", Message("Write at least {min_length}.", min_length=context.get("min_length"))
    if error_type == "too_long":
        return "There are too many entries here.", Message("Write at most {max_length}.", max_length=context.get("max_length"))
    if error_type in _MAPPING_ERRORS:
        return Message(
            "{shown} is found where `key: value` lines belong.", shown=shown
        ), "Write a mapping, such as {value: 2, unit: kg}."
    if error_type in _SEQUENCE_ERRORS:
        return Message(
            "{shown} is found where a list belongs.", shown=shown
        ), "Write a list: [first, second], or lines that start with '- '."
    if error_type.startswith(("greater_than", "less_than")):
        limits = [Message(text, bound=context[key]) for key, text in _BOUNDS.items() if key in context]
        return Message("{shown} is out of range.", shown=shown), Message(
            "Write a number of {limits}.", limits=JoinedMessage(limits, " and ", "、")
        )
    message = error["msg"]
    if error_type.startswith("string_"):
        return Message("{shown} is not a text of the right form.", shown=shown), _text_cure(error_type, context, message)
    return Message(
        "{shown} is not allowed here: {message}.", shown=shown, message=message
    ), "Compare it with the form of this file in docs/formats.md."


def _text_cure(error_type: str, context: dict[str, Any], message: str) -> str:
    """Return the cure for a text that breaks a pattern or a limit of its length."""
    if error_type == "string_pattern_mismatch":
        return Message("It should match pattern {pattern!r}.", pattern=context["pattern"])
    if error_type == "string_too_short":
        least = context["min_length"]
        one = Message("It should have at least {least} character.", least=least)
        return one if least == 1 else Message("It should have at least {least} characters.", least=least)
    if error_type == "string_too_long":
        return Message("It should have at most {most} characters.", most=context["max_length"])
    return f"{message.replace('String should', 'It should')}."


def _known_options(value: Any, context: dict[str, Any], suggest: bool) -> str:
    """Return the cure for a value that is not in a closed list."""
    options = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    near = nearest(str(value), options) if suggest and isinstance(value, str) else None
    return (
        Message("Did you mean {close!r}?", close=near)
        if near
        else Message("Write one of: {options}.", options=", ".join(options))
    )


def _shown(value: Any) -> str:
    """Return a value as messages quote it, at most 60 characters."""
    if isinstance(value, dict):
        return Message("A mapping")
    if isinstance(value, list | tuple):
        return Message("A list")
    if value is None:
        return Message("An empty value")
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _merge_by_location(problems: list[Problem]) -> list[Problem]:
    """Return one problem per location; the cures of several union members are joined by "Or:"."""
    first: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        key = (problem.where, problem.what if problem.code not in _SCALAR_ERRORS | _SHAPE_ERRORS else "")
        if key not in first:
            first[key] = problem
        elif problem.cure and problem.cure not in first[key].cure:
            old = first[key]
            what = old.what
            if isinstance(what, Message) and "shown" in what.values:
                what = Message("{shown} is not allowed here.", shown=what.values["shown"])
            cure = sentences(old.cure, Message("Or: {cure}", cure=_as_message(problem.cure)))
            first[key] = Problem(old.where, what, cure, old.product, old.code)
    return list(first.values())


def _as_message(text: str) -> Message:
    return text if isinstance(text, Message) else Message(text)


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Return the field names of the models at a path of pydantic, which holds keys, indices and names of union members."""
    models = [model]
    for part in path:
        narrowed = [each for each in models if each.__name__ == part]
        inner = [field_model for each in models for field_model in _models(_annotation(each, part))]
        models = narrowed or inner or models
    return list(dict.fromkeys(field.alias or name for each in models for name, field in each.model_fields.items()))


def _annotation(model: type[BaseModel], part: Any) -> Any:
    """Return the annotation of the field of a name or alias, or None."""
    for name, field in model.model_fields.items():
        if part in (name, field.alias):
            return field.annotation
    return None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield all models in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
