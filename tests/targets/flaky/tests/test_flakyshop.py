from __future__ import annotations

import random

import pytest

from flakyshop import label, net_price, orders_by_customer


def test_orders_are_counted_per_customer() -> None:
    assert orders_by_customer(["bo", "al", "bo", "cy", "bo"]) == {"bo": 3, "al": 1, "cy": 1}


def test_customers_stand_in_the_order_of_their_first_order() -> None:
    assert list(orders_by_customer(["cy", "al", "bo", "al", "cy"])) == ["cy", "al", "bo"]


def test_no_orders() -> None:
    assert orders_by_customer([]) == {}


def test_customers_are_told_apart_exactly() -> None:
    assert orders_by_customer(["al", "Al", "al ", ""]) == {"al": 1, "Al": 1, "al ": 1, "": 1}


def test_counting_leaves_the_orders_alone() -> None:
    customers = ["bo", "al", "bo"]
    orders_by_customer(customers)
    assert customers == ["bo", "al", "bo"]


def test_discount_is_taken_off() -> None:
    assert net_price(1000, 15) == 850
    assert net_price(999, 0) == 999


def test_half_cents_are_rounded_up() -> None:
    """Known bug: round() rounds half to even, so 12.5 cents become 12."""
    assert net_price(25, 50) == 13


def test_express_courier_answers() -> None:
    """Flaky: the courier's test server drops about half of the requests."""
    assert random.random() < 0.5


@pytest.mark.skip(reason="needs the label printer")
def test_label_is_printed() -> None:
    raise AssertionError("no printer")


@pytest.mark.xfail(reason="names with a sharp s grow when capitalised")
def test_label_keeps_the_length_of_the_name() -> None:
    assert len(label("Weiß")) == len("Weiß")


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        pytest.param("al", "AL", id="plain"),
        pytest.param("  al   bo ", "AL BO", id="two words  and blanks"),
        pytest.param("jürgen", "JÜRGEN", id="unicode ü – 東京"),
        pytest.param("[al]", "[AL]", id="[brackets] and ]["),
        pytest.param("a::b", "A::B", id="tests/test_x.py::test_y[1]"),
        pytest.param("", "", id="'quotes\" and \\ slash"),
    ],
)
def test_label(name: str, printed: str) -> None:
    assert label(name) == printed
