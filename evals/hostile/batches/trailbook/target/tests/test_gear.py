import pytest

from trailbook.gear import UnknownGear, assign_weights, merge_lists, pack


def test_assign_weights():
    items = [{"name": "rope"}, {"name": "stove"}]
    catalogue = [{"name": "stove", "grams": 300}, {"name": "rope", "grams": 2400}]
    assert assign_weights(items, catalogue) == 2700
    assert items == [{"name": "rope", "grams": 2400}, {"name": "stove", "grams": 300}]
    with pytest.raises(UnknownGear, match="not in the catalogue: tent"):
        assign_weights([{"name": "tent"}], catalogue)


def test_merge_lists():
    ann = [{"name": "map", "count": 1}, {"name": "bar", "count": 3}]
    bob = [{"name": "bar", "count": 2}, {"name": "rope", "count": 1}]
    assert merge_lists([ann, bob]) == [{"name": "map", "count": 1}, {"name": "bar", "count": 5}, {"name": "rope", "count": 1}]
    assert ann[1] == {"name": "bar", "count": 3}


def test_pack():
    items = [
        {"name": "tent", "grams": 20, "value": 9},
        {"name": "book", "grams": 5, "value": 1},
        {"name": "stove", "grams": 10, "value": 6},
    ]
    assert pack(items, 30) == ["tent", "stove"]
    assert pack(items, 15) == ["book", "stove"]
