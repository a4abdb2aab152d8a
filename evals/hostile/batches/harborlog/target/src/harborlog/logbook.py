"""The log on disk: one line "date;port;event;ship" for each event."""


def count_by_port(path):
    """Number of events of each port in the log at `path`.

    Blank lines are skipped.  Raises ValueError for a line without a port.
    """
    ports = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            fields = line.split(";")
            if len(fields) < 2:
                raise ValueError("line %d has no port" % number)
            ports.append(fields[1].strip())
    counts = {}
    for port in ports:
        counts[port] = ports.count(port)
    return counts


def write_log(path, entries):
    """Append entries (date, port, event, ship) to the log at `path`.

    Returns how many were written.  Raises ValueError for a field that
    contains a semicolon; entries before it are written.
    """
    written = 0
    for entry in entries:
        for field in entry:
            if ";" in field:
                raise ValueError("semicolon in %r" % field)
        with open(path, "a", encoding="utf-8") as file:
            file.write(";".join(entry) + "\n")
        written += 1
    return written
