"""The log book of walks, and its file."""
import datetime


class LogBook:
    """Walks by date.  ``entries`` holds dicts with date, place and km.

    ``history`` holds everything that was looked for with ``find``.
    """

    def __init__(self):
        self.entries = []
        self.history = []

    def add(self, date, place, km):
        """Add a walk after all walks of the same or an earlier day."""
        if km < 0:
            raise ValueError("a walk cannot be %s km long" % km)
        at = 0
        while at < len(self.entries) and self.entries[at]["date"] <= date:
            at += 1
        self.entries.insert(at, {"date": date, "place": place, "km": km})

    def remove(self, date, place):
        """Take out the first walk to a place on that day."""
        for entry in self.entries:
            if entry["date"] == date and entry["place"] == place:
                self.entries.remove(entry)
                return
        raise LookupError("no walk to %s on %s" % (place, date))

    def totals_by_month(self):
        """Kilometres by month (``2024-05``), in the order of the months."""
        months = []
        for entry in self.entries:
            if entry["date"][:7] not in months:
                months = months + [entry["date"][:7]]
        totals = {}
        for month in months:
            total = 0
            for entry in self.entries:
                if entry["date"][:7] == month:
                    total += entry["km"]
            totals[month] = total
        return totals

    def find(self, text):
        """The walks whose place has the text in it, in any case of letters."""
        self.history.append(text)
        found = []
        for entry in self.entries:
            place = entry["place"]
            for start in range(len(place) + 1):
                if place[start:start + len(text)].lower() == text.lower():
                    found = found + [entry]
                    break
        return found

    def places(self):
        """Every place once, by first visit."""
        names = []
        for entry in self.entries:
            if entry["place"] not in names:
                names = names + [entry["place"]]
        return names

    def streaks(self, least=2):
        """Yield the runs of days in a row, as lists of dates.

        Only runs of at least ``least`` days count.
        """
        days = []
        for entry in self.entries:
            if entry["date"] not in days:
                days.append(entry["date"])
        while days:
            run = [days.pop(0)]
            while True:
                last = datetime.date.fromisoformat(run[-1])
                after = (last + datetime.timedelta(days=1)).isoformat()
                if after not in days:
                    break
                days.remove(after)
                run = run + [after]
            if len(run) >= least:
                yield run

    def export_csv(self, path):
        """Write all walks to a file, a line each; returns how many."""
        text = "date;place;km\n"
        for i in range(len(self.entries)):
            entry = self.entries[i]
            before = 0
            for j in range(i):
                if self.entries[j]["place"] == entry["place"]:
                    before += 1
            text = text + "%s;%s;%s;%d\n" % (entry["date"], entry["place"], entry["km"], before + 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return len(self.entries)


def load_log(path):
    """Read a log book from a file with lines ``date;place;km``.

    The first line is a heading.  Further fields are passed over.
    """
    book = LogBook()
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number in range(1, len(lines)):
        if lines[number].strip() == "":
            continue
        fields = lines[number].split(";")
        if len(fields) < 3:
            raise ValueError("line %d: three fields are needed" % (number + 1))
        book.add(fields[0], fields[1], float(fields[2]))
    return book
