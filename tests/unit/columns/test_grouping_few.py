"""Few rows are grouped by Python, many by numpy: the groups and their order are the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textile_pcf.columns import Categorical, codes, group_rows, grouping


@given(
    rows=st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 3000), st.integers(0, 2)), max_size=70),
    width=st.integers(1, 3),
    block=st.integers(1, 80),
)
def test_few_rows_are_grouped_as_many_are(rows, width, block):
    columns = [np.array([row[number] for row in rows], dtype=np.int64) for number in range(3)][-width:]
    columns[-1] = Categorical(columns[-1], ("a", "b", "c"))
    few = grouping._group_few(columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "FEW", -1)
        for module in (codes, grouping):
            patch.setattr(module, "BLOCK", block)  # so that the rows are several blocks
        many = group_rows(*columns)
    for ours, theirs in zip(few, many, strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tolist() == theirs.tolist()
