"""Where target code lives and runs; knows nothing of optimizing."""
