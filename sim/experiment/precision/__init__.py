"""How long and how often: the warm-up, and replications until intervals are narrow."""
