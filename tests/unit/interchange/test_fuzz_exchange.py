"""Mutated records are read or refused, never a fault of the program; at length: `python tests/tools/fuzz_exchange.py`."""

from __future__ import annotations

import fuzz_exchange


def test_mutated_records_give_exit_0_or_3(tmp_path):
    for data in fuzz_exchange.texts(150, seed=7):
        code, errors = fuzz_exchange.read(data, tmp_path)
        assert code in fuzz_exchange.ALLOWED, (data, errors)
