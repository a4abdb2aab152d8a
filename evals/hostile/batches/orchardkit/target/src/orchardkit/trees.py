"""Trees: where they stand and what they are grafted on."""

import math


def graft_order(needs):
    """Return the trees in an order in which they can be grafted.

    ``needs`` maps each tree to the list of trees that must be ready before
    it. Of the trees that are ready, the one listed first comes first.
    Raises ``ValueError`` for an unknown rootstock and for circular needs.
    """
    for tree in needs:
        for rootstock in needs[tree]:
            if rootstock not in list(needs):
                raise ValueError("unknown rootstock: %s" % rootstock)
    order = []
    while len(order) < len(needs):
        chosen = None
        for tree in needs:
            if tree in order:
                continue
            ready = True
            for rootstock in needs[tree]:
                if rootstock not in order:
                    ready = False
            if ready:
                chosen = tree
                break
        if chosen is None:
            left = [tree for tree in needs if tree not in order]
            raise ValueError("circular grafting: %s" % ", ".join(left))
        order.append(chosen)
    return order


def close_pairs(points, limit):
    """Return the pairs ``(i, j)`` of points at most ``limit`` apart.

    ``points`` is a list of ``(x, y)`` tuples; each pair is listed once,
    the smaller index first.
    """
    pairs = []
    for i in range(len(points)):
        for j in range(len(points)):
            if i == j:
                continue
            dx = points[i][0] - points[j][0]
            dy = points[i][1] - points[j][1]
            if math.sqrt(dx * dx + dy * dy) <= limit:
                pair = (min(i, j), max(i, j))
                if pair not in pairs:
                    pairs.append(pair)
    return pairs


class Orchard:
    """The trees of one orchard, each with a label and a place."""

    def __init__(self, name):
        self.name = name
        self.trees = []

    def plant(self, label, x, y):
        """Add a tree; labels must be unique."""
        for tree in self.trees:
            if tree[0] == label:
                raise ValueError("already planted: %s" % label)
        self.trees.append((label, x, y))

    def remove(self, label):
        """Take a tree out again."""
        for tree in self.trees:
            if tree[0] == label:
                self.trees.remove(tree)
                return
        raise LookupError("no such tree: %s" % label)

    def count_within(self, x, y, radius):
        """Count the trees at most ``radius`` away from a place."""
        found = []
        for tree in self.trees:
            dx = tree[1] - x
            dy = tree[2] - y
            if math.sqrt(dx * dx + dy * dy) <= radius:
                if tree[0] not in found:
                    found.append(tree[0])
        return len(found)
