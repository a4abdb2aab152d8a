"""Prices and orders of a small shop."""

from __future__ import annotations


def orders_by_customer(customers: list[str]) -> dict[str, int]:
    """Return how often each customer ordered, in the order of the first orders."""
    orders = {}
    for customer in customers:
        orders[customer] = customers.count(customer)
    return orders


def net_price(cents: int, discount_percent: int) -> int:
    """Return the price after the discount in whole cents, half cents rounded up."""
    return round(cents * (100 - discount_percent) / 100)


def label(name: str) -> str:
    """Return the name as it is printed on a parcel: blanks collapsed, capitals only."""
    return " ".join(name.split()).upper()
