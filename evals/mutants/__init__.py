"""Mutants: small mistakes put into honest changes, which nobody may accept although no test is left to notice them."""
