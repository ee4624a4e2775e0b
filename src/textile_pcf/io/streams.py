"""Tables of other libraries, read as streams of arrow record batches by duck typing: none of these libraries is imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message

METHODS = ("__arrow_c_stream__", "scanner", "to_reader", "collect_batches")
"""What a source has of which record batches can be read; the first one that it has is used."""


def is_stream(source: Any) -> bool:
    """Return whether an object gives its rows as a stream of arrow record batches.

    These are objects with the Arrow C stream (`__arrow_c_stream__`, of the Arrow PyCapsule interface), such as a polars
    DataFrame, a duckdb relation or a pyarrow RecordBatchReader; a pyarrow Dataset or Scanner; and a polars LazyFrame.

    Examples
    --------
    >>> import pyarrow as pa
    >>> is_stream(pa.table({"product": ["P"]}).to_reader()), is_stream([{"product": "P"}])
    (True, False)
    """
    return not isinstance(source, type) and any(callable(getattr(source, name, None)) for name in METHODS)


def not_a_table(source: Any) -> UsageError:
    """Return the error of an object that has no columns with names."""
    what = Message("A {type_name} is not a table.", type_name=type(source).__name__)
    cure = "Give a path, a pandas DataFrame, a list of rows, or {product: ID, rows: [...]}."
    return UsageError([Problem("input", what, cure, code="input")])


def arrow_batches(source: Any) -> Iterator[Any]:
    """Yield the rows of a source as pyarrow tables, in the order of the source. Empty ones may be among them.

    Parameters
    ----------
    source : object
        A stream, see `is_stream`. A reader is empty afterwards.

    Raises
    ------
    UsageError
        It is a stream of one column without a name, such as a pandas Series, or a column is of a type that Arrow has not.
    """
    import pyarrow as pa

    method = next(name for name in METHODS if callable(getattr(source, name, None)))
    if method == "collect_batches":  # a polars LazyFrame
        for frame in source.collect_batches(maintain_order=True):
            yield _reader(frame).read_all()
        return
    if method == "__arrow_c_stream__":
        reader = _reader(source)
    else:
        reader = (source.scanner() if method == "scanner" else source).to_reader()
    yield reader.schema.empty_table()
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _reader(source: Any) -> Any:
    """Return a reader of an object with an Arrow stream."""
    import pyarrow as pa

    try:
        return pa.RecordBatchReader.from_stream(source)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        raise _columns_unread(source) or not_a_table(source) from error


def _columns_unread(source: Any) -> UsageError | None:
    """Return the error of the columns whose type is not one of Arrow, such as Int128 of polars; None if there is none."""
    import pyarrow as pa

    problems = []
    schema = getattr(source, "schema", None)
    for name, type_name in schema.items() if isinstance(schema, Mapping) and hasattr(source, "select") else ():
        try:
            pa.RecordBatchReader.from_stream(source.select([name]))
        except pa.ArrowInvalid:
            what = Message(
                "The column {name!r} is of type {type_name}, which is not read.", name=name, type_name=str(type_name)
            )
            problems.append(Problem("input", what, "Make it Int64, Float64 or a text.", code="column-type"))
    return UsageError(problems) if problems else None


def arrow_table(source: Any) -> Any:
    """Return the rows of a stream as one pyarrow table."""
    import pyarrow as pa

    return pa.concat_tables(list(arrow_batches(source)))
