"""How good it is: benchmark adapters, metrics, batch runner and report."""
