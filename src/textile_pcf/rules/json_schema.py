"""JSON Schema of rule files as people write them: with `extends`, `use` and shared pieces, before they are flattened."""

from __future__ import annotations

from typing import Any

from textile_pcf.rules.flatten import SharedPieces
from textile_pcf.rules.schema import RuleDocument

_TEXTS = {"type": "array", "items": {"type": "string"}}
_USE = {
    "use": {
        "anyOf": [{"type": "string"}, {**_TEXTS, "minItems": 1}],
        "description": "Pieces that stand here; what is written beside it replaces their keys",
    },
    "with": {"type": "object", "description": "Parameters of the piece"},
}
_PLACE = {
    "after": {"type": "string", "description": "Where a new stage of an extending rule stands"},
    "before": {"type": "string", "description": "Where a new stage of an extending rule stands"},
}
_HEAD = {
    "extends": {
        "type": "string",
        "description": "The rule that this one extends: NAME@EDITION, or the path of a file; what is written here adds to it",
    },
    "remove": {
        "anyOf": [{"type": "string"}, _TEXTS],
        "description": "What of the extended rule is taken away: stage, stage.flow, stage.flow.key",
    },
    "shared": {
        "anyOf": [{"type": "string"}, _TEXTS],
        "description": "Files of pieces: NAME@EDITION of a shipped one, or a path",
    },
    "pieces": {
        "type": "object",
        "description": "Pieces of stages, flows, properties and losses by name, for `use`",
        "additionalProperties": {
            "type": "object",
            "properties": {
                "parameters": {"type": "object", "description": "Parameter: default, or empty where it must be given"}
            },
        },
    },
}
_WITH_PIECES = {
    "Product": _USE,
    "Alternative": _USE,
    "Clauses": _USE,
    "Clause": _USE,
    "Stage": {**_USE, **_PLACE},
    "Flow": _USE,
    "Property": _USE,
    "Loss": {**_USE, **_PLACE},
}
_PIECES = ("Stage", "Flow", "Property", "Loss", "Alternative", "Clauses", "Product")
"""What a piece may be a part of."""
_EXTENDED = ("product", "stages")
"""Keys that a rule needs unless it extends another."""


def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema of rule files, for completion and checks in an editor.

    Required keys may come from a piece or from the extended rule; there they are not asked for.

    Returns
    -------
    dict
        The schema.

    Examples
    --------
    >>> rule_schema()["properties"]["extends"]["type"]
    'string'
    """
    schema = RuleDocument.model_json_schema()
    models = schema["$defs"]
    for name, keys in _WITH_PIECES.items():
        models[name]["properties"].update(keys)
        required = models[name].pop("required", None)
        if required:
            models[name]["anyOf"] = [{"required": required}, {"required": ["use"]}]
    for name in ("Stage", "Loss", "Product"):
        models[f"{name}Change"] = _change_of(models[name])
    models["Stage"].update(_losses_of_a_piece(models["Stage"]["properties"]["losses"]))
    models["Stage"]["properties"]["losses"] = {"description": models["Stage"]["properties"]["losses"]["description"]}
    schema["properties"].update(_HEAD)
    whole = schema["required"]
    schema["required"] = [key for key in whole if key not in _EXTENDED]
    schema["if"] = {"required": ["extends"]}
    schema["then"] = {"properties": {key: _as_change(schema["properties"][key]) for key in _EXTENDED}}
    schema["else"] = {"properties": {key: schema["properties"][key] for key in _EXTENDED}, "required": list(_EXTENDED)}
    schema["properties"].update({key: {"description": schema["properties"][key]["description"]} for key in _EXTENDED})
    return schema


def pieces_schema() -> dict[str, Any]:
    """Return the JSON Schema of files of shared pieces, for completion and checks in an editor.

    A piece may hold keys of a stage, a flow, a property, a loss, an alternative, the product or clauses. Their values are not
    checked here, because a piece may have places such as `<distance>` in them; rules that use it are.

    Returns
    -------
    dict
        The schema.

    Examples
    --------
    >>> sorted(pieces_schema()["required"])
    ['edition', 'pieces', 'shared']
    """
    schema = SharedPieces.model_json_schema()
    models = rule_schema()["$defs"]
    keys: dict[str, Any] = {
        "parameters": {"type": "object", "description": "Parameter: default, or empty where it must be given"}
    }
    for name in reversed(_PIECES):
        keys |= {key: {"description": field.get("description", "")} for key, field in models[name]["properties"].items()}
    piece = {"type": "object", "properties": keys, "additionalProperties": False}
    schema["properties"]["pieces"] = {**schema["properties"]["pieces"], "additionalProperties": piece}
    return schema


def _losses_of_a_piece(losses: dict[str, Any]) -> dict[str, Any]:
    """Return what a stage demands of its losses: whole ones, unless a piece may have the rest of them."""
    changes = {"properties": {"losses": _as_change(losses)}}
    return {"if": {"required": ["use"]}, "then": changes, "else": {"properties": {"losses": losses}}}


def _change_of(model: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what an extending rule writes: no key is required, since the extended rule may have it."""
    kept = {key: value for key, value in model.items() if key not in ("required", "anyOf")}
    properties = {key: _as_change(value) if key == "losses" else value for key, value in kept["properties"].items()}
    return {**kept, "properties": properties, "title": f"{model['title']}Change"}


def _as_change(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field that refers to changes of stages, losses or the product in place of whole ones."""
    if "items" in field:
        return {**{key: value for key, value in field.items() if key != "minItems"}, "items": _as_change(field["items"])}
    return {**field, "$ref": f"{field['$ref']}Change"} if "$ref" in field else field
