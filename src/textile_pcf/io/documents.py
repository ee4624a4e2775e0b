"""Strict documents: frozen pydantic models, and their validation errors as problems with file, line and cure."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import RLock
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from textile_pcf.errors import PcfError
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.io.validation_problems import problems_of

Model = TypeVar("Model", bound=BaseModel)
_UNCOERCED = frozenset({"float", "int", "bool"})
_building = RLock()


def _without_coercion(schema: Any, model: type[BaseModel]) -> Any:
    """Return the pydantic schema of a model, in which numbers and booleans are not converted from other types.

    Another model inside it is left as it is: it went through here when its own schema was made.
    """
    if isinstance(schema, dict):
        kind = schema.get("type")
        if kind == "model" and schema["cls"] is not model:
            return schema
        inner = {key: _without_coercion(value, model) for key, value in schema.items()}
        return {**inner, "strict": True} if kind in _UNCOERCED else inner
    return [_without_coercion(value, model) for value in schema] if isinstance(schema, list) else schema


class Strict(BaseModel):
    """Base class of all models: frozen, without unknown keys and without conversion of texts to numbers.

    The string below a field is its description in the JSON schema. It is read from the source when a JSON schema is asked
    for, and a validator is built when a document is validated: making both with each class took a tenth of a cold start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def model_rebuild(cls, *, _parent_namespace_depth: int = 2, **options: Any) -> bool | None:
        """Build the validator; one thread at a time, which pydantic itself sees to from 2.14 on."""
        with _building:
            return super().model_rebuild(_parent_namespace_depth=_parent_namespace_depth + 1, **options)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        uncoerced: CoreSchema = _without_coercion(handler(source), cls)
        return uncoerced

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        keys = handler.resolve_ref_schema(described).get("properties", {})
        for name, description in _descriptions(cls).items():
            keys[cls.model_fields[name].alias or name].setdefault("description", description)
        return described


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return the string below each field of a model and of those that it extends."""
    found: dict[str, str] = {}
    for owner in (each for each in reversed(model.__mro__) if issubclass(each, Strict)):
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
        assert isinstance(definition, ast.ClassDef)
        for field, below in pairwise(definition.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    return found


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


class CitedNumbers(Strict):
    """Numbers of a package, in a file beside its modules."""

    sources: dict[str, Source]
    """Where the numbers come from."""
    constants: dict[str, Cited]
    """The numbers."""


@cache
def cited_numbers(path: Path) -> CitedNumbers:
    """Return the numbers of a shipped file with their sources."""
    return validate_document(CitedNumbers, read_yaml(path, PcfError), PcfError)


def validate_document(model: type[Model], document: Document, error: type[PcfError]) -> Model:
    r"""Validate a document against a model.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        The model of the root of the document.
    document : Document
        The data with their lines.
    error : type of PcfError
        Class of the error to raise.

    Returns
    -------
    Model
        An instance of `model`.

    Raises
    ------
    error
        With every field that is missing, unknown or of the wrong type, each as `file:line (path.in.document)`.

    Examples
    --------
    >>> from textile_pcf.io.strict_yaml import parse_yaml
    >>> document = parse_yaml("title: Mill survey\nyaer: 2024", "rule.yaml", PcfError)
    >>> validate_document(Source, document, PcfError)
    Traceback (most recent call last):
    textile_pcf.errors.PcfError: 1 problem in the calculation:
      rule.yaml:2 (yaer): 'yaer' is not known here. Did you mean 'year'?
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as fault:
        problems = problems_of(model, document, fault)
    raise error(problems) from None
