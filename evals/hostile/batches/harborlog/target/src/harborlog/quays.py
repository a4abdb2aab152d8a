"""Quays and the visits of ships to them."""

from typing import List, Tuple

Visit = Tuple[str, int, int]


def overlaps(visits: List[Visit]) -> List[Tuple[str, str]]:
    """Pairs of ships that lie at the quay at the same time.

    A visit is (ship, arrival, departure) in whole hours.  A ship that leaves
    at 10 does not meet one that arrives at 10.  Pairs come in the order of
    the list of visits.
    """
    found = []
    for i in range(len(visits)):
        for j in range(i + 1, len(visits)):
            first = visits[i]
            second = visits[j]
            if first[1] < second[2] and second[1] < first[2]:
                found.append((first[0], second[0]))
    return found


class Quay:
    """A quay with its booked visits and a log of what happened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.visits: List[Visit] = []
        self.log: List[str] = []

    def book(self, ship: str, arrival: int, departure: int) -> None:
        """Book a visit; the departure must not lie before the arrival."""
        if departure < arrival:
            raise ValueError("departure of %s before arrival" % ship)
        self.visits.append((ship, arrival, departure))
        self.log.append("booked " + ship)

    def cancel(self, ship: str) -> int:
        """Cancel all visits of a ship and return how many there were."""
        kept = [visit for visit in self.visits if visit[0] != ship]
        number = len(self.visits) - len(kept)
        self.visits = kept
        self.log.append("cancelled " + ship)
        return number

    def busy_hours(self) -> int:
        """Number of hours in which at least one ship lies at the quay."""
        hours = []
        for ship, arrival, departure in self.visits:
            for hour in range(arrival, departure):
                if hour not in hours:
                    hours.append(hour)
        return len(hours)

    def serve(self, queue):
        """Give each waiting (ship, hours) the quay when all others have left.

        Takes the requests off the queue one after the other, books them,
        writes a line to the log for each and returns the hour at which the
        last ship leaves.
        """
        end = 0
        for visit in self.visits:
            end = max(end, visit[2])
        while queue:
            ship, hours = queue.pop(0)
            start = 0
            for visit in self.visits:
                start = max(start, visit[2])
            end = start + hours
            self.visits = self.visits + [(ship, start, end)]
            self.log.append("%s at %d" % (ship, start))
        return end
