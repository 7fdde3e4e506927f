"""When a scenario's change begins, on the clock of the control chart, and whether it can be seen.

A scenario's change is its own levers, those that its baseline does not have: it begins on the first
date on which one of them starts. Where one holds from the first day, nothing of its own run can be
the baseline; then the weeks of its baseline scenario stand in front of its own, on the same people,
and the change is there at once when they end.
"""

from collections.abc import Iterator, Mapping

from sim.experiment.control.control import MOST_POINTS, Control
from sim.experiment.families import own_levers
from sim.experiment.question import Experiment
from sim.experiment.sources import Scenario
from sim.place.document import Document
from sim.place.problems import Problem, did_you_mean, one_of

LEAST_AFTER = 7
"""Points after a change: with fewer, two of the four rules can't fire."""


def change_days(
    experiment: Experiment, control: Control, scenarios: Mapping[str, Scenario]
) -> dict[str, float]:
    """The day of measuring on which each scenario's change begins; the baseline has none.

    A change that held from the first day of measuring is set at the end of the baseline's weeks.
    """
    days = {}
    for name, (_, first) in _first_starts(experiment, scenarios).items():
        days[name] = first if first > 0 else float(control.baseline_days)
    return days


def cant_be_charted(
    document: Document, experiment: Experiment, scenarios: Mapping[str, Scenario]
) -> Iterator[Problem]:
    """A series that is not there, a run that is too short, levers that start too soon or late."""
    control = experiment.control
    if control is None or not scenarios:
        return
    yield from _no_series(document, control, scenarios)
    points = experiment.days // control.days_a_point
    baseline = control.baseline_days // control.days_a_point
    if points - baseline < LEAST_AFTER:
        yield document.problem(
            ("control", "baseline_weeks"),
            f"a baseline of {control.baseline_weeks} weeks leaves {max(0, points - baseline)} "
            f"points of the {experiment.days} days measured; at least {LEAST_AFTER} are needed "
            "after it",
        )
        return
    yield from _too_many(document, control, points)
    for name, (lever, first) in _first_starts(experiment, scenarios).items():
        if 0 < first < control.baseline_days:
            yield document.problem(
                ("control", "baseline_weeks"),
                f"in the scenario {name!r} the lever {lever!r} starts {first / 7:.3g} weeks after "
                f"the start of measuring, within the baseline of {control.baseline_weeks}; shorten "
                "the baseline, or start the lever later",
            )
        elif first > 0 and (experiment.days - first) // control.days_a_point < LEAST_AFTER:
            yield document.problem(
                ("scenarios", name),
                f"the lever {lever!r} starts {first / 7:.3g} weeks after the start of measuring; "
                f"a control chart needs at least {LEAST_AFTER} points after it, and the run has "
                f"{experiment.days / 7:.3g} weeks",
                at_key=True,
            )


def _first_starts(
    experiment: Experiment, scenarios: Mapping[str, Scenario]
) -> dict[str, tuple[str, float]]:
    """Each scenario's first lever of its own, and its day of measuring; below 0 if long before."""
    base = next(iter(scenarios))
    baselines = {
        name: None if name == base else experiment.baselines.get(name, base) for name in scenarios
    }
    levers = {name: [lever.lever for lever in each.levers] for name, each in scenarios.items()}
    found = {}
    for name, own in own_levers(levers, baselines).items():
        if baselines[name] is None:
            continue
        phases = scenarios[name].phases
        days = {each.lever: each.first_day for each in phases.levers} if phases else {}
        first = min(own, key=lambda lever: days.get(lever, float("-inf")), default="")
        found[name] = first, days.get(first, float("-inf")) - experiment.warm_up
    return found


def _no_series(
    document: Document, control: Control, scenarios: Mapping[str, Scenario]
) -> Iterator[Problem]:
    setting = control.watch.setting
    for name, scenario in scenarios.items():
        settings = scenario.place.settings
        if setting is None and not any(each.acute for each in settings.values()):
            yield document.problem(
                ("control", "watch"),
                f"no setting of the scenario {name!r} is marked acute; name one: "
                f"{{series: {control.watch.series}, setting: NAME}}",
            )
            return
        if setting is not None and setting not in settings:
            yield document.problem(
                ("control", "watch", "setting"),
                f"no setting {setting!r} in the scenario {name!r}; allowed: {one_of(settings)}"
                f"{did_you_mean(setting, settings)}",
            )
            return


def _too_many(document: Document, control: Control, points: int) -> Iterator[Problem]:
    if points > MOST_POINTS:
        yield document.problem(
            ("control", "every"),
            f"the run has {points:,} points of a {control.every}; a chart holds at most "
            f"{MOST_POINTS:,}: take a longer spacing",
        )
