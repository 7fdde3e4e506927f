"""``careflow import ipacs``: an IPACS workbook as a place, levers and an experiment.

P1 becomes care at home in visits a day, P2 and P3 become beds; people come to one acute setting
on the day on which they are ready to leave it, and wait there for their service.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

from sim.importers.ipacs_notes import ABOUT_P1, ASSUMPTIONS, HEAD, notes
from sim.importers.ipacs_numbers import (
    ARRIVALS_FILE,
    arrivals_as_written,
    figure,
    kind_of_space,
    plain,
    repeats_weekly,
    spaces_of,
    stay_as_written,
)
from sim.importers.ipacs_workbook import Workbook, read_workbook
from sim.importers.writing import Draft, must_be_new, write_place
from sim.place.load import check_place
from sim.place.problems import input_error

ACUTE = "acute-hospitals"
OUT = "leaves-service"
EQUILIBRIUM = "equilibrium-start"
KINDS = {"P1": "care at home", "P2": "rehabilitation beds", "P3": "care home beds"}
_LOCALITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,49}")
REPLICATIONS, SEED = 100, 1


@dataclass(frozen=True)
class Combination:
    """One scenario of each kind, by its code."""

    capacity: str
    stay: str
    arrivals: str

    @property
    def name(self) -> str:
        """The three codes, as the published model joins them."""
        return f"{self.capacity}_{self.stay}_{self.arrivals}"


def import_workbook(path: Path, folder: Path, localities: Mapping[str, str]) -> list[str]:
    """Write place.yaml, levers, experiment.yaml and notes.md; returns what to say of it.

    ``localities``: code → the locality's name, where the code alone will not do.

    Raises:
        InputError: the workbook can't be carried over (by tab and cell), or the folder is not new.
    """
    must_be_new(folder)
    workbook = read_workbook(path)
    names = _Names(workbook, localities)
    base, others = _alternatives(workbook)
    for each in others.values():
        _check(_place(workbook, names, each), path)
    levers = _levers(workbook, names, base, others)
    files = {f"levers/{name}.yaml": draft.text() for name, draft in levers.items()}
    files["experiment.yaml"] = _experiment(workbook, base, others).text()
    files["notes.md"] = notes(workbook, names.settings, base.name)
    if not repeats_weekly(workbook):
        files[ARRIVALS_FILE] = _arrivals_file(workbook, names)
    place = write_place(folder, _place(workbook, names, base), files, str(path))
    count = len(workbook.capacity) * len(workbook.stays) * len(workbook.arrivals)
    return [
        f"{len(place.settings) - 1} services and {count} scenarios are in {folder}; what had to be "
        f"decided is in {folder / 'notes.md'}. Now:",
        f"  careflow explain {folder / 'place.yaml'}",
        f"  careflow run {folder / 'experiment.yaml'}",
    ]


def _check(draft: Draft, path: Path) -> None:
    """Find what is wrong with the numbers of one scenario, by cell; arrivals are known to be right.

    Raises:
        InputError: a number makes no sense in a place.
    """
    for group in draft.tree["patients"].values():
        if group.pop("daily_numbers", None):  # in a file that is not written yet
            group["per_day"] = 1
    check_place(draft.as_document(path, str(path)))


def locality_names(written: Sequence[str]) -> dict[str, str]:
    """The code and name of each locality, from ``CODE=NAME``.

    Raises:
        InputError: it is not written so, or a code is here twice.

    >>> locality_names(["NS=North Somerset"])
    {'NS': 'North Somerset'}
    """
    names: dict[str, str] = {}
    for each in written:
        code, equals, name = (part.strip() for part in each.partition("="))
        if not (code and equals and _LOCALITY.fullmatch(name)) or code in names:
            raise input_error(
                f"--locality {each[:60]}",
                "write the locality's code, =, and its name of letters, figures, spaces and -, "
                "each code once, such as NS=North Somerset",
            )
        names[code] = name
    return names


class _Names:
    """What each service and locality is called in the place."""

    def __init__(self, workbook: Workbook, localities: Mapping[str, str]) -> None:
        codes = dict.fromkeys(code for _, code in workbook.services.values())
        unknown = [code for code in localities if code not in codes]
        if unknown:
            raise input_error(
                f"--locality {unknown[0]}={localities[unknown[0]]}",
                f"no locality {unknown[0]!r} in the workbook; there are: {', '.join(codes)}",
            )
        self.locality = {node: localities.get(c, c) for node, (_, c) in workbook.services.items()}
        self.settings = {
            node: f"{pathway}-{'-'.join(self.locality[node].split())}".lower()
            for node, (pathway, _) in workbook.services.items()
        }
        self.titles = {
            node: f"{pathway} {KINDS[pathway]}, {self.locality[node]}"
            for node, (pathway, _) in workbook.services.items()
        }
        if len(set(self.settings.values())) < len(self.settings):
            raise input_error("--locality", "two localities may not have one name")


def _alternatives(workbook: Workbook) -> tuple[Combination, dict[str, Combination]]:
    """The base, and each other scenario laid over the base, by the name of its lever."""
    kinds: dict[str, list[str]] = {
        "capacity": list(workbook.capacity),
        "stay": list(workbook.stays),
        "arrivals": list(workbook.arrivals),
    }
    base = {kind: codes[0] for kind, codes in kinds.items()}
    every = [code.lower() for codes in kinds.values() for code in codes]
    others = {}
    for kind, codes in kinds.items():
        for code in codes[1:]:
            lever = code if every.count(code.lower()) == 1 else f"{kind}-{code}"
            others[lever] = Combination(**{**base, kind: code})
    return Combination(**base), others


def _place(workbook: Workbook, names: _Names, of: Combination) -> Draft:
    """The place as it is with one scenario of each kind."""
    draft = Draft()
    draft.above[()] = HEAD.format(file=workbook.path.name)
    draft.put("place", value=f"{workbook.path.stem[:150]}, from an IPACS workbook")
    draft.put("start_date", value=workbook.dates[0].isoformat())
    draft.put("assumptions", value=[*([ABOUT_P1] if _has_p1(workbook) else []), *ASSUMPTIONS])
    draft.put("bank_holidays", value="as usual")
    acute = {
        "name": "Acute hospitals (people ready to leave)",
        "acute": "yes",
        "beds": "unlimited",
        "stay": {"fixed": {"value": 0}},
        "cost_per_day": figure(workbook, workbook.acute_cost.number, workbook.acute_cost),
    }
    draft.put("settings", ACUTE, value=acute, source=workbook.acute_cost.where)
    for node in workbook.services:
        _put_service(draft, workbook, names, node, of)
    draft.put("exits", value={OUT: {"name": "Home or long-term care"}})
    for node in workbook.services:
        draft.put("routes", names.settings[node], value={OUT: "rest"})
    for node in workbook.services:
        _put_group(draft, workbook, names, node, of)
    _put_start(draft, workbook, names)
    return draft


def _put_service(
    draft: Draft, workbook: Workbook, names: _Names, node: str, of: Combination
) -> None:
    at = ("settings", names.settings[node])
    draft.above[at] = node
    draft.put(*at, "name", value=names.titles[node])
    draft.put(*at, "locality", value=names.locality[node])
    cell = workbook.capacity[of.capacity][node]
    draft.put(
        *at, kind_of_space(workbook, node), value=spaces_of(workbook, node, cell), source=cell.where
    )
    stay = workbook.stays[of.stay][node]
    if stay.need:
        need = {"first": plain(stay.need[0]), "last": plain(stay.need[1])}
        draft.put(*at, "need", value=need, source=stay.where)
    draft.put(*at, "stay", value=stay_as_written(workbook, stay), source=stay.where)
    cost = workbook.cost[node]
    draft.put(*at, "cost_per_day", value=figure(workbook, cost.number, cost), source=cost.where)


def _put_group(draft: Draft, workbook: Workbook, names: _Names, node: str, of: Combination) -> None:
    name = names.settings[node]
    at = ("patients", name)
    draft.put(*at, "name", value=f"People who need {names.titles[node]}")
    draft.put(*at, "locality", value=names.locality[node])
    draft.put(*at, "arrives_at", value=ACUTE)
    cells = workbook.arrivals[of.arrivals][node]
    if repeats_weekly(workbook):
        draft.put(*at, "per_day", value=1)
    key, value = arrivals_as_written(workbook, name, of.arrivals, cells)
    draft.put(*at, key, value=value, source=cells[0].where)
    pathway = workbook.services[node][0]
    draft.put(*at, "routes", value={ACUTE: {name: {"share": "rest", "pathway": pathway}}})


def _put_start(draft: Draft, workbook: Workbook, names: _Names) -> None:
    people, waiting = [], []
    for node, name in names.settings.items():
        there, queue = workbook.there[node], workbook.waiting[node]
        number = figure(workbook, there.number, there)
        people.append({"setting": name, "group": name, "number": number,
                       "stay_left": "uniform from one day"})  # fmt: skip
        number = figure(workbook, queue.number, queue)
        waiting.append({"waiting_for": name, "group": name, "setting": ACUTE, "number": number})
    draft.put("start", "people", value=people, source=next(iter(workbook.there.values())).where)
    draft.put("start", "waiting", value=waiting, source=next(iter(workbook.waiting.values())).where)


def _levers(
    workbook: Workbook, names: _Names, base: Combination, others: Mapping[str, Combination]
) -> dict[str, Draft]:
    """A lever for each scenario other than the base, and one for another rule of the start."""
    levers = {}
    for lever, of in others.items():
        change: dict[str, Any] = {}
        for node, name in names.settings.items():
            if of.capacity != base.capacity:
                spaces = spaces_of(workbook, node, workbook.capacity[of.capacity][node])
                change[f"settings.{name}.{kind_of_space(workbook, node)}"] = {"set": spaces}
            if of.stay != base.stay:
                stay = stay_as_written(workbook, workbook.stays[of.stay][node])
                change[f"settings.{name}.stay"] = {"set": stay}
            if of.arrivals != base.arrivals:
                cells = workbook.arrivals[of.arrivals][node]
                key, value = arrivals_as_written(workbook, name, of.arrivals, cells)
                change[f"patients.{name}.{key}"] = {"set": value}
        tab, code = next(
            (tab, code)
            for tab, code, first in (
                ("capacity", of.capacity, base.capacity),
                ("los", of.stay, base.stay),
                ("arrivals", of.arrivals, base.arrivals),
            )
            if code != first
        )
        levers[lever] = _lever(
            lever, f"The workbook's {tab} {code}",
            f"The numbers of the scenario {code} on the tab '{tab}' of {workbook.path.name}, in "
            "place of those of the first scenario. The workbook does not say what brings it about.",
            change,
        )  # fmt: skip
    levers[EQUILIBRIUM] = _lever(
        EQUILIBRIUM, "People there at the start as in a service that has long run",
        "Another rule for the days left to people who are there at the start: a chance day falls "
        "into a long stay more often than into a short one. Add it to every scenario, or to none.",
        {"start.people.*.stay_left": {"set": "equilibrium"}},
    )  # fmt: skip
    return levers


def _lever(name: str, title: str, how: str, change: dict[str, Any]) -> Draft:
    draft = Draft()
    evidence = {"strength": "none", "says": "A scenario, not a finding."}
    for key, value in (("lever", name), ("title", title), ("how", how), ("change", change),
                       ("evidence", evidence)):  # fmt: skip
        draft.put(key, value=value)
    return draft


def _experiment(workbook: Workbook, base: Combination, others: Mapping[str, Combination]) -> Draft:
    """Every combination of the workbook's scenarios, the base first."""
    levers = {of: lever for lever, of in others.items()}
    scenarios: dict[str, list[str]] = {}
    for capacity, stay, arrivals in product(workbook.capacity, workbook.stays, workbook.arrivals):
        alone = (
            replace(base, capacity=capacity),
            replace(base, stay=stay),
            replace(base, arrivals=arrivals),
        )
        name = Combination(capacity, stay, arrivals).name
        scenarios[name] = [levers[each] for each in alone if each != base]
    draft = Draft()
    draft.put("experiment", value=f"Every combination of the scenarios of {workbook.path.name}")
    question = "How many people wait for each service, with each capacity, stay and arrivals?"
    draft.put("question", value=question)
    draft.put("place", value="place.yaml")
    draft.put("levers", value="levers")
    draft.put("scenarios", value=scenarios)
    draft.put("days", value=len(workbook.dates), beside="as many as the workbook has arrivals for")
    draft.put("warm_up", value=0, beside="it starts from the people who are there")
    draft.put("replications", value=REPLICATIONS)
    draft.put("seed", value=SEED)
    draft.put("compare_on", value=["delayed_bed_days"])
    return draft


def _has_p1(workbook: Workbook) -> bool:
    return any(pathway == "P1" for pathway, _ in workbook.services.values())


def _arrivals_file(workbook: Workbook, names: _Names) -> str:
    """A CSV file with a row for each date, and a column for each group and scenario."""
    series = {
        f"{names.settings[node]} {code}": cells
        for code, services in workbook.arrivals.items()
        for node, cells in services.items()
    }
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["date", *series])
    for number, day in enumerate(workbook.dates):
        writer.writerow([day, *(plain(cells[number].number) for cells in series.values())])
    return out.getvalue()
