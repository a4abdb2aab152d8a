"""Small helpers for running an orchard."""

from .harvests import merge_harvests, rank_pickers, running_median, totals_by_variety
from .labels import group_by_prefix, normalise_label, wrap_label
from .ledger import read_ledger, write_ledger
from .orders import OrderBook, iter_batches
from .soil import largest_patch, multiply_grids, smooth_grid
from .trees import Orchard, close_pairs, graft_order

__all__ = [
    "Orchard",
    "OrderBook",
    "close_pairs",
    "graft_order",
    "group_by_prefix",
    "iter_batches",
    "largest_patch",
    "merge_harvests",
    "multiply_grids",
    "normalise_label",
    "rank_pickers",
    "read_ledger",
    "running_median",
    "smooth_grid",
    "totals_by_variety",
    "wrap_label",
    "write_ledger",
]
