"""Schema of an adapter: a mapping from columns of a foreign table to columns of a factor table, and nothing else."""

from __future__ import annotations

import codecs
import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from textile_pcf.errors import InvalidValueError
from textile_pcf.factors.table import COLUMNS
from textile_pcf.io.documents import Source, Strict
from textile_pcf.io.localized import Text
from textile_pcf.messages.message import Message

REQUIRED = ("item", "value", "unit", "region", "year", "kind", "gwp", "locator")
ORIGINS = ("text", "column", "join", "asked", "from_header", "header", "under")
"""Where the content of a column comes from; each has exactly one."""
OF_VALUE = ("column", "header", "under", "per", "size")
"""What the column `value` may say."""
LONGEST_PATTERN = 200


def _compile_pattern(pattern: str | None) -> str | None:
    """Return a regular expression after a check; a repetition of a repetition is refused, for it can run for ever."""
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        what = Message("{pattern!r} is no regular expression: {reason}.", pattern=pattern[:80], reason=Message(str(error)))
        raise InvalidValueError(what, "Correct it; test it on one cell first.") from None
    if len(pattern) > LONGEST_PATTERN or re.search(r"[+*}]\)[+*{]", pattern):
        raise InvalidValueError("This regular expression is too long, or repeats a repetition.", "Write a simpler one.")
    return pattern


class Reading(Strict):
    """How the file is read."""

    header: list[str]
    """Columns that the header row has; it is looked for in the first 20 rows."""
    sheet: str | None = None
    """Title of the sheet of a workbook."""
    separator: str = ","
    """What separates the cells of a text file."""
    decimal: Literal[".", ","] = "."
    """Decimal sign of numbers; with a comma, blanks inside numbers go."""
    encoding: list[str] = ["utf-8"]
    """Encodings of a text file, tried in order."""

    @field_validator("header")
    @classmethod
    def _not_empty(cls, header: list[str]) -> list[str]:
        if not header:
            raise InvalidValueError("No column of the header row is named.", "Name at least one.")
        return header

    @field_validator("separator")
    @classmethod
    def _one_sign(cls, separator: str) -> str:
        if len(separator) != 1 or separator in '"\r\n':
            raise InvalidValueError("A separator is one sign.", 'Write ",", ";" or a tab ("\\t").')
        return separator

    @field_validator("encoding")
    @classmethod
    def _known(cls, encodings: list[str]) -> list[str]:
        for name in encodings:
            try:
                "".encode(codecs.lookup(name).name)  # a codec of texts, not one such as zlib
            except (LookupError, ValueError):
                what = Message("{name!r} is no encoding.", name=name[:40])
                raise InvalidValueError(what, "Write utf-8, gb18030 or windows-1252.") from None
        return encodings


class AdapterColumn(Strict):
    """One column of ours."""

    text: str | None = None
    """The same text in every row."""
    column: str | None = None
    """A column of theirs."""
    join: list[str] | None = None
    """Several columns of theirs; empty cells are passed over."""
    joined_with: str = Field(" ", alias="with")
    """What stands between joined cells."""
    required_value: str | None = Field(None, alias="asked")
    """What has to be given with `--set`, in words."""
    from_header: str | None = None
    """A named group of the expression in `header` of the value."""
    header: str | None = None
    """Value only: a regular expression of the name of the column."""
    under: list[str] | None = None
    """Value only: texts stacked above the header row."""
    per: str | None = None
    """Value only: divide by the size of this column, without its sign; gases and bounds of the row are divided with it."""
    size: bool = False
    """Value only: said for the reader; division is always by the size."""
    pattern: str | None = None
    """A regular expression; its first group counts."""
    words: dict[str, str] | None = None
    """Their word → ours; a row with another word is left out."""
    otherwise: str | None = Field(None, alias="else")
    """What a word that is not there becomes: `same`, or a text."""
    id: bool = False
    """Make an id of it: small letters, anything else becomes `_`."""
    prefix: str = ""
    """Text before it."""

    @field_validator("pattern", "header")
    @classmethod
    def _regular_expression(cls, pattern: str | None) -> str | None:
        return _compile_pattern(pattern)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = {**self.model_dump(by_alias=True)}
        given = [name for name in ORIGINS if origins[name] is not None]
        if len(given) != 1:
            what = Message("A column has exactly one origin; here are {count}.", count=len(given))
            raise InvalidValueError(what, Message("Write one of {origins}.", origins=", ".join(ORIGINS)))
        return self


class AdapterSource(Source):
    """Source of a table, with the key that its rows cite."""

    key: str
    """Key of the source."""


class AdapterTable(Strict):
    """What the table that is written says of itself."""

    licence: str
    """Licence; no table without a word on it."""
    redistributable: bool
    """Whether the values may be passed on."""
    source: AdapterSource
    """Source of all rows."""
    attribution: str | None = None
    """Credit that the licence asks for."""
    note: Text | None = None
    """What a user must know."""


class Adapter(Strict):
    """A mapping of columns of others to a table of emission factors."""

    adapter: str
    """Its name."""
    title: Text | None = None
    """Title of the table."""
    read: Reading
    """How the file is read."""
    keep: dict[str, list[str]] = {}
    """Column of theirs → values; other rows are left out."""
    columns: dict[str, AdapterColumn]
    """Columns of ours."""
    table: AdapterTable
    """Licence, redistribution, source."""

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: dict[str, AdapterColumn]) -> dict[str, AdapterColumn]:
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            what = Message("Columns are missing: {missing}.", missing=", ".join(missing))
            raise InvalidValueError(what, Message("The columns {required} are required.", required=", ".join(REQUIRED)))
        unknown = [name for name in columns if name not in COLUMNS or name == "source"]
        if unknown:
            what = Message("There is no such column of factors: {unknown}.", unknown=", ".join(unknown))
            raise InvalidValueError(what, "See the columns of a table of emission factors; `source` comes from `table`.")
        ignored = [key for key in columns["value"].model_dump(by_alias=True, exclude_unset=True) if key not in OF_VALUE]
        if ignored:
            what = Message("`value` takes no {key!r}: its number is read as it stands.", key=ignored[0])
            raise InvalidValueError(what, "Name its column by `column`, `header` or `under`, and divide with `per`.")
        for name, column in columns.items():
            of_value = [key for key in ("header", "under", "per") if getattr(column, key) is not None]
            if of_value and name != "value":
                what = Message("{key!r} is for `value` only.", key=of_value[0])
                raise InvalidValueError(what, "Name the column with `column`.")
        return columns
