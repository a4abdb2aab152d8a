import random

import pytest

from labnotes.samples import balanced_groups, bootstrap_means, draw


def test_bootstrap_means():
    means = bootstrap_means([1.0, 2.0, 3.0], 5, random.Random(1))
    assert len(means) == 5
    assert all(1 <= m <= 3 for m in means)


def test_draw():
    drawn = draw("abcde", 3, random.Random(2))
    assert len(set(drawn)) == 3
    assert sorted(draw([1, 2, 3], 3, random.Random(3))) == [1, 2, 3]
    with pytest.raises(ValueError):
        draw([1], 2, random.Random(1))


def test_balanced_groups():
    assert balanced_groups([5, 3, 4], 2) == [[0], [2, 1]]
