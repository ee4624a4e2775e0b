"""Strict documents: frozen pydantic models, and their validation errors as problems with file, line and cure."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from textile_pcf.errors import PcfError
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.io.validation_problems import problems_of

Model = TypeVar("Model", bound=BaseModel)
_UNCOERCED = frozenset({"float", "int", "bool"})


def _without_coercion(schema: Any) -> Any:
    """Return a pydantic schema in which numbers and booleans are not converted from other types."""
    if isinstance(schema, dict):
        inner = {key: _without_coercion(value) for key, value in schema.items()}
        return {**inner, "strict": True} if inner.get("type") in _UNCOERCED else inner
    return [_without_coercion(value) for value in schema] if isinstance(schema, list) else schema


class Strict(BaseModel):
    """Base class of all models: frozen, without unknown keys and without conversion of texts to numbers.

    The string below a field is its description in the JSON schema.
    """

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
