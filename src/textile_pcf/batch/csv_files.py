"""Several CSV files as one table in memory."""

from __future__ import annotations

from dataclasses import replace

from textile_pcf.activity.columns import read_activity_table
from textile_pcf.batch.partitions import activity_header
from textile_pcf.batch.source_columns import differing_columns, partition_problems
from textile_pcf.batch.source_files import SourceFiles
from textile_pcf.errors import InputError, PcfError, Problem
from textile_pcf.io.file_lines import FileLines
from textile_pcf.io.table import Table


def read_csv_files(source: SourceFiles) -> Table:
    """Read several CSV files as one table.

    Raises
    ------
    InputError
        With every problem of the shape of every file, and every column that is not in all files.
    """
    problems: list[Problem] = []
    tables: list[Table] = []
    header = activity_header()
    for file in source.files:
        try:
            table = read_activity_table(file.path)
        except PcfError as error:
            problems += error.problems
            continue
        own = [*table.shape_problems, *partition_problems(file, list(table.columns))]
        problems += own
        if not own:
            constants = {header.name(head): [text] * table.rows for head, text in file.columns}
            tables.append(replace(table, columns={**table.columns, **constants}))
    problems += differing_columns({table.name: list(table.columns) for table in tables})
    if problems:
        raise InputError(dict.fromkeys(problems))
    starts, lines, start = [], [], 0
    for table in tables:
        starts.append(start)
        lines += [start + line for line in table.lines]
        start = lines[-1]
    columns = {name: [cell for table in tables for cell in table.columns[name]] for name in tables[0].columns}
    files = FileLines(tuple(starts), tuple(table.name for table in tables))
    notes = tuple(note for table in tables for note in table.notes)
    return Table(source.name, columns, len(lines), "csv", lines, notes=notes, files=files)
