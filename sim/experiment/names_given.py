"""The names that an experiment gives and uses: what is wrong with them."""

import re
from collections.abc import Iterator, Sequence

from sim.experiment.question import Experiment
from sim.place.document import Document, Keys
from sim.place.problems import Problem, did_you_mean, one_of

RESERVED = (
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
)


def slug(name: str) -> str:
    """A name as it stands in file names.

    >>> slug("More P2 beds (Bristol)")
    'more-p2-beds-bristol'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


def unknown_scenarios(
    document: Document, names: Sequence[str], asked: Sequence[str]
) -> Iterator[Problem]:
    """Scenarios asked for that are not there."""
    for name in asked:
        if name not in names:
            hint = did_you_mean(name, names)
            yield Problem(
                f"--scenario {name}", f"no such scenario in {document.path}; allowed: "
                f"{one_of(names)}{hint}"
            )  # fmt: skip


def wrong_scenarios(document: Document, experiment: Experiment) -> Iterator[Problem]:
    """Names that collide, and levers named twice."""
    first: dict[str, str] = {}
    for name, used in experiment.scenarios.items():
        other = first.setdefault(slug(name), name)
        if other != name:
            yield document.problem(
                ("scenarios", name),
                f"the names {other!r} and {name!r} would be one in file names ({slug(name)}); "
                "change one of them",
                at_key=True,
            )
        if slug(name) in RESERVED:
            yield document.problem(
                ("scenarios", name), f"{name!r} can't be a file's name on Windows", at_key=True
            )
        for i, lever in enumerate(used):
            if lever in used[:i]:
                yield document.problem(("scenarios", name, i), f"the lever {lever!r} is here twice")


def wrong_baselines(
    document: Document, experiment: Experiment, names: Sequence[str], asked: Sequence[str]
) -> Iterator[Problem]:
    """Baselines that are no scenario, are compared themselves, or are not among those asked for."""
    for name, baseline in experiment.baselines.items():
        where = ("baselines", name)
        for each, at_key in ((name, True), (baseline, False)):
            if each not in names:
                yield document.problem(
                    where,
                    f"no scenario {each!r}; allowed: {one_of(names)}{did_you_mean(each, names)}",
                    at_key=at_key,
                )
        if name == names[0]:
            yield document.problem(
                where, "the first scenario is what the others are compared with; take it out",
                at_key=True,
            )  # fmt: skip
        elif name == baseline:
            yield document.problem(where, f"{name!r} can't be compared with itself")
        elif baseline in experiment.baselines:
            yield document.problem(
                where,
                f"{baseline!r} has a baseline of its own; a scenario that others are compared "
                "with is itself compared with the first",
            )
        if asked and name in asked and baseline in names and baseline not in asked:
            yield Problem(
                f"--scenario {name}",
                f"it is compared with {baseline!r}; add --scenario {baseline!r}",
            )


def wrong_groups(
    document: Document, experiment: Experiment, names: Sequence[str]
) -> Iterator[Problem]:
    """Groups of scenarios that are not there, or stand in two groups."""
    first: dict[str, str] = {}
    for heading, members in experiment.groups.items():
        for i, name in enumerate(members):
            where = ("groups", heading, i)
            if name not in names:
                yield document.problem(
                    where,
                    f"no scenario {name!r}; allowed: {one_of(names)}{did_you_mean(name, names)}",
                )
            elif name in first:
                yield document.problem(
                    where,
                    f"{name!r} stands under {first[name]!r} already; a scenario has one group",
                )
            first.setdefault(name, heading)


def unknown_settings(
    document: Document, experiment: Experiment, known: Sequence[str]
) -> Iterator[Problem]:
    """The settings of measures that are named are the place's, in one scenario at least."""
    within = experiment.precision.within if experiment.precision else ()
    named: list[tuple[Keys, str | None]]
    named = [(("compare_on", i), each.setting) for i, each in enumerate(experiment.compare_on)]
    named += [(("precision", "within", i), each.setting) for i, each in enumerate(within)]
    if experiment.choose:
        named.append((("choose", "best_on"), experiment.choose.best_on.setting))
    for where, setting in named:
        if setting is not None and known and setting not in known:
            yield document.problem(
                (*where, "setting"),
                f"no setting {setting!r}; allowed: {one_of(known)}{did_you_mean(setting, known)}",
            )
