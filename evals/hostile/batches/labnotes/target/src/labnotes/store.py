"""Records in plain text files, one a line: key, tab, value."""

import os


def write_records(path, records) -> int:
    """Append records to a file, return how many."""
    count = 0
    for key, value in records:
        if "\t" in key or "\n" in key:
            raise ValueError(f"bad key {key!r}")
        with open(path, "a", encoding="utf-8") as handle:
            handle.write(f"{key}\t{value}\n")
        count += 1
    return count


def load_records(path) -> list:
    """Read the records of a file as (key, value) pairs."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"no records at {path}")
    records = []
    with open(path, encoding="utf-8", newline="") as handle:
        text = handle.read()
    line = ""
    for ch in text:
        if ch == "\n":
            if line:
                key, _, value = line.partition("\t")
                records = records + [(key, value)]
            line = ""
        else:
            line += ch
    if line:
        key, _, value = line.partition("\t")
        records = records + [(key, value)]
    return records


def latest(path) -> dict:
    """The last value of each key, keys in order of first appearance."""
    result = {}
    records = load_records(path)
    for key, _ in records:
        if key not in result:
            for other, value in records:
                if other == key:
                    result[key] = value
    return result
