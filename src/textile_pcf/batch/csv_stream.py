"""Large CSV files as a source: read once, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.activity.columns import HEADER
from textile_pcf.batch.folder import remove_files
from textile_pcf.batch.partitions import no_product_column
from textile_pcf.batch.source_columns import differing_columns, partition_problems
from textile_pcf.batch.source_files import KINDS, SourceFile, SourceFiles
from textile_pcf.batch.streamed_rows import NEW_STREAM, STREAM, Rows, StreamedRows, keep, open_rows, products_among, write_rows
from textile_pcf.errors import InputError, PcfError, Problem
from textile_pcf.io.csv_blocks import CsvBlocks
from textile_pcf.io.output_files import is_file
from textile_pcf.io.text_blocks import open_text
from textile_pcf.messages.message import chinese_of

STREAMED_FROM = 1 << 24
"""Size of CSV files from which they are read in blocks. Smaller ones are held in memory. [byte]"""


def csv_files(source: Any) -> list[SourceFile]:
    """Return the files of a source of CSV files; empty for any other source."""
    if isinstance(source, SourceFiles):
        return list(source.files) if source.kind == "CSV" else []
    is_csv = isinstance(source, str | Path) and KINDS.get(Path(source).suffix.lower()) == "CSV" and is_file(source)
    return [SourceFile(str(source), str(source))] if is_csv else []


def stream_csv(files: Sequence[SourceFile], out: Path, per_file: int) -> StreamedRows | None:
    """Write the rows of large CSV files to files of whole products; None if they are small, or forms with columns of periods.

    Rows that an interrupted run wrote are used again.

    Parameters
    ----------
    files : sequence of SourceFile
        The files, in order.
    out : Path
        Folder of the batch.
    per_file : int
        Rows of a partition, approximately.

    Raises
    ------
    InputError
        With every problem of the shape of the files.
    """
    if sum(Path(file.path).stat().st_size for file in files) < STREAMED_FROM:
        return None
    earlier = open_rows(out / STREAM)
    if earlier is not None and earlier.record["per_file"] == per_file:
        return earlier
    reader = _CsvReader(files, per_file)
    try:
        reader.open()
        if any(blocks.is_form for blocks in reader.blocks):
            return None
        written = write_rows(reader.rows(), out, per_file)
        reader.check(written)
    except BaseException:
        remove_files(out, NEW_STREAM)
        raise
    notes = [note for blocks in reader.blocks for note in blocks.notes]
    lines = [reader.starts, [file.label for file in files]] if len(files) > 1 or files[0].address else []
    return keep(written, out, {"per_file": per_file, "notes": notes, "chinese": chinese_of(notes), "files": lines})


@dataclass
class _CsvReader:
    """CSV files that are read one after the other.

    Attributes
    ----------
    files : sequence of SourceFile
    block_rows : int
        Rows of a block, approximately.
    blocks : list of CsvBlocks
        The opened files.
    problems : dict
        Problems of files that cannot be opened, and of columns.
    starts : list of int
        How many lines the files before have, for each file that has been read.
    """

    files: Sequence[SourceFile]
    block_rows: int
    blocks: list[CsvBlocks] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    def open(self) -> None:
        """Open the files, and compare their columns."""
        columns = {}
        for file in self.files:
            try:
                self.blocks.append(CsvBlocks(open_text(file.path, InputError), HEADER, InputError, self.block_rows))
            except PcfError as error:
                self.problems |= dict.fromkeys(error.problems)
                continue
            columns[file.label] = list(self.blocks[-1].names)
            self.problems |= dict.fromkeys(partition_problems(file, columns[file.label]))
        if columns and not self.problems:
            self.problems |= dict.fromkeys(differing_columns(columns))
        for file in self.files:
            names = {*columns.get(file.label, ["product"]), *(HEADER.name(head) for head, _ in file.columns)}
            if "product" not in names:
                self.problems[no_product_column(file.label)] = None
        if self.problems:
            header = [problem for blocks in self.blocks for problem in blocks.header_problems]
            raise InputError(dict.fromkeys([*header, *self.problems]))

    def rows(self) -> Iterator[Rows]:
        """Yield the rows of all files. Problems of a file are kept, and the next one is read."""
        start, names = 0, list(self.blocks[0].names)
        for file, blocks in zip(self.files, self.blocks, strict=True):
            self.starts.append(start)
            constants = {HEADER.name(head): text for head, text in file.columns}
            last = 0
            try:
                for rows in blocks.rows():
                    last = int(rows.lines[-1])
                    further = {name: _constant(text, len(rows.lines)) for name, text in constants.items()}
                    yield {**{name: rows.columns[name] for name in names}, **further}, rows.lines + start
            except InputError as error:
                self.problems |= dict.fromkeys(error.problems)
            start += last

    def check(self, written: StreamedRows) -> None:
        """Raise the problems that were found."""
        found = [problem for blocks in self.blocks for problem in blocks.problems]
        texts = {footer.text for blocks in self.blocks for footer in blocks.footers.values()}
        products = products_among(texts, written) if texts else set()
        for blocks in self.blocks:
            for footer in blocks.footers.values():
                found += footer.others if footer.text in products else [footer.problem]
        problems = dict.fromkeys([*found, *self.problems])
        if problems:
            raise InputError(problems)


def _constant(text: str, rows: int) -> Any:
    """Return a column of one text as an arrow dictionary."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([text]))
