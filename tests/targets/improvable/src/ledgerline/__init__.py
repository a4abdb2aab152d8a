"""Read ledger exports, clean them and report on them."""

from ledgerline.entries import Account, Entry

__all__ = ["Account", "Entry"]
