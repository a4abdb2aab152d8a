"""Who tries to fool the judge: a catalogue of candidates that must be refused, and of honest ones that must not."""
