"""Trail networks.

A network is a dict: place -> dict of the places next to it -> cost of the way
there.  Ways are one-way unless they stand at both ends.
"""


def _ways_out(network, place):
    """Pairs (next place, cost) of all ways out of a place, by name."""
    ways = []
    for other in network.get(place, {}):
        at = 0
        while at < len(ways) and ways[at][0] < other:
            at += 1
        ways.insert(at, (other, network[place][other]))
    return ways


def shortest_route(network, start, goal):
    """Cheapest route from start to goal, as a pair (cost, places on the way).

    Costs may be kilometres, hours or effort points, and a descent may give
    effort back.  Raises ValueError for places not in the network, if there is
    no way to the goal, and if the costs sink for ever on a round trip.
    """
    for place in (start, goal):
        if place not in network:
            raise ValueError("no such place: %s" % place)
    cost = {start: 0}
    before = {}
    rounds = 0
    changed = True
    while changed:
        changed = False
        for place in network:
            for other in network[place]:
                if place in cost:
                    new = cost[place] + network[place][other]
                    if other not in cost or new < cost[other]:
                        cost[other] = new
                        before[other] = place
                        changed = True
        rounds += 1
        if rounds > len(network) + 1:
            raise ValueError("costs sink for ever")
    if goal not in cost:
        raise ValueError("no way from %s to %s" % (start, goal))
    route = [goal]
    while route[0] != start:
        route = [before[route[0]]] + route
    return cost[goal], route


def distance_matrix(network):
    """The places by name, and a matrix of the cheapest costs between them.

    ``matrix[i][j]`` is the cost from place i to place j, infinite where no way
    leads from one to the other.  All costs must be zero or more.
    """
    names = sorted(network)
    matrix = []
    for start in names:
        cost = {start: 0}
        todo = [start]
        while todo:
            place = todo.pop(0)
            for other, way in _ways_out(network, place):
                if way < 0:
                    raise ValueError("negative cost from %s to %s" % (place, other))
                if other not in cost or cost[place] + way < cost[other]:
                    cost[other] = cost[place] + way
                    if other not in todo:
                        todo.append(other)
        row = []
        for goal in names:
            row = row + [cost.get(goal, float("inf"))]
        matrix.append(row)
    return names, matrix


def count_routes(network, start, goal, _path=()):
    """In how many ways one can walk from start to goal.

    The ways that can be walked from the start must not form a loop, or
    ValueError is raised.
    """
    if start == goal:
        return 1
    if start in _path:
        raise ValueError("a loop at %s" % start)
    total = 0
    for other, _ in _ways_out(network, start):
        total += count_routes(network, other, goal, _path + (start,))
    return total
