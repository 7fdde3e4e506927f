"""What each measure means, its unit, and which way is better.

The names are the ones that stand in ``summary.csv``; the meanings are exact.
"""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["setting", "place"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Measure:
    """One measure: its name in files, its title in reports, unit, scope, direction, meaning."""

    name: str
    title: str
    unit: str
    scope: Scope
    better: Better
    meaning: str


def _measures(scope: Scope, *rows: tuple[str, str, str, Better, str]) -> dict[str, Measure]:
    return {
        name: Measure(name, title, unit, scope, better, meaning)
        for name, title, unit, better, meaning in rows
    }


MEASURES: dict[str, Measure] = {
    **_measures(
        "setting",
        ("occupied", "People there", "people", "lower",
         "Mean number of people physically there, those waiting to leave included."),
        ("reserved", "Spaces held", "spaces", "lower",
         "Mean number of spaces held for people on their way: place found, hand-over under way."),
        ("occupancy", "Occupancy", "share of spaces", "lower",
         "Spaces occupied or reserved, as a share of spaces open, both integrated over time."),
        ("waiting", "Waiting for a space", "people", "lower",
         "Mean number who have asked for a space and have none, wherever they wait."),
        ("waiting_at_end", "Waiting at the end", "people", "lower",
         "Number waiting for a space at the last instant of the run."),
        ("wait_days", "Wait for a space", "days", "lower",
         "Mean time from asking to a space found, over those whose space was found."),
        ("share_waiting", "Share who wait", "share of those who ask", "lower",
         "Those who asked and got no space at the same instant, of all who asked. "
         "Those turned away, or taken as outliers at once, did not wait."),
        ("delayed", "Delayed there", "people", "lower",
         "Mean number of people there who are past their ready date."),
        ("delayed_process", "Delayed by process", "people", "lower",
         "The part of delayed in which something is being arranged, or a space is free but "
         "the setting is not admitting."),
        ("delayed_capacity", "Delayed by capacity", "people", "lower",
         "The part of delayed in which all is arranged and the next setting has no space."),
        ("delayed_handover", "Delayed in hand-over", "people", "lower",
         "The part of delayed after the next place is sure."),
        ("turned_away_per_day", "Turned away", "people a day", "lower",
         "People a day who came when the queue was at its limit and were turned away."),
        ("admitted_per_day", "Admitted", "people a day", "higher",
         "People a day who came into the setting."),
        ("outlier_days", "Outlier bed days", "days a year", "lower",
         "Days a year that people of this setting spent elsewhere as outliers."),
        ("exchanges_per_day", "Exchanges in a ring", "people a day", "lower",
         "People a day who came in through an exchange: a ring in which each waited for the "
         "next one's space."),
    ),
    **_measures(
        "place",
        ("delayed_bed_days", "Delayed bed days", "days a year", "lower",
         "Bed days in acute settings, past the ready date, inside the window; for a year."),
        ("delay_days", "Mean delay", "days", "lower",
         "Mean delay over all who leave acute care, their whole delay included."),
        ("delay_days_if_delayed", "Mean delay of the delayed", "days", "lower",
         "Mean delay over those who leave acute care with any delay."),
        ("share_delayed", "Share delayed", "share of leavers", "lower",
         "Share of those who leave acute care with any delay."),
        ("share_left_on_ready_date", "Left on the ready date", "share of leavers", "higher",
         "Share of those who leave acute care on the calendar date on which they became ready."),
        ("stays_over_7_days", "Stays of 7 days or more", "people", "lower",
         "Mean number in acute beds with 7 or more days so far."),
        ("stays_over_14_days", "Stays of 14 days or more", "people", "lower",
         "Mean number in acute beds with 14 or more days so far."),
        ("stays_over_21_days", "Stays of 21 days or more", "people", "lower",
         "Mean number in acute beds with 21 or more days so far."),
        ("cost_per_year", "Cost", "pounds a year", "lower",
         "People there times the setting's cost a day, and the levers' own costs; for a year."),
    ),
}  # fmt: skip

SERIES: tuple[str, ...] = (
    "occupied", "reserved", "capacity", "waiting",
    "delayed", "delayed_process", "delayed_capacity", "delayed_handover",
)  # fmt: skip
"""The daily series kept for each setting: means over each day."""
