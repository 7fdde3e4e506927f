"""What each measure means, its unit, and which way is better.

The names are the ones that stand in ``summary.csv``; the meanings are exact.
"""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["setting", "team", "place"]
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
        ("prob_delay", "Chance of delay with so many beds", "share of those who come", "lower",
         "Where an experiment tries out numbers of beds (the part) in a setting without limit: the "
         "time with just so many people there, of the time with so many or fewer; with shared "
         "beds, the share of time in which the setting's own and the shared beds are full."),
        ("turned_away_per_day", "Turned away", "people a day", "lower",
         "People a day who came when the queue was at its limit and were turned away."),
        ("admitted_per_day", "Admitted", "people a day", "higher",
         "People a day who came into the setting."),
        ("outlier_days", "Outlier bed days", "days a year", "lower",
         "Days a year that people of this setting spent elsewhere as outliers."),
        ("exchanges_per_day", "Exchanges in a ring", "people a day", "lower",
         "People a day who came in through an exchange: a ring in which each waited for the "
         "next one's space."),
        ("care_per_day", "Care given", "visits or hours a day", "higher",
         "Visits or hours of care given or promised a day, where a setting counts those."),
    ),
    **_measures(
        "team",
        ("busy", "Share of hours busy", "share of hours", "lower",
         "Hours of work on cases, as a share of the hours of staff on duty."),
        ("backlog", "Backlog", "cases", "lower",
         "Mean number of cases that are due and not begun."),
        ("start_wait_days", "Wait to start", "days", "lower",
         "Mean time from a case coming due to its being begun (for a panel, decided)."),
        ("cases_per_week", "Cases done", "cases a week", "higher",
         "Cases that the team finished, a week."),
        ("share_repeated", "Work done again", "share of cases", "lower",
         "Share of the cases begun that had been done before: sent back, or gone stale."),
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
        ("newly_ready_per_day", "Newly ready", "people a day", "higher",
         "People a day who newly no longer need acute care (criteria to reside census): ready to "
         "leave their last acute setting, after one midnight or more in hospital."),
        ("discharged_per_day", "Discharged", "people a day", "higher",
         "People a day who left acute care alive, after one midnight or more."),
        ("remaining", "Remaining at the day's end", "people", "lower",
         "Mean number at midnight who no longer need acute care and are still there (census)."),
        ("remaining_days", "Remaining, for each newly ready", "days", "lower",
         "Remaining at the day's end over newly ready a day: by Little's law the mean delay of all "
         "who become ready, in midnights."),
        ("share_discharged", "Discharged the same day", "share of those listed", "higher",
         "Of all listed as no longer needing acute care on a day (remaining from the day before, "
         "and newly ready), the share discharged that day."),
        ("newly_ready_by_weekday", "Newly ready by weekday", "times the mean day", "lower",
         "Newly ready people on each weekday, against the mean of all days."),
        ("discharged_by_weekday", "Discharged by weekday", "times the mean day", "lower",
         "People discharged on each weekday, against the mean of all days."),
        ("drd_share_delayed", "Share delayed (ready date)", "share of discharges", "lower",
         "Share of completed discharges on a later date than the discharge ready date."),
        ("drd_delay_days", "Mean delay (ready date)", "days", "lower",
         "Whole days from the discharge ready date to the date of leaving, over all discharges."),
        ("drd_delay_days_if_delayed", "Mean delay if delayed (ready date)", "days", "lower",
         "Whole days from the discharge ready date to the date of leaving, over those delayed."),
        ("drd_band", "How long delays last", "share of those delayed", "lower",
         "Share of the delayed discharges whose delay, in whole days, lies in each band."),
        ("discharged_by_noon", "Discharged by noon", "share of discharges", "higher",
         "Share of discharges from acute care before 12:00."),
        ("discharged_by_17", "Discharged by 17:00", "share of discharges", "higher",
         "Share of discharges from acute care before 17:00."),
        ("remaining_7_days", "Remaining after 7 days or more", "people", "lower",
         "Mean number at midnight who no longer need acute care, with 7 or more days in "
         "hospital: those for whom NHS England collects a reason."),
        ("share_of_reasons", "Share of reasons", "share of those remaining", "lower",
         "Of those remaining after 7 days or more, the share with each reason, or in each of the "
         "five groups."),
        ("dtoc_days", "Delayed bed days by the older code", "days a year", "lower",
         "Delayed bed days by the reason codes A to O of the return that ended in 2020."),
        ("step_days", "Delayed bed days by step", "days a year", "lower",
         "Delayed bed days by the step of the transfer that they are put down to."),
        ("share_stand_in", "Share that stands in for work", "share of delayed bed days", "lower",
         "Delayed bed days put down to a time that stands in for the work of a team that is not "
         "modelled, as a share of all."),
        ("handoffs_per_discharge", "Hand-offs for each discharge", "hand-offs", "lower",
         "Tasks passed from one team to another, returns included, over discharges from acute "
         "care; all, or those to pathways P1 to P3."),
        ("bed_wait_hours", "Wait for a bed", "hours", "lower",
         "Mean wait of emergencies from asking for their first acute bed to having one."),
        ("over_4_hours", "Over 4 hours for a bed", "share of emergencies", "lower",
         "Share of emergencies who waited more than 4 hours for their first acute bed."),
        ("over_12_hours", "Over 12 hours for a bed", "share of emergencies", "lower",
         "Share of emergencies who waited more than 12 hours for their first acute bed."),
        ("electives_cancelled", "Electives cancelled", "people a year", "lower",
         "Booked patients cancelled because no bed was free for them."),
        ("readmitted", "Readmitted within 30 days", "share of discharges", "lower",
         "People who came back within 30 days, over those who left acute care alive by an exit."),
        ("harm", "Harm while waiting", "people a year", "lower",
         "People past their ready date who became unwell again, came to need more, or died."),
        ("acute_beds_open", "Acute beds open", "beds", "higher",
         "Mean number of beds open in acute settings."),
        ("acute_occupancy", "Occupancy of acute beds", "share of beds", "lower",
         "Beds occupied or reserved in all acute settings together, as a share of beds open."),
        ("share_of_beds_delayed", "Acute beds with somebody remaining", "share of people there",
         "lower",
         "People remaining at the day's end (census) over the mean number of people in acute "
         "settings."),
        ("cost_per_year", "Cost", "pounds a year", "lower",
         "People there times the setting's cost a day, teams' hours times their cost an hour, and "
         "the levers' own costs; for a year."),
    ),
}  # fmt: skip

COMPARISONS: dict[str, Measure] = _measures(
    "place",
    ("cost_per_day_saved", "Cost per delayed bed day saved", "pounds a day", "lower",
     "The difference in cost over the delayed bed days saved; below 0 where a scenario saves money "
     "too. With the part 'outside acute beds', the cost of acute settings is left out."),
    ("saved_alone", "Saved by each part alone", "days a year", "higher",
     "Delayed bed days saved by each part of a combined scenario in a scenario of its own, "
     "added up."),
    ("saved_together", "Saved together, of the sum", "share of the sum", "higher",
     "Delayed bed days saved by a combined scenario over the sum of what its parts save alone; "
     "below 100% the parts overlap."),
)  # fmt: skip
"""What comparison.csv has beside the differences: each is of two or more scenarios at once."""

SERIES: tuple[str, ...] = (
    "occupied", "reserved", "capacity", "waiting",
    "delayed", "delayed_process", "delayed_capacity", "delayed_handover",
)  # fmt: skip
"""The daily series kept for each setting: means over each day."""
