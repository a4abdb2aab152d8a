import pytest

from harborlog.ships import hops, merge_registers, sailing_order


def test_merge_registers():
    main = [{"imo": 1, "name": "Aurora"}, {"imo": 2, "name": "Berta"}]
    merged = merge_registers(main, [{"imo": 2, "name": "Bertha"}, {"imo": 3, "name": "Clara"}])
    assert merged is main
    assert main == [{"imo": 1, "name": "Aurora"}, {"imo": 2, "name": "Bertha"}, {"imo": 3, "name": "Clara"}]


def test_hops():
    edges = [("Bergen", "Oslo"), ("Oslo", "Kiel"), ("Kiel", "Riga"), ("Bergen", "Kiel")]
    assert hops(edges, "Bergen") == {"Bergen": 0, "Oslo": 1, "Kiel": 1, "Riga": 2}
    assert hops([("Cork", "Brest")], "Oslo") == {"Oslo": 0}


def test_sailing_order():
    assert sailing_order({"Riga": ["Kiel"], "Oslo": [], "Kiel": ["Oslo"]}) == ["Oslo", "Kiel", "Riga"]
    assert sailing_order({"Cork": [], "Brest": []}) == ["Cork", "Brest"]
    with pytest.raises(ValueError):
        sailing_order({"Cork": ["Brest"], "Brest": ["Cork"]})
