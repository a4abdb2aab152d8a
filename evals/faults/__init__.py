"""Kills runs with SIGKILL, before and after everything that outlives them and at random moments, and resumes them."""
