"""Reading manifests: lines of ``sku;quantity;note``."""


class ManifestError(ValueError):
    """A line that cannot be read."""


def split_fields(line: str) -> list:
    """Split a line at semicolons; quotes protect them, a doubled quote is a quote.

    >>> split_fields('A1;3;"big; red"')
    ['A1', '3', 'big; red']
    """
    fields = []
    current = ""
    quoted = False
    position = 0
    while position < len(line):
        ch = line[position]
        if quoted:
            if ch == '"' and line[position + 1:position + 2] == '"':
                current = current + '"'
                position += 1
            elif ch == '"':
                quoted = False
            else:
                current = current + ch
        elif ch == '"':
            quoted = True
        elif ch == ";":
            fields.append(current.strip())
            current = ""
        else:
            current = current + ch
        position += 1
    if quoted:
        raise ManifestError("quote is not closed")
    fields.append(current.strip())
    return fields


def parse_manifest(text: str) -> list:
    """Read a whole manifest; blank lines and lines that start with # are skipped.

    >>> parse_manifest("# head\\nA1;3;\\n")
    [{'sku': 'A1', 'quantity': 3, 'note': ''}]
    """
    rows = []
    number = 0
    for line in text.split("\n"):
        number += 1
        if line.strip() == "" or line.startswith("#"):
            continue
        fields = split_fields(line)
        if len(fields) != 3:
            raise ManifestError(f"line {number}: {len(fields)} fields instead of 3")
        digits = fields[1]
        if digits == "" or any(ch not in "0123456789" for ch in digits):
            raise ManifestError(f"line {number}: bad quantity {digits!r}")
        rows.append({"sku": fields[0], "quantity": int(digits), "note": fields[2]})
    return rows
