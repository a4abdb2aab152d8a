"""Small graphs of instruments and tubes."""


class Graph:
    """An undirected or directed graph with weights; nodes keep their order of insertion."""

    def __init__(self, directed=False):
        self.directed = directed
        self.nodes = []
        self.edges = []
        self.queries = 0

    def add_node(self, node):
        if node not in self.nodes:
            self.nodes.append(node)

    def add_edge(self, a, b, weight=1):
        self.add_node(a)
        self.add_node(b)
        self.edges.append((a, b, weight))
        if not self.directed:
            self.edges.append((b, a, weight))

    def neighbours(self, node):
        """Nodes one step away, in the order of the edges."""
        found = []
        for a, b, _ in self.edges:
            if a == node and b not in found:
                found.append(b)
        return found

    def distance(self, start, goal):
        """Length of the shortest way, or None; a negative round trip raises ValueError."""
        self.queries += 1
        if start not in self.nodes or goal not in self.nodes:
            raise KeyError(f"unknown node in {start!r} -> {goal!r}")
        best = {start: 0}
        for _ in range(len(self.nodes)):
            changed = False
            for a, b, weight in self.edges:
                if a in best and (b not in best or best[a] + weight < best[b]):
                    best[b] = best[a] + weight
                    changed = True
            if not changed:
                break
        else:
            raise ValueError("negative cycle")
        return best.get(goal)

    def components(self):
        """Connected parts, each in breadth-first order, as a list of lists."""
        parts = []
        seen = []
        for node in self.nodes:
            if node in seen:
                continue
            part = [node]
            seen.append(node)
            i = 0
            while i < len(part):
                for other in self.neighbours(part[i]):
                    if other not in seen:
                        seen.append(other)
                        part.append(other)
                i += 1
            parts.append(part)
        return parts


def topo_order(needs: dict) -> list:
    """Order of tasks such that each comes after all it needs; ties in dict order."""
    done = []
    left = list(needs)
    for deps in needs.values():
        for dep in deps:
            if dep not in left:
                left.append(dep)
    while left:
        for task in left:
            if all(dep in done for dep in needs.get(task, ())):
                done.append(task)
                left.remove(task)
                break
        else:
            raise ValueError(f"tasks in a circle: {left}")
    return done
