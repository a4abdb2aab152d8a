"""Goods in: changes made in place."""


def apply_receipts(stock: dict, receipts: list) -> int:
    """Add receipts (sku, quantity) to the stock in place; return how many units came in."""
    units = 0
    for sku, quantity in receipts:
        if quantity < 0:
            raise ValueError(f"negative receipt for {sku}")
        names = list(stock.keys())
        if sku in names:
            stock[sku] = stock[sku] + quantity
        else:
            stock[sku] = quantity
        units += quantity
    return units


def remove_expired(lots: list, day: int) -> list:
    """Take lots (sku, last_day) that ended before `day` out of the list; return those taken."""
    taken = []
    position = 0
    while position < len(lots):
        if lots[position][1] < day:
            taken = taken + [lots[position]]
            del lots[position]
        else:
            position += 1
    return taken


def sort_lots(lots: list) -> None:
    """Sort lots (sku, last_day) by last day, in place, keeping the order of equal days."""
    for i in range(1, len(lots)):
        lot = lots[i]
        j = i
        while j > 0 and lots[j - 1][1] > lot[1]:
            lots[j] = lots[j - 1]
            j -= 1
        lots[j] = lot
