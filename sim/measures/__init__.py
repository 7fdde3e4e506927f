"""From the log to measures: stays, delays by reason and body, occupancy, money, self-checks."""
