"""Columns of the files of one source: known ones, the same in all files, and those that hive partitions name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textile_pcf.activity.columns import NUMBERS
from textile_pcf.batch.partitions import activity_header, no_product_column
from textile_pcf.batch.source_files import SourceFile
from textile_pcf.errors import Problem
from textile_pcf.io.arrow_columns import kind_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message


def column_problems(file: SourceFile, heads: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each column of a file or its path that is not known or occurs twice, and for a missing product.

    Parameters
    ----------
    file : SourceFile
    heads : sequence of str
        Headers of the file.
    """
    header, where = activity_header(), escape_controls(file.label)
    if heads.count("") > 1:
        yield Problem(where, "Several columns have no name.", "Give each a name, or leave it out.", code="headless")
    yield from header.problems(heads, lambda column: where)
    names = [header.name(head) for head in heads]
    yield from partition_problems(file, names)
    if "product" not in names and "product" not in [header.name(head) for head, _ in file.columns]:
        yield no_product_column(where)


def partition_problems(file: SourceFile, names: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each hive partition that names no column of texts, or one that the file has.

    Parameters
    ----------
    file : SourceFile
    names : sequence of str
        Columns of the file.
    """
    header, where = activity_header(), escape_controls(file.label)
    earlier = list(names)
    for head, text in file.columns:
        part, name = f"{head}={text}", header.name(head)
        if not header.knows(name) or name in NUMBERS:
            what = Message("The folder {part} names no text column of activity data.", part=part)
            known = ", ".join(column for column in header.known or () if column not in NUMBERS)
            cure = Message("Rename the folder without `=`, or name one of these columns: {known}.", known=known)
            yield Problem(where, what, cure, code="partition-column")
        elif name in earlier:
            what = Message("The folder {part} names the column {name!r}, which there is already.", part=part, name=name)
            yield Problem(where, what, "Write the file without this column, or rename the folder.", code="column-twice")
        earlier.append(name)


def differing_columns(columns: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Yield a problem for each file whose columns are not those of the first.

    Parameters
    ----------
    columns : mapping
        Columns of each file by its path.
    """
    first = next(iter(columns), "")
    for path, names in columns.items():
        lacking = [name for name in columns[first] if name not in names]
        further = [name for name in names if name not in columns[first]]
        cure = "Write all files with the same columns; a column may be empty."
        if lacking:
            what = Message("This file lacks columns of {first}: {columns}.", columns=", ".join(lacking), first=first)
            yield Problem(escape_controls(path), what, cure, code="mixed-columns")
        if further:
            what = Message("This file has columns that {first} lacks: {columns}.", columns=", ".join(further), first=first)
            yield Problem(escape_controls(path), what, cure, code="mixed-columns")


def differing_types(schemas: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each column that holds texts in one file and numbers in another.

    Parameters
    ----------
    schemas : mapping
        Arrow schema of each file by its path.
    """
    kinds: dict[str, tuple[str, str]] = {}  # kind of a column, and the first file that has a kind of it
    for path, schema in schemas.items():
        for field in schema:
            kind = kind_of(field.type)
            if kind == "nothing":
                continue
            known, other = kinds.setdefault(field.name, (kind, path))
            if kind != known:
                template = "The column {name!r} holds {kind} here and {known} in {other}."
                what = Message(template, name=field.name, kind=kind, known=known, other=other)
                yield Problem(escape_controls(path), what, "Write it with one type in all files.", code="mixed-types")
