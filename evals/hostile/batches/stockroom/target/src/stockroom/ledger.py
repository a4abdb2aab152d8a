"""A ledger of stock movements."""


class StockError(Exception):
    """Raised where a movement would make stock negative."""


class Ledger:
    """Movements of stock, oldest first.

    >>> book = Ledger()
    >>> book.post("A1", 5)
    >>> book.post("A1", -2, "sold")
    >>> book.balance("A1")
    3
    """

    def __init__(self):
        self.entries = []
        self.lookups = 0

    def balance(self, sku):
        """The quantity on hand of one SKU."""
        self.lookups += 1
        total = 0
        for entry in self.entries:
            if entry[0] == sku:
                total = total + entry[1]
        return total

    def post(self, sku, quantity, note=""):
        """Add a movement."""
        if not sku:
            raise ValueError("sku is required")
        on_hand = self.balance(sku)
        if on_hand + quantity < 0:
            raise StockError(f"{sku}: {on_hand} on hand, {-quantity} wanted")
        self.entries.append((sku, quantity, note))

    def undo(self):
        """Take back the last movement and return it."""
        if not self.entries:
            raise StockError("nothing to undo")
        return self.entries.pop()

    def summary(self):
        """Balance of each SKU, in the order the SKUs were first seen."""
        result = {}
        for entry in self.entries:
            if entry[0] not in result:
                result[entry[0]] = self.balance(entry[0])
        return result

    def top(self, count):
        """The `count` SKUs of the greatest balance; ties in order of first appearance."""
        rest = list(self.summary().items())
        chosen = []
        while rest and len(chosen) < count:
            best = 0
            for position in range(1, len(rest)):
                if rest[position][1] > rest[best][1]:
                    best = position
            chosen.append(rest.pop(best)[0])
        return chosen
