"""Firing schedules and the kiln's log."""


class FiringLog:
    """What the pyrometer said during one firing.

    ``readings`` is a list of (minute, temperature) pairs, oldest first.
    """

    def __init__(self, kiln, readings=()):
        self.kiln = kiln
        self.readings = list(readings)
        self.queries = 0

    def add(self, minute, temperature):
        """Note one reading; time may not run backwards."""
        if self.readings and minute < self.readings[-1][0]:
            raise ValueError("reading at minute %s comes too late" % minute)
        self.readings.append((minute, temperature))

    def heat_work(self, base):
        """Degree-minutes spent above ``base``, by the trapezium rule."""
        self.queries += 1
        total = 0.0
        for i in range(1, len(self.readings)):
            before, after = self.readings[i - 1], self.readings[i]
            span = after[0] - before[0]
            low = max(before[1] - base, 0)
            high = max(after[1] - base, 0)
            total = total + span * (low + high) / 2
        return total

    def temperature_at(self, minute):
        """The temperature at some minute, interpolated between readings.

        Before the first and after the last reading: LookupError.
        """
        self.queries += 1
        for i in range(len(self.readings)):
            if self.readings[i][0] == minute:
                return self.readings[i][1]
            if i > 0 and self.readings[i - 1][0] < minute < self.readings[i][0]:
                (m0, t0), (m1, t1) = self.readings[i - 1], self.readings[i]
                return t0 + (t1 - t0) * (minute - m0) / (m1 - m0)
        raise LookupError("no readings around minute %s" % minute)


def ramp(segments, start=20):
    """Yield the target temperature for every minute of a schedule.

    Each segment is (degrees per hour, target, minutes to hold). The first value
    is the start temperature, a segment ends exactly on its target.
    """
    temperature = start
    yield temperature
    for number in range(len(segments)):
        rate, target, hold = segments[number]
        if rate <= 0:
            raise ValueError("segment %d has no rate" % (number + 1))
        points = []
        while temperature != target:
            step = rate / 60
            if abs(target - temperature) <= step:
                temperature = target
            elif target > temperature:
                temperature = temperature + step
            else:
                temperature = temperature - step
            points = points + [temperature]
        for _ in range(hold):
            points = points + [temperature]
        for point in points:
            yield point


def smooth(readings, width):
    """Moving average over the last ``width`` readings (fewer at the start)."""
    if width < 1:
        raise ValueError("width must be at least 1")
    result = []
    for i in range(len(readings)):
        window = readings[max(0, i - width + 1):i + 1]
        total = 0
        for value in window:
            total += value
        result.append(total / len(window))
    return result


def firing_plan(pieces, after):
    """Put pieces into an order in which they can be fired.

    ``after`` is a list of (earlier, later) pairs. Among the pieces which are
    ready, the one that comes first in ``pieces`` goes first.
    """
    for earlier, later in after:
        if earlier not in pieces or later not in pieces:
            raise KeyError("unknown piece in %s, %s" % (earlier, later))
    waiting = list(pieces)
    plan = []
    while waiting:
        for piece in waiting:
            ready = True
            for earlier, later in after:
                if later == piece and earlier not in plan:
                    ready = False
            if ready:
                break
        else:
            raise ValueError("these wait for each other: " + ", ".join(waiting))
        plan.append(piece)
        waiting.remove(piece)
    return plan
