"""The words that YAML, code, CSV and glossary share."""

from typing import Literal

Body = Literal["NHS", "social care", "both"]
"""Who answers for a setting, a task or a day of delay."""

Pathway = Literal["P0", "P1", "P2", "P3"]
"""England's discharge pathways: P0 home without new care, P1 home with care,
P2 a bed in the community, P3 a care home.

Source: DHSC, Hospital discharge and community support guidance.
"""

PATHWAYS: tuple[Pathway, ...] = ("P0", "P1", "P2", "P3")

Certainty = Literal["high", "medium", "low", "guess"]
"""How sure a number is: high = official or peer-reviewed; medium = one site or a credible
secondary source; low = derived by a weak step; guess = an expert's default that no source gives.
"""

WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: tuple[str, ...] = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip

DAYS_PER_YEAR = 365.0
"""A year's worth of days, for figures that are quoted per year."""
