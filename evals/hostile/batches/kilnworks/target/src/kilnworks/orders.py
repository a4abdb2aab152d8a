"""The order book."""


class OrderBook:
    """All open orders, as dicts with the keys number, customer, item, count and price."""

    def __init__(self):
        self.orders = []

    def add(self, order):
        """Add an order. A number may be used only once."""
        for other in self.orders:
            if other["number"] == order["number"]:
                raise ValueError("order %s exists" % order["number"])
        self.orders.append(order)

    def cancel(self, number):
        """Take an order out of the book and return it."""
        for order in self.orders:
            if order["number"] == number:
                self.orders.remove(order)
                return order
        raise LookupError("no order %s" % number)

    def totals(self):
        """What each customer owes, in the order of their first order."""
        result = {}
        for order in self.orders:
            if order["customer"] not in result:
                total = 0
                for other in self.orders:
                    if other["customer"] == order["customer"]:
                        total += other["count"] * other["price"]
                result[order["customer"]] = total
        return result

    def best_seller(self):
        """Name of the item ordered most often, None for an empty book."""
        best, most = None, 0
        for order in self.orders:
            count = 0
            for other in self.orders:
                if other["item"] == order["item"]:
                    count += other["count"]
            if best is None or count > most:
                best, most = order["item"], count
        return best


def settle(orders, payments):
    """Book payments, a list of (number, amount), on the orders.

    Each order's "paid" grows and "open" is set to what is left.
    Returns the payments for which there is no order.
    """
    stray = []
    for number, amount in payments:
        if amount < 0:
            raise ValueError("payment of %s for order %s" % (amount, number))
        found = False
        for order in orders:
            if order["number"] == number:
                order["paid"] = order.get("paid", 0) + amount
                order["open"] = order["count"] * order["price"] - order["paid"]
                found = True
        if not found:
            stray.append((number, amount))
    return stray


def merge_orders(orders):
    """Join orders of one customer for the same item into one record.

    The first record's number and price are kept, the counts are added up and
    "numbers" lists all order numbers. The orders given are not changed.
    """
    merged = []
    for order in orders:
        for record in merged:
            if record["customer"] == order["customer"] and record["item"] == order["item"]:
                record["count"] += order["count"]
                record["numbers"] = record["numbers"] + [order["number"]]
                break
        else:
            record = dict(order)
            record["numbers"] = [order["number"]]
            merged.append(record)
    return merged
