"""Comparison of sequences of letters."""


def edit_distance(a: str, b: str) -> int:
    """Number of insertions, deletions and changes that turn a into b.

    >>> edit_distance("kitten", "sitting")
    3
    """
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if i == 0:
                table[i][j] = j
            elif j == 0:
                table[i][j] = i
            else:
                cost = 0 if a[i - 1] == b[j - 1] else 1
                table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
    return table[len(a)][len(b)]


def kmers(seq: str, k: int) -> dict:
    """Number of places of each piece of length k, in order of first place.

    >>> kmers("ACAC", 2)
    {'AC': 2, 'CA': 1}
    """
    if k < 1:
        raise ValueError("k must be positive")
    counts = {}
    for i in range(len(seq) - k + 1):
        piece = seq[i:i + k]
        if piece in counts:
            continue
        total = 0
        for j in range(len(seq) - k + 1):
            if seq[j:j + k] == piece:
                total += 1
        counts[piece] = total
    return counts


def common_run(a: str, b: str) -> str:
    """The longest piece found in both; the first in a wins a tie.

    >>> common_run("sample 12", "a sample")
    'sample'
    """
    best = ""
    for i in range(len(a)):
        for j in range(i + 1, len(a) + 1):
            piece = a[i:j]
            if piece in b and len(piece) > len(best):
                best = piece
    return best
