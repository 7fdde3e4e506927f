"""Whatever the place: nobody is lost, no space stands idle while somebody waits, turns are kept."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.experiment.making.replicate import Replication
from sim.flow.log import EXCHANGED, FOUND_THERE, RETURNED, TURNED_AWAY
from sim.flow.model import Run, simulate
from sim.measures.measure import measure
from sim.measures.stays import Stays
from sim.patients.cohort import ARRIVES, draw_cohort
from sim.patients.plan import make_plan
from sim.place.schema import Place
from tests.places import a_place

DAYS = 24
NEAR = 1e-9
START = "2024-03-25"
"""A Monday; Good Friday is day 4 and Easter Monday day 7."""

FEW = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck),
               derandomize=True)  # fmt: skip

LENGTHS = st.sampled_from(
    [0, 0.25, 0.5, 1, 2, 4.5, {"exponential": {"mean": 1.5}}, {"uniform": [0, 3]},
     {"lognormal": {"mean": 3, "median": 2}}]
)  # fmt: skip
SPACES = st.sampled_from([0, 1, 1, 2, 2, 3, 5, "unlimited"])
DAY_NAMES = st.sampled_from(["every day", "weekdays", "mon-sat", "tue, thu", "sun"])


def maybe(some: st.SearchStrategy[Any], *, often: int = 1) -> st.SearchStrategy[Any]:
    """Something, or more often nothing."""
    return st.one_of(*[st.none()] * (4 - often), some)


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Any]:
    """What a setting may have, and mostly has not."""
    table = {
        "admits": draw(maybe(st.builds(
            lambda days, start: {"days": days, "from": start, "to": "18:00"},
            DAY_NAMES, st.sampled_from(["00:00", "06:00", "17:00"])))),
        "capacity_by_week": draw(maybe(st.builds(
            lambda days, spaces: [{"days": days, "from": "06:00", "to": "12:00", "spaces": spaces}],
            DAY_NAMES, SPACES))),
        "capacity_changes": draw(maybe(st.builds(
            lambda spaces, later: [{"from": "2024-03-28", "to": "2024-04-02", "spaces": spaces},
                                   {"from": "2024-04-08", "spaces": later}], SPACES, SPACES))),
        "queue_limit": draw(maybe(st.sampled_from([0, 1, 3]))),
        "turnaround": draw(maybe(st.sampled_from([0.25, "1 hour", 1]))),
        "decision_rounds": draw(maybe(st.builds(
            lambda days, chance: [{"days": days, "at": "12:00", "prob_ready": chance}],
            DAY_NAMES, st.sampled_from([0.3, 1])))),
        "pace_by_weekday": draw(maybe(st.sampled_from(
            [{"sat": 0, "sun": 0}, {"mon": 2}, {"wed": 0.5, "sun": 0.1}]))),
        "acute": draw(st.booleans()),
        "cost_per_day": draw(maybe(st.just(100))),
    }  # fmt: skip
    return {key: value for key, value in table.items() if value is not None}


@st.composite
def places(draw: st.DrawFn) -> dict[str, Any]:
    """A place of one to four settings, with loops, and of one to three groups."""
    names = [f"s{i}" for i in range(draw(st.integers(1, 4)))]
    transfers = {
        "arranged": {
            "arrange": [
                {"task": "Form", "takes": draw(LENGTHS), "reason": "referral-to-hub"},
                {"task": "Panel", "takes": draw(LENGTHS), "reason": "funding-eligibility"},
            ]
        },
        "handed over": {
            "arrange": [{"task": "Form", "takes": 0.25, "reason": "referral-to-hub"}],
            "hand_over": [{"task": "Transport", "takes": draw(LENGTHS), "reason": "transport"}],
        },
    }
    wards = {}
    for name in names:
        ward = {"beds": draw(SPACES), "stay": draw(LENGTHS), **draw(calendars())}
        others = [other for other in names if other != name]
        if others and draw(st.booleans()):
            ward["overflow"] = draw(
                st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True)
            )
            ward["returns"] = draw(st.sampled_from([True, True, False]))
            ward["outlier_stay_times"] = draw(st.sampled_from([0.5, 1, 1.5]))
        wards[name] = ward
    routes: dict[str, Any] = {}
    for name in names:
        ways: dict[str, Any] = {}
        for other in names:
            if other != name and draw(st.booleans()):
                ways[other] = {"share": 0.25, "priority": draw(maybe(st.integers(1, 9)))}
        ways["home"] = {"share": "rest"}
        for way in ways.values():
            way["transfer"] = draw(st.sampled_from([None, None, *transfers]))
        routes[name] = ways
    patients = {
        f"g{i}": {
            "arrives_at": draw(st.sampled_from(names)),
            "per_day": draw(st.sampled_from([0, 0.2, 1, 2.5])),
            "priority": draw(st.integers(3, 6)),
        }
        for i in range(draw(st.integers(1, 3)))
    }
    rows = st.builds(
        lambda setting, group, number, left: {
            "setting": setting, "group": group, "number": number, "stay_left": left,
        },
        st.sampled_from(names), st.sampled_from(sorted(patients)), st.integers(0, 4),
        st.sampled_from(["equilibrium", "fresh", "uniform from one day", 0, 0.5, 3]),
    )  # fmt: skip
    waiting = []
    for name in draw(st.lists(st.sampled_from(names), max_size=2)):
        ahead = [way for way in routes[name] if way != "home"]
        inside = {"setting": name, "waiting_for": draw(st.sampled_from(ahead))} if ahead else None
        row = {"group": draw(st.sampled_from(sorted(patients))), "number": draw(st.integers(0, 3)),
               "days_waited": draw(st.sampled_from([0, 0.5, 3]))}  # fmt: skip
        waiting.append({**row, **(inside or {"waiting_for": name})})
    return {
        "start_date": START,
        "settings": wards,
        "transfers": transfers,
        "routes": routes,
        "patients": patients,
        "start": {"people": draw(st.lists(rows, max_size=3)), "waiting": waiting},
    }


def played(place: Place, on_the_hour: bool, seed: int = 1) -> Replication:
    """The place run, checked against itself and measured; many instants equal if on the hour."""
    plan = make_plan(place)
    cohort = draw_cohort(plan, DAYS, seed, 0, 50_000)
    if on_the_hour:
        # Later, not earlier: ways are drawn only as far as they could go before the end.
        later = np.ceil(cohort.arrived_at * 4) / 4
        moved = (cohort.starts == ARRIVES) & (later < DAYS)
        cohort = replace(cohort, arrived_at=np.where(moved, later, cohort.arrived_at))
    run = simulate(plan, cohort, DAYS)
    return Replication(run, measure(run, 5))


def columns(run: Run) -> list[bytes]:
    """The log as it stands, column by column."""
    log = run.log
    of_log = (log.asked_at, log.placed_at, log.admitted_at, log.ready_at, log.left_at,
              log.setting, log.visit, log.came)  # fmt: skip
    return [column.tobytes() for column in of_log]


def priority_and_turn(run: Run, stays: Stays) -> list[tuple[int, float, int]]:
    """For each stay's asking: priority, instant of asking, patient number."""
    first = set(run.cohort.first_visit.tolist())
    turns = []
    for row, visit in enumerate(stays.visit.tolist()):
        person = int(run.cohort.visits.person[visit])
        if visit in first:
            priority = run.plan.group(int(run.cohort.group[person])).priority
        else:
            priority = run.plan.routes[int(run.cohort.visits.route[visit - 1])].priority
        asked_at = stays.asked_at[visit] if stays.came[row] == RETURNED else stays.asked_at[row]
        turns.append((priority, float(asked_at), person))
    return turns


def value_at(steps: list[tuple[float, float]], at: float) -> float:
    return [value for start, value in steps if start <= at][-1]


def no_space_stands_idle_while_somebody_waits(run: Run, stays: Stays) -> None:
    for number, name in enumerate(run.plan.settings):
        mine = (stays.setting == number) & (stays.held_from < DAYS)
        starts, ends = stays.held_from[mine], stays.freed_at[mine]
        asked = (stays.wanted == number) & stays.has_asked & ~stays.was_turned_away
        waits = asked & (stays.placed_at > stays.asked_at) & (stays.asked_at < DAYS)
        steps, hours = run.capacity[number], run.open_hours[number]
        edges = {0.0, float(DAYS), *(at for at, _ in steps)}
        edges |= set(starts.tolist()) | set(ends.tolist())
        edges |= {at for stretch in hours or () for at in stretch}
        rows = [(stays.asked_at[row], stays.placed_at[row]) for row in np.flatnonzero(waits)]
        if run.plan.setting(number).returns:
            away = (stays.wanted == number) & (stays.setting != number)
            until = np.minimum(stays.ready_at, stays.left_at)
            rows += [(stays.admitted_at[row], until[row]) for row in np.flatnonzero(away)]
        for since, until_at in rows:
            a, b = max(float(since), 0.0), min(float(until_at), float(DAYS))
            cuts = sorted({a, b} | {at for at in edges if a < at < b})
            for low, high in pairwise(cuts):
                if high - low < 1e-6:
                    continue
                middle = (low + high) / 2
                in_use = int(((starts <= middle) & (ends > middle)).sum())
                is_open = hours is None or any(s <= middle < e for s, e in hours)
                has_room = is_open and in_use < value_at(steps, middle)
                assert not has_room, f"{name} has room from {low} to {high} and somebody waits"


def turns_are_kept(run: Run, stays: Stays) -> None:
    """Nobody is placed while somebody before them in turn waits on."""
    turns = priority_and_turn(run, stays)
    for number in range(len(run.plan.settings)):
        here = np.flatnonzero((stays.wanted == number) & ~stays.was_turned_away)
        by_turn = [
            row
            for row in here.tolist()
            if stays.setting[row] == number
            and stays.came[row] not in (FOUND_THERE, EXCHANGED)
            and np.isfinite(stays.placed_at[row])
        ]
        waited = [row for row in here.tolist() if stays.has_asked[row]]
        for row in by_turn:
            at = stays.placed_at[row]
            for other in waited:
                if stays.asked_at[other] < at < stays.placed_at[other]:
                    assert turns[row] <= turns[other], (
                        f"{turns[row]} was placed at {at} before {turns[other]}"
                    )


def everybody_is_somewhere(run: Run, stays: Stays) -> None:
    """Each person's stays follow one another without a gap, to an exit or to the end."""
    by_person: dict[int, list[int]] = {}
    for row in np.flatnonzero(np.isfinite(stays.asked_at)).tolist():
        by_person.setdefault(int(stays.person[row]), []).append(row)
    assert len(by_person) == len(run.cohort.group)
    exits = len(run.plan.settings)
    for rows in by_person.values():
        rows.sort(key=lambda row: (stays.visit[row], stays.admitted_at[row]))
        for row, following in pairwise(rows):
            if np.isfinite(stays.admitted_at[following]):
                assert stays.left_at[row] == stays.admitted_at[following]
            else:
                assert np.isinf(stays.left_at[row]), "waits for the next space in this one"
        last = rows[-1]
        if np.isfinite(stays.left_at[last]):
            route = int(run.cohort.visits.route[stays.visit[last]])
            assert run.plan.routes[route].to >= exits, "left the place by an exit"


def measures_agree_with_the_log(result: Replication) -> None:
    """The means of the window, once more and by another way, and the daily series."""
    run, stays, window = result.run, result.measured.stays, (5.0, float(DAYS))
    days = window[1] - window[0]

    def mean(of: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
        ends = np.minimum(end[of], window[1])
        starts = np.clip(start[of], *window)
        return float(np.maximum(ends - starts, 0).sum()) / days

    found = {(row.measure, row.setting): row for row in result.measured.rows
             if not (row.reason or row.body or row.group or row.part)}  # fmt: skip
    for number, name in enumerate(run.plan.settings):
        here, wanted = stays.setting == number, stays.wanted == number
        asked = wanted & stays.has_asked & ~stays.was_turned_away
        exact = {
            "occupied": mean(here, stays.admitted_at, stays.left_at),
            "reserved": mean(here, stays.held_from, stays.admitted_at),
            "waiting": mean(asked, stays.asked_at, stays.placed_at),
            "delayed": mean(here, stays.ready_at, stays.left_at),
        }
        for measure_name, number_of in exact.items():
            assert abs(found[measure_name, name].numerator - number_of) < 1e-6, measure_name
            series = result.measured.series[measure_name][number]
            assert len(series) == DAYS
            assert abs(series[5:].mean() - number_of) < 1e-6, measure_name
        parts = [found[f"delayed_{part}", name].numerator
                 for part in ("process", "capacity", "handover")]  # fmt: skip
        assert min(parts) > -1e-9
        assert abs(sum(parts) - exact["delayed"]) < 1e-6
    reasons = sum(row.numerator for row in result.measured.rows
                  if row.reason and row.measure == "delayed_bed_days")  # fmt: skip
    assert abs(reasons - found["delayed_bed_days", ""].numerator) < 1e-3
    groups = sum(row.numerator for row in result.measured.rows
                 if row.group and row.measure == "delayed_bed_days")  # fmt: skip
    assert abs(groups - found["delayed_bed_days", ""].numerator) < 1e-3


@FEW
@given(places(), st.booleans())
def test_in_a_random_place_every_rule_of_the_model_holds(
    tables: dict[str, Any], on_the_hour: bool
) -> None:
    place = a_place(**tables)
    result = played(place, on_the_hour)
    run, stays = result.run, result.measured.stays
    everybody_is_somewhere(run, stays)
    no_space_stands_idle_while_somebody_waits(run, stays)
    turns_are_kept(run, stays)
    measures_agree_with_the_log(result)
    again = played(place, on_the_hour)
    assert columns(again.run) == columns(run)
    assert [repr(row) for row in again.measured.rows] == [repr(row) for row in result.measured.rows]


@FEW
@given(places())
def test_people_who_are_turned_away_came_to_a_queue_at_its_limit(tables: dict[str, Any]) -> None:
    result = played(a_place(**tables), on_the_hour=False)
    run, stays = result.run, result.measured.stays
    firsts = set(run.cohort.first_visit.tolist())
    at_door = np.array([visit in firsts for visit in stays.visit.tolist()])
    for row in np.flatnonzero(stays.came == TURNED_AWAY).tolist():
        assert at_door[row], "a transfer is never turned away"
        assert stays.asked_at[row] > 0, "nor is anybody who waited already"
        setting = run.plan.setting(int(stays.wanted[row]))
        assert not setting.overflow
        assert setting.queue_limit is not None
        same = (stays.wanted == stays.wanted[row]) & at_door & ~stays.was_turned_away
        at = stays.asked_at[row]
        waiting = int((same & (stays.asked_at <= at) & (stays.placed_at > at)).sum())
        assert waiting >= setting.queue_limit.value


CALM = st.fixed_dictionaries(
    {},
    optional={
        "turnaround": st.sampled_from([0.1, "6 hours"]),
        "admits": st.just({"days": "weekdays", "from": "08:00", "to": "18:00"}),
        "decision_rounds": st.just([{"days": "mon-sat", "at": "10:00", "prob_ready": 0.6}]),
        "pace_by_weekday": st.just({"sat": 0.5, "sun": 0}),
    },
)


@FEW
@given(
    st.integers(1, 5), st.integers(1, 4), st.sampled_from([1.0, 3.0, 6.0]), LENGTHS, CALM,
    st.integers(0, 1000),
)  # fmt: skip
def test_more_beds_never_lengthen_anybodys_wait_on_the_same_patients(
    beds: int, more: int, per_day: float, stay: Any, rules: dict[str, Any], seed: int
) -> None:
    def waits(number: int) -> np.ndarray:
        place = a_place(
            start_date=START,
            settings={"ward": {"beds": number, "stay": stay, **rules}},
            routes={"ward": {"home": 1}},
            patients={"people": {"arrives_at": "ward", "per_day": per_day}},
        )
        stays = played(place, on_the_hour=False, seed=seed).measured.stays
        return np.asarray(stays.placed_at - stays.asked_at)

    few, many = waits(beds), waits(beds + more)
    assert len(few) == len(many)
    assert np.all(many <= few + NEAR)


def test_random_places_reach_what_they_are_meant_to_reach() -> None:
    """Or the tests above would say little: waits, rings, outliers, returns and people refused."""
    seen: dict[str, int] = {}

    @settings(FEW, max_examples=250)
    @given(places(), st.booleans())
    def look(tables: dict[str, Any], on_the_hour: bool) -> None:
        result = played(a_place(**tables), on_the_hour)
        stays = result.measured.stays
        for what, number in {
            "exchanges": result.run.log.exchanges,
            "turned away": int((stays.came == TURNED_AWAY).sum()),
            "returned": int((stays.came == RETURNED).sum()),
            "outliers": int((stays.setting != stays.wanted).sum()),
            "there": int((stays.came == FOUND_THERE).sum()),
            "waited": int(
                (np.isfinite(stays.placed_at) & (stays.placed_at > stays.asked_at)).sum()
            ),
            "shut": len(result.run.log.kept_out),
            "loops": int((result.run.cohort.visits.number > 0).sum()),
        }.items():
            seen[what] = seen.get(what, 0) + min(number, 1)

    look()
    assert all(number >= 2 for number in seen.values()), json.dumps(seen)
