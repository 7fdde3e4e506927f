"""What a place asks of each team against its hours and meetings, in a table and in sentences."""

import math
from collections.abc import Iterator

from sim.patients.team_load import TeamLoad
from sim.place.schema import Place
from sim.report.plain_numbers import load_words, printable, significant, spaces_words
from sim.report.table import plain_table
from sim.report.wording import listed, roughly

_MOST_OF_IT = 0.25
"""A task with a smaller share of a team's work is not named."""
