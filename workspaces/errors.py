"""What stops a run: sentences that the user can act on."""


class OptimizeError(Exception):
    """Stops a run; the command line prints the sentence and exits with 2."""
