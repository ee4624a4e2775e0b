"""Text files in blocks of whole lines, as UTF-8 bytes, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.delimited import nul_problem, read_text
from textile_pcf.io.encodings import MARKS, utf16_without_mark
from textile_pcf.io.opened_files import open_binary

BLOCK = 1 << 22
"""Bytes that are read at a time to recognise an encoding."""
HEAD = 1 << 20
"""Bytes in which the header of a table is searched."""
MAX_SAMPLE = 1 << 26
"""Bytes of lines with other characters than ASCII from which an encoding is recognised."""
THREE_BYTES = 0xE0
"""First byte of a character of three bytes in UTF-8, from which on it is no other encoding by chance."""
_CODECS = {"": "utf-8", "UTF-8": "utf-8"}


@dataclass(frozen=True)
class TextFile:
    """A text file whose encoding is known.

    Attributes
    ----------
    name : str
        Its path.
    codec : str
        Python's name of the encoding.
    mark : int
        Bytes of the byte order mark of UTF-8.
    notes : tuple of str
        A note if the encoding was guessed.
    """

    name: str
    codec: str
    mark: int
    notes: tuple[str, ...]

    def blocks(self, size: Callable[[bytes], int]) -> Iterator[bytes]:
        r"""Yield the text as UTF-8 in blocks that end with `\n`, except the last.

        Parameters
        ----------
        size : callable
            Returns the number of bytes of a block from the first block, which has up to `HEAD` bytes.
        """
        with open_binary(self.name) as file:
            file.seek(self.mark)
            yield from _whole_lines(self._utf8(file, size))

    def _utf8(self, file: BinaryIO, size: Callable[[bytes], int]) -> Iterator[bytes]:
        decoder = None if self.codec == "utf-8" else codecs.getincrementaldecoder(self.codec)("strict")
        block = file.read(HEAD)
        count = size(block)
        while block:
            yield block if decoder is None else decoder.decode(block).encode("utf-8")
            block = file.read(count)


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks that are cut behind a line."""
    rest: list[bytes] = []
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, memoryview(block)[:end]]) if rest else block[:end]
            rest = []
        rest.append(block[end:] if end else block)
    if last := b"".join(rest):
        yield last


def open_text(name: str, error: type[PcfError]) -> TextFile:
    """Read a text file once to recognise its encoding.

    Parameters
    ----------
    name : str
        Path of the file.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        The encoding is unknown or not supported, or the file holds NUL bytes.
    """
    with open_binary(name) as file:
        head = file.read(BLOCK)
        mark = next((encoding for mark, encoding in MARKS if head.startswith(mark)), "")
        if mark not in ("", "utf-8-sig"):
            _, notes, encoding = read_text(name, head[: len(head) // 4 * 4], error)
            return TextFile(name, encoding.lower(), 0, notes)
        file.seek(0)
        start, is_certain = len(codecs.BOM_UTF8) if mark else 0, _is_certain(name, file, error)
        if is_certain or mark:
            return TextFile(name, "utf-8", start, ())
        file.seek(0)
        _, notes, encoding = read_text(name, _sample(file), error)
    return TextFile(name, _CODECS.get(encoding, encoding.lower()), start, notes)


def _is_certain(name: str, file: BinaryIO, error: type[PcfError]) -> bool:
    """Return whether a file is UTF-8 beyond doubt: all bytes are ASCII, or all are UTF-8 and a character has three bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, is_ascii, has_three_bytes, position = True, True, False, 0
    while block := file.read(BLOCK):
        if b"\0" in block:
            raise error([_nul(name, file, position + block.index(b"\0"), error)])
        position += len(block)
        if is_utf8 and not (is_ascii and block.isascii()):
            is_ascii = False
            has_three_bytes = has_three_bytes or bool((np.frombuffer(block, dtype=np.uint8) >= THREE_BYTES).any())
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    return is_ascii or (is_utf8 and has_three_bytes)


def _nul(name: str, file: BinaryIO, position: int, error: type[PcfError]) -> Problem:
    """Return the problem of a file with a NUL byte, or raise that of its encoding."""
    file.seek(0)
    head = file.read(BLOCK)
    if utf16_without_mark(head):
        read_text(name, head, error)
    file.seek(0)
    line = 1
    while block := file.read(min(BLOCK, position)):
        line += block.count(b"\n")
        position -= len(block)
    return nul_problem(name, line)


def _sample(file: BinaryIO) -> bytes:
    """Return the first line of a file and its lines with other characters than ASCII."""
    sample: list[bytes] = []
    for block in _whole_lines(iter(lambda: file.read(BLOCK), b"")):
        if not sample:
            sample.append(block.partition(b"\n")[0] + b"\n" if block[:BLOCK].partition(b"\n")[0].isascii() else b"")
        if not block.isascii():
            sample += [line + b"\n" for line in block.split(b"\n") if not line.isascii()]
        if sum(map(len, sample)) > MAX_SAMPLE:
            break
    return b"".join(sample)
