"""Few rows are grouped by Python, many by numpy: the groups and their order are the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textile_pcf.columns import Categorical, group_rows, grouping


@given(
    rows=st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 3000), st.integers(0, 2)), max_size=70),
    width=st.integers(1, 3),
)
def test_few_rows_are_grouped_as_many_are(rows, width):
    columns = [np.array([row[number] for row in rows], dtype=np.int64) for number in range(3)][-width:]
    columns[-1] = Categorical(columns[-1], ("a", "b", "c"))
    few = grouping._group_few(columns)
    limit, grouping.FEW = grouping.FEW, -1
    try:
        many = group_rows(*columns)
    finally:
        grouping.FEW = limit
    for ours, theirs in zip(few, many, strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tolist() == theirs.tolist()
