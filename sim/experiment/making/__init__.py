"""Making replications: the lab, its workers here or on a cluster, shares of the work."""
