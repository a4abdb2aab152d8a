import pytest
from fieldkit.store import Inventory, EventLog, OutOfStock
def test_inventory():
    inv = Inventory()
    assert inv.add("b", 2) == 2
    assert inv.add("a") == 1
    assert inv.take_many(["b", "a"]) == {"b": 1, "a": 1}
    assert inv.snapshot() == [["a", 0], ["b", 1]]
    with pytest.raises(OutOfStock): inv.take_many(["a"])
def test_log():
    log = EventLog(3)
    assert log.extend(["x", "y", "x", "z"]) == 3
    assert log.dropped == 1
    assert log.tally() == [("y", 1), ("x", 1), ("z", 1)]
