"""Orders of fruit and how they are filled and shipped."""

from __future__ import annotations

from typing import Iterator


class OrderBook:
    """Open offers of fruit; the cheapest is taken first."""

    def __init__(self) -> None:
        self.orders: list[dict] = []
        self.history: list[str] = []

    def add(self, order_id: str, quantity: int, price: float) -> None:
        """Add an offer of ``quantity`` crates at ``price`` each."""
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        for order in self.orders:
            if order["id"] == order_id:
                raise ValueError("duplicate order: " + order_id)
        self.orders.append({"id": order_id, "quantity": quantity, "price": price})

    def open_quantity(self) -> int:
        """Return how many crates are still on offer."""
        return sum(order["quantity"] for order in self.orders)

    def fill(self, quantity: int) -> list[tuple[str, int]]:
        """Take ``quantity`` crates, the cheapest first, as far as they go.

        Returns which offer gave how many crates. Offers that are used up
        leave the book, and each crate movement is noted in ``history``.
        """
        taken = []
        while quantity > 0 and self.orders:
            best = self.orders[0]
            for order in self.orders:
                if order["price"] < best["price"]:
                    best = order
            amount = min(quantity, best["quantity"])
            best["quantity"] = best["quantity"] - amount
            quantity = quantity - amount
            self.history.append("%s: %d" % (best["id"], amount))
            taken = taken + [(best["id"], amount)]
            if best["quantity"] == 0:
                self.orders.remove(best)
        return taken


def iter_batches(orders: list[tuple[str, int]], capacity: int) -> Iterator[list[str]]:
    """Yield the names of the orders that go on one trailer together.

    Orders keep their sequence. A trailer carries at most ``capacity``
    crates, but an order that is larger than that gets a trailer of its own.
    """
    if capacity < 1:
        raise ValueError("capacity must be at least 1")
    remaining = list(orders)
    while remaining:
        batch = []
        for count in range(1, len(remaining) + 1):
            total = 0
            for _, quantity in remaining[:count]:
                total = total + quantity
            if total > capacity and count > 1:
                break
            batch = [name for name, _ in remaining[:count]]
        yield batch
        remaining = remaining[len(batch):]
