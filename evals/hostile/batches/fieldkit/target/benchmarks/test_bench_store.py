from fieldkit.store import Inventory, EventLog
def fill():
    inv = Inventory()
    last = 0
    for i in range(900):
        last = inv.add("part%d" % (i * 7 % 300), i % 4)
    return inv, last
def test_add(benchmark):
    inv, last = benchmark(fill)
    assert len(inv.items) == 300
def stocked():
    inv = Inventory()
    inv.items = [["part%d" % i, 10 ** 9] for i in range(200)]
    return inv
def test_take_many(benchmark):
    inv = stocked()
    result = benchmark(inv.take_many, ["part%d" % (i * 3 % 200) for i in range(600)])
    assert result["part0"] == 3
def test_snapshot(benchmark):
    inv = Inventory()
    inv.items = [["part%d" % (i * 7 % 400), i] for i in range(400)]
    result = benchmark(inv.snapshot)
    assert result[0][0] == "part0"
def log_all():
    log = EventLog(300)
    return log.extend(range(2000)), log
def test_extend(benchmark):
    result, log = benchmark(log_all)
    assert result == 300 and log.dropped == 1700
def test_tally(benchmark):
    log = EventLog(1000)
    log.events = ["e%d" % (i * i % 401) for i in range(800)]
    result = benchmark(log.tally)
    assert len(result) == 201
