"""Small graphs, given as a dict from a name to a list of names."""


class CycleError(ValueError):
    """Raised when an order is asked of a graph with a cycle."""


def topo_order(needs):
    """Order the names so that each comes after those it needs.

    Of several possible names the one that comes first in the dict comes first.
    A need that is not a key of the dict raises KeyError.
    """
    for name in needs:
        for need in needs[name]:
            if need not in needs:
                raise KeyError(need)
    order = []
    while len(order) < len(needs):
        chosen = None
        for name in needs:
            if name in order:
                continue
            ready = True
            for need in needs[name]:
                if need not in order:
                    ready = False
            if ready:
                chosen = name
                break
        if chosen is None:
            raise CycleError("cycle among " + ", ".join(sorted(n for n in needs if n not in order)))
        order = order + [chosen]
    return order


def reachable(graph: dict, start: str) -> list:
    """List the names that can be reached from start, start first, breadth first."""
    seen = [start]
    queue = [start]
    while len(queue) > 0:
        name = queue[0]
        queue = queue[1:]
        for other in graph.get(name, []):
            if other not in seen:
                seen = seen + [other]
                queue = queue + [other]
    return seen
