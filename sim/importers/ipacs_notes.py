"""What had to be decided in carrying an IPACS workbook over, in words."""

from collections.abc import Mapping

from sim.importers.ipacs_workbook import Workbook

HEAD = """\
Made from {file} by `careflow import ipacs`; notes.md says what had to be decided.

How to read it: a person comes to acute-hospitals on the day they are ready to leave, waits
there for their own service, stays in the service, and leaves it for home or long-term care."""

ABOUT_P1 = (
    "P1 is care by visits. A person needs so many a day at first, fewer in a straight line, and so "
    "many on the last day; a service takes somebody on when a first day's need is free. Stays "
    "below half a day, and those that the published model would draw again, are drawn again."
)
ASSUMPTIONS = [
    "Only people who wait for a service are modelled in hospital, so acute-hospitals has no limit "
    "of beds and no treatment time, and its occupancy is not the hospitals' occupancy.",
    "People who wait at the start have waited some days already. The workbook does not say how "
    "long, so their earlier days are left out of every wait and delay.",
    "People in a service at the start stay on for a time drawn evenly between one day and a fresh "
    "stay, which is the published model's rule.",
    "More people than places may be there at the start. Nobody is put out: places close as people "
    "leave, until there is room.",
    "The workbook does not say where people go after a service, so there is one way out.",
]


def notes(workbook: Workbook, settings: Mapping[str, str], base: str) -> str:
    """notes.md: what the place took from where, and what the planner should look at."""
    named = "\n".join(f"| {node} | `{name}` |" for node, name in settings.items())
    parts = [
        f"# What was decided in importing {workbook.path.name}\n",
        f"| in the workbook | in the place |\n|---|---|\n{named}\n",
        *(f"- {line}" for line in _lines(workbook, base)),
    ]
    return "\n".join(parts) + "\n"


def _lines(workbook: Workbook, base: str) -> list[str]:
    lines = [
        f"**The base** is the first scenario of each tab ({base}). Every other scenario is a "
        "lever, and every combination a scenario of `experiment.yaml`, under the workbook's codes.",
        "**The start.** People there stay on for a time drawn evenly between one day and a fresh "
        "stay, as in the published model. That leaves out that long stays are met more often. For "
        "the remaining stay of a service that has long run, write `stay_left: equilibrium` in "
        "`start`, or add the lever `equilibrium-start` to every scenario.",
        "**Who waits at the start** enters as soon as there is room, before anybody who comes "
        "later. (In the published model's beds they are never given one, and most of them make "
        "somebody else hold a bed for good.)",
        "**Who runs and pays.** The workbook does not say; costs are shown under both bodies. Add "
        "`organisations` to the place, and `organisation` to each setting.",
        "**Names of localities** are the workbook's letters, unless given with `--locality`.",
        "**Replications and seed** of the experiment are ours: the workbook has none.",
    ]
    if any(pathway == "P1" for pathway, _ in workbook.services.values()):
        lines += _p1_lines()
    if workbook.not_read:
        tabs = ", ".join(repr(name) for name in workbook.not_read)
        lines.append(f"**Tabs not read**, as the published model does not: {tabs}.")
    return lines


def _p1_lines() -> list[str]:
    return [
        "**P1: visits.** A service has, for each place, the mean of all first and last visits "
        "(IVR, FVR) a day, as published, rounded down: half a visit is no use to anybody.",
        "**P1: stays.** The published model rounds a stay to whole days, and draws it again at 0, "
        "and from the mean plus three standard deviations on (0.3 of the mean, where sd_los is "
        "blank). Here stays are not rounded, and are drawn again below half a day and above the "
        "longest of those whole days and a half.",
        "**P1: needs.** Everybody needs IVR at first and FVR at last. The published model draws "
        "both for each person (standard deviation 0.5, not in the workbook) and rounds them, which "
        "makes the last need 1.19 on average where FVR is 1. Set `need` to try that.",
        "**P1: days.** The published model takes people on once a day; here they start at any hour "
        "at which visits are free.",
        "**P1: cost.** community_cost is taken as the cost of a person's day, as for beds. The "
        "published model charges it for each visit.",
    ]
