"""Who decides: settings, models, proposing, judging, the loop and the command line."""
