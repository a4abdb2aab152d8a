"""What can be done to a checkout; each module speaks to one outside thing and returns values."""
