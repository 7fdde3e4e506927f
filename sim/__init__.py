"""careflow: how people move through the care settings of one place.

Data goes one way through the rooms, and so do imports:
place, patients, flow, measures, experiment, report, cli.
"""

__version__ = "0.1.0"
