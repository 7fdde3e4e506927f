"""Questions put to a place: scenarios, replications, paired comparison, results to keep."""
