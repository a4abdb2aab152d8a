"""What stops a run, as opposed to what happens to one candidate (that is a `Verdict`)."""


class OptimizeError(Exception):
    """What stops a run: its text is a sentence that the user can act on; the CLI prints it and exits with 2."""
