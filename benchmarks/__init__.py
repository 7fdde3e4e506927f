"""How fast careflow is: one workload, run in turn by careflow and by other engines."""
