import random

import pytest

from stockroom.sampling import audit_order, weighted_picks


def test_weighted_picks():
    picks = weighted_picks(random.Random(1), {"a": 1, "b": 0, "c": 3}, 40)
    assert len(picks) == 40
    assert set(picks) <= {"a", "c"}
    with pytest.raises(ValueError):
        weighted_picks(random.Random(1), {"a": 1}, -1)


def test_audit_order():
    assert sorted(audit_order([3, 1, 2], 7)) == [1, 2, 3]
    assert audit_order([3, 1, 2], 7) == audit_order([3, 1, 2], 7)
