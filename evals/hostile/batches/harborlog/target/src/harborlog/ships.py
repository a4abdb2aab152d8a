"""Registers of ships and the ways they take."""

from typing import Dict, List


def merge_registers(main: List[Dict], updates: List[Dict]) -> List[Dict]:
    """Bring the register `main` up to date and return it.

    Ships are known by their "imo" number.  Fields of an update replace those
    of the ship in `main`; ships not yet there are added at the end.
    """
    for update in updates:
        for record in main:
            if record["imo"] == update["imo"]:
                record.update(update)
                break
        else:
            main.append(dict(update))
    return main


def hops(edges, start):
    """Number of legs from `start` to every port that can be reached.

    Edges are pairs of ports and can be sailed both ways.  Ports are listed
    in the order in which they are found.

    >>> hops([("Bergen", "Oslo"), ("Oslo", "Kiel")], "Bergen")
    {'Bergen': 0, 'Oslo': 1, 'Kiel': 2}
    """
    found = {start: 0}
    queue = [start]
    while queue:
        here = queue.pop(0)
        for a, b in edges:
            if a == here and b not in found:
                found[b] = found[here] + 1
                queue.append(b)
            elif b == here and a not in found:
                found[a] = found[here] + 1
                queue.append(a)
    return found


def sailing_order(needs):
    """Order of the ports such that each comes after all ports it needs.

    Of the ports that could be next, the one listed first in `needs` is taken.
    Raises ValueError if ports need each other.
    """
    order = []
    while len(order) < len(needs):
        for port in needs:
            if port not in order and all(need in order for need in needs[port]):
                order.append(port)
                break
        else:
            left = [port for port in needs if port not in order]
            raise ValueError("ports need each other: " + ", ".join(left))
    return order
