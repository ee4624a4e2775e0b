"""Columns of several arrow sources under one schema: texts as codes, numbers as numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from textile_pcf.io.arrow_faults import is_text_type, to_common_type


def kind_of(arrow_type: Any) -> str:
    """Return what a column holds: `text`, `numbers`, `nothing` if it has no type, or its type.

    Examples
    --------
    >>> import pyarrow as pa
    >>> kind_of(pa.dictionary(pa.int8(), pa.string())), kind_of(pa.int8()), kind_of(pa.null()), kind_of(pa.bool_())
    ('text', 'numbers', 'nothing', 'bool')
    """
    import pyarrow as pa

    if isinstance(arrow_type, pa.BaseExtensionType):
        return kind_of(arrow_type.storage_type)
    if pa.types.is_dictionary(arrow_type):
        return kind_of(arrow_type.value_type)
    name = str(arrow_type).removeprefix("large_").removesuffix("_view")
    if name in ("string", "binary") or pa.types.is_decimal(arrow_type):
        return "text"
    if pa.types.is_integer(arrow_type) or pa.types.is_floating(arrow_type):
        return "numbers"
    return "nothing" if pa.types.is_null(arrow_type) else name


def common_schema(schemas: Sequence[Any], decoded: Collection[str] | None = ()) -> Any:
    """Return columns and types for rows of several schemas with the same columns.

    Parameters
    ----------
    schemas : sequence of pyarrow.Schema
        Columns of one name are of one kind, or without a type.
    decoded : collection of str or None
        Columns of texts that are no codes; None for all.

    Returns
    -------
    pyarrow.Schema
        Texts are dictionaries with 32-bit codes, integers have 64 bits, numbers of several types are double.
    """
    import pyarrow as pa

    common: dict[str, Any] = {}
    for name in schemas[0].names:
        types = [kind for schema in schemas if not pa.types.is_null(kind := _plain(schema.field(name).type))]
        kinds = {kind_of(kind) for kind in types}
        if kinds == {"text"}:
            as_text = decoded is None or name in decoded
            common[name] = pa.string() if as_text else pa.dictionary(pa.int32(), pa.string())
        elif kinds == {"numbers"} and len(set(types)) > 1:
            common[name] = pa.int64() if all(map(pa.types.is_integer, types)) else pa.float64()
        else:
            common[name] = types[0] if types else pa.null()
    return pa.schema(common)


def _plain(arrow_type: Any) -> Any:
    """Return the type of the values of an extension type or of a dictionary."""
    import pyarrow as pa

    if isinstance(arrow_type, pa.BaseExtensionType):
        return _plain(arrow_type.storage_type)
    return _plain(arrow_type.value_type) if pa.types.is_dictionary(arrow_type) else arrow_type


def conform(table: Any, schema: Any) -> Any:
    """Return a pyarrow table whose columns have the types of a schema.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of the schema, or some of them.
    schema : pyarrow.Schema
        From `common_schema`.
    """
    import pyarrow as pa

    names = table.column_names
    columns = [_as_type(table.column(name), schema.field(name).type) for name in names]
    return pa.table(columns, schema=pa.schema([pa.field(name, schema.field(name).type) for name in names]))


def _as_type(column: Any, arrow_type: Any) -> Any:
    """Return a column as a type of a common schema."""
    import pyarrow as pa

    if column.type == arrow_type:
        return column
    if not pa.types.is_dictionary(arrow_type):
        column = to_common_type(column)
        return column.cast(_plain(column.type)).cast(arrow_type)
    column = to_common_type(column)
    if is_text_type(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    elif not pa.types.is_dictionary(column.type):
        return column.cast(arrow_type.value_type).dictionary_encode().cast(arrow_type)
    chunks = [
        pa.DictionaryArray.from_arrays(chunk.indices.cast(pa.int32()), chunk.dictionary.cast(pa.string()))
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, arrow_type)
