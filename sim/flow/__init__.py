"""The SimPy model: journeys through wards and other settings, and the log of them."""
