"""The parts of the report: each file has the figures and the tables of one question."""
