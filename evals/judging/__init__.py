"""The judge's own benchmark: what it accepts wrongly, how soon it finds true gains, what others would say."""
