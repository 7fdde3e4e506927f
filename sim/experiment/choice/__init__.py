"""Which is best: a choice among scenarios with a stated chance."""
