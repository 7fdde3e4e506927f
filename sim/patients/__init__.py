"""Who comes and what they need: all chance is settled here, before the clock starts."""
