"""Stock keeping units: cleaning and grouping."""

SEPARATORS = " -_/."


def normalize_sku(raw: str) -> str:
    """Return the SKU in upper case without separators.

    >>> normalize_sku("ab-12/c")
    'AB12C'
    """
    out = ""
    for ch in raw:
        if ch.isalnum():
            out = out + ch.upper()
        elif ch in SEPARATORS:
            continue
        else:
            raise ValueError(f"bad character {ch!r} in SKU")
    return out


def group_by_prefix(skus: list, width: int = 3) -> dict:
    """Group raw SKUs by the first `width` characters of the normal form.

    >>> group_by_prefix(["ab-12", "AB_13", "cd1"], 2)
    {'AB': ['ab-12', 'AB_13'], 'CD': ['cd1']}
    """
    groups: dict = {}
    for sku in skus:
        key = normalize_sku(sku)[:width]
        found = False
        for known in groups:
            if known == key:
                found = True
        if found:
            groups[key] = groups[key] + [sku]
        else:
            groups[key] = [sku]
    return groups
