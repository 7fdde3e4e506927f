"""Searches and budgets that are wrong, each in one way."""

from tests.behaviour.spoilt_files import Case, experiment

TARGET = "so_that: [{measure: share_waiting, setting: ward, at_most: 5%}]"
BEDS = "smallest: {settings.ward.beds: {from: 10, to: 30}}"
CHOICES = "choices: {levers: [more-beds]}"


def searched(title: str, what: str, at: str, *says: str) -> Case:
    """A wrong search, given as the lines under its name."""
    lines = "".join(f"    {line}\n" for line in what.splitlines())
    return experiment(title, "seed: 7\n", f"seed: 7\nsearch:\n  few beds:\n{lines}", at, *says)


def budgeted(title: str, what: str, at: str, *says: str) -> Case:
    """A wrong budget."""
    lines = "".join(f"  {line}\n" for line in what.splitlines())
    return experiment(title, "seed: 7\n", f"seed: 7\nbudget:\n{lines}", at, *says)


SEARCHES = (
    searched("a search for nothing", TARGET, "few beds:", "write one of smallest and largest"),
    searched("a search for two things at once",
        f"{BEDS}\nlargest: {{patients.older.per_day: {{times_from: 1, times_to: 2}}}}\n{TARGET}",
        "few beds:", "write one of smallest and largest"),
    searched("a search with no target", BEDS, "few beds:", "missing key 'so_that'"),
    searched("a search in a scenario that is not there", f"scenario: as it wsa\n{BEDS}\n{TARGET}",
        "as it wsa", "no scenario 'as it wsa'", "did you mean 'as it is'"),
    searched("a search for beds that are nowhere",
        f"smallest: {{settings.wrad.beds: {{from: 1, to: 3}}}}\n{TARGET}",
        "smallest:", "no 'wrad' in settings", "did you mean 'ward'"),
    searched("a search from more to less", f"smallest: {{settings.ward.beds: {{from: 9, to: 3}}}}\n"
        f"{TARGET}", "settings.ward.beds: {from", "to 3 is below from 9"),
    searched("a search among very many",
        f"smallest: {{settings.ward.beds: {{from: 1, to: 99999}}}}\n{TARGET}",
        "settings.ward.beds: {from", "more than 10,000 values"),
    searched("a search for half a bed",
        f"smallest: {{settings.ward.beds: {{from: 10.5, to: 12.5}}}}\n{TARGET}",
        "smallest:", "a whole number is needed"),
    searched("a target of no measure", f"{BEDS}\nso_that: [{{measure: waitng, at_most: 1}}]",
        "{measure: waitng", "no measure 'waitng'", "did you mean 'waiting'"),
    searched("a target of no setting", f"{BEDS}\nso_that: [{{measure: waiting, at_most: 1}}]",
        "{measure: waiting, at_most", "is measured by setting; add setting: NAME"),
    searched("a target of a setting that is not there",
        f"{BEDS}\nso_that: [{{measure: waiting, setting: wrad, at_most: 1}}]",
        "wrad, at_most", "no setting 'wrad'", "did you mean 'ward'"),
    searched("a target of a setting for the whole place",
        f"{BEDS}\nso_that: [{{measure: delay_days, setting: ward, at_most: 1}}]",
        "{measure: delay_days", "is not measured by setting; take the setting out"),
    searched("a target with two ends",
        f"{BEDS}\nso_that: [{{measure: waiting, setting: ward, at_most: 1, at_least: 0}}]",
        "{measure: waiting, setting: ward, at_most", "write one of at_most and at_least"),
    searched("a target that is no number",
        f"{BEDS}\nso_that: [{{measure: waiting, setting: ward, at_most: many}}]", "many", "number"),
    searched("demand for which there is nothing to count",
        f"largest: {{patients.older.lives_in: {{times_from: 1, times_to: 2}}}}\n{TARGET}",
        "largest:", "lives_in"),
    budgeted("a budget with nothing to choose", "at_most: 100\nchoices: {}", "choices: {}",
        "nothing to choose from"),
    budgeted("a budget with a lever that is not there",
        "at_most: 100\nchoices: {levers: [mor-beds]}", "mor-beds", "no lever 'mor-beds'",
        "did you mean 'more-beds'"),
    budgeted("a budget with a lever that states no cost",
        "at_most: 100\nchoices: {levers: [faster]}", "faster]}",
        "the lever 'faster' states no cost", "with 0 if it has none"),
    budgeted("a budget with a lever twice",
        "at_most: 100\nchoices: {levers: [more-beds, more-beds]}", "more-beds]}", "is here twice"),
    budgeted("a budget with a lever that is there already",
        f"scenario: more beds\nat_most: 100\n{CHOICES}", "more-beds]}",
        "is in the scenario already"),
    budgeted("a budget for steps of beds that are nowhere",
        "at_most: 100\nchoices: {capacity: {settings.wrad.beds: "
        "{step: 1, up_to: 2, cost_of_a_step: 5}}}",
        "settings.wrad.beds", "no 'wrad' in settings", "did you mean 'ward'"),
    budgeted("a budget for steps larger than the whole",
        "at_most: 100\nchoices: {capacity: {settings.ward.beds: "
        "{step: 5, up_to: 2, cost_of_a_step: 5}}}",
        "settings.ward.beds: {step", "are 0 steps; allowed: 1 to 100"),
    budgeted("a budget on a setting that is not there",
        f"at_most: 1000000\nmeasure: {{measure: waiting, setting: wrad}}\n{CHOICES}",
        "wrad}", "no setting 'wrad'"),
    budgeted("a budget of less than nothing", f"at_most: -5\n{CHOICES}", "-5",
        "no mix costs so little as -5 pounds a year"),
)  # fmt: skip
