"""Which honest changes are mutated: pure functions, half of them without annotations."""

from __future__ import annotations

# names of recipes
CASES = (
    "networkx-connected-components",
    "packaging-version-str",
    "packaging-canonicalize-name",
    "humanize-ordinal-table",
    "more-itertools-windowed",
    "attrs-asdict-atomic",
    "idna-bidi-sets",
    "humanize-scientific-translate",
    "networkx-path-weight",
    "base58-encode",
)
