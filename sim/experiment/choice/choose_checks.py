"""Whether the best of an experiment's scenarios can be chosen as it asks."""

from collections.abc import Iterator, Sequence

from sim.experiment.choice.choose import FEWEST
from sim.experiment.question import Experiment
from sim.place.document import Document, Keys
from sim.place.problems import Problem, did_you_mean, one_of


def wrong_choice(
    document: Document, experiment: Experiment, names: Sequence[str], asked: Sequence[str]
) -> Iterator[Problem]:
    """Scenarios to choose from that are not there or not run, too few of them, too few runs.

    ``names`` are all scenarios, those of a design included; ``asked`` those that are run, if not
    all are.
    """
    choose = experiment.choose
    if choose is None:
        return
    for i, name in enumerate(choose.among):
        where: Keys = ("choose", "among", i)
        if name not in names:
            yield document.problem(
                where, f"no scenario {name!r}; allowed: {one_of(names)}{did_you_mean(name, names)}"
            )
        elif name in choose.among[:i]:
            yield document.problem(where, f"{name!r} is here twice")
        elif asked and name not in asked:
            yield Problem(
                f"--scenario {asked[0]}",
                f"choose is among {name!r} as well; add --scenario {name!r}",
            )
    number = len(choose.among or asked or names)
    if number < 2:
        where = ("choose", "among") if choose.among else ("choose",)
        yield document.problem(
            where, "there is one scenario to choose from; the best is of two or more"
        )
    first = max(FEWEST, experiment.replications)
    if choose.at_most < first:
        yield document.problem(
            ("choose", "at_most"),
            f"{choose.at_most} is fewer than each scenario's first {first} replications; write "
            f"{first} or more",
        )
