"""The two national measures of delay, each by its own definition, over whole calendar dates.

*Criteria to reside* is a census: who newly no longer needs acute care on a date, who was
discharged, who remains at the day's end, and why. *Discharge ready date* looks back from completed
discharges: the whole days from the date of readiness to the date of leaving.

People who leave before their first midnight in hospital, and people who die, are outside.

Source: NHS England, acute daily discharge situation report; discharge ready date statistics.
"""

from datetime import timedelta

import numpy as np

from sim.flow.model import Run
from sim.measures.delays import AcuteSpells, Waits, acute_stays, is_listed
from sim.measures.rows import MeasureRow, by_name, localities, within
from sim.measures.stays import Bools, Floats, Stays
from sim.measures.stretches import Stretches
from sim.place.reasons import REASON_GROUPS, REASONS
from sim.place.words import WEEKDAYS

BANDS: tuple[tuple[str, int, float], ...] = (
    ("1 day", 1, 1),
    ("2-3 days", 2, 3),
    ("4-6 days", 4, 6),
    ("7-13 days", 7, 13),
    ("14-20 days", 14, 20),
    ("21 days or more", 21, np.inf),
)
LONG_STAY = 7.0
"""Reasons are collected for people with this many days in hospital or more."""
NOON, FIVE_O_CLOCK = 12 / 24, 17 / 24


def national(
    run: Run,
    stays: Stays,
    spells: AcuteSpells,
    waits: Waits,
    stretches: Stretches,
    window: tuple[float, float],
) -> list[MeasureRow]:
    """Both national measures, for the place, its localities and its wards."""
    if not acute_stays(run, stays).any():
        return []
    everybody = np.ones(len(waits.stay), dtype=np.bool_)
    rows = [
        *_census(waits, everybody, window),
        *_by_weekday(run, waits, window),
        *_ready_date(waits, everybody, window),
        *_bands(waits, window),
        *_reasons_at_midnight(stays, spells, stretches, is_listed(run, stays), window),
    ]
    places, of_person = localities(run)
    where = of_person[stays.person[waits.stay]]
    for name, number in by_name(places, where).items():
        if name:
            rows += _census(waits, where == number, window, locality=name)
            rows += _ready_date(waits, where == number, window, locality=name)
    ward = stays.setting[waits.stay]
    for s, name in enumerate(run.plan.settings):
        if run.plan.setting(s).acute:
            rows += _ready_date(waits, ward == s, window, setting=name)
    return rows


def _census(
    waits: Waits, chosen: Bools, window: tuple[float, float], locality: str = ""
) -> list[MeasureRow]:
    """Criteria to reside: newly ready, discharged, and remaining at each day's end."""
    days = window[1] - window[0]
    newly = float((chosen & within(waits.ready_at, window)).sum())
    gone = chosen & within(waits.left_at, window) & (waits.ready_at < window[1])
    discharged = float((gone & waits.is_discharge).sum())
    first, last = int(window[0]) + 1, int(window[1])
    remaining = float(midnights(waits.ready_at, waits.left_at, first, last)[chosen].sum())
    at_start = midnights(waits.ready_at, waits.left_at, first - 1, first - 1)[chosen].sum()
    at_end = midnights(waits.ready_at, waits.left_at, last, last)[chosen].sum()
    listed = newly + remaining - float(at_end) + float(at_start)
    pairs = {
        "newly_ready_per_day": (newly / days, 1.0),
        "discharged_per_day": (discharged / days, 1.0),
        "remaining": (remaining / days, 1.0),
        "remaining_days": (remaining, newly),
        "share_discharged": (discharged, listed),
    }
    return [MeasureRow(name, *pair, locality=locality) for name, pair in pairs.items()]


def midnights(start: Floats, end: Floats, first: int, last: int) -> Floats:
    """How many midnights from ``first`` to ``last`` each interval holds; shape of ``start``.

    >>> midnights(np.array([0.5, 1.0]), np.array([2.5, 1.5]), 1, 10).tolist()
    [2.0, 1.0]
    """
    begin = np.maximum(np.ceil(np.minimum(start, 1e12)), first)
    finish = np.minimum(np.ceil(np.minimum(end, 1e12)), last + 1)
    return np.asarray(np.maximum(finish - begin, 0.0))


def _by_weekday(run: Run, waits: Waits, window: tuple[float, float]) -> list[MeasureRow]:
    """Newly ready and discharged on each weekday, against the mean of all days."""
    first, end = int(window[0]), int(window[1])
    start = run.plan.place.start_date
    weekday = np.array([(start + timedelta(days=day)).weekday() for day in range(first, end)])
    number = np.bincount(weekday, minlength=7)
    rows = []
    for name, instant in (
        ("newly_ready_by_weekday", waits.ready_at),
        ("discharged_by_weekday", np.where(waits.is_discharge, waits.left_at, np.inf)),
    ):
        day = np.floor(instant[within(instant, window)]).astype(np.int64) - first
        by_day = np.bincount(day, minlength=end - first)
        mean = float(by_day.sum()) / (end - first)
        for i, word in enumerate(WEEKDAYS):
            if number[i]:
                total = float(by_day[weekday == i].sum()) / float(number[i])
                rows.append(MeasureRow(name, total, mean, part=word))
    return rows


def _whole_days(waits: Waits, chosen: Bools) -> Floats:
    return np.floor(waits.left_at[chosen]) - np.floor(waits.ready_at[chosen])


def _ready_date(
    waits: Waits,
    chosen: Bools,
    window: tuple[float, float],
    locality: str = "",
    setting: str = "",
) -> list[MeasureRow]:
    """Discharge ready date: whole days of those who left, and the time of day."""
    gone = chosen & waits.is_discharge & within(waits.left_at, window)
    days = _whole_days(waits, gone)
    people, delayed = float(len(days)), float((days >= 1).sum())
    clock = waits.left_at[gone] % 1.0
    pairs = {
        "drd_share_delayed": (delayed, people),
        "drd_delay_days": (float(days.sum()), people),
        "drd_delay_days_if_delayed": (float(days.sum()), delayed),
        "discharged_by_noon": (float((clock < NOON).sum()), people),
        "discharged_by_17": (float((clock < FIVE_O_CLOCK).sum()), people),
    }
    return [
        MeasureRow(name, *pair, locality=locality, setting=setting) for name, pair in pairs.items()
    ]


def _bands(waits: Waits, window: tuple[float, float]) -> list[MeasureRow]:
    """How long the delays of those delayed last, in whole days."""
    days = _whole_days(waits, waits.is_discharge & within(waits.left_at, window))
    delayed = float((days >= 1).sum())
    return [
        MeasureRow("drd_band", float(((days >= low) & (days <= high)).sum()), delayed, part=name)
        for name, low, high in BANDS
    ]


def _reasons_at_midnight(
    stays: Stays,
    spells: AcuteSpells,
    stretches: Stretches,
    listed: Bools,
    window: tuple[float, float],
) -> list[MeasureRow]:
    """Reasons as the source counts them: at the day's end, of those with 7 days or more."""
    first, last = int(window[0]) + 1, int(window[1])
    days = window[1] - window[0]
    since = np.full(len(stays.visit), np.inf)
    inside = spells.of_stay >= 0
    since[inside] = spells.since[spells.of_stay[inside]]
    start = np.maximum(stretches.start, since[stretches.stay] + LONG_STAY)
    number = midnights(start, stretches.end, first, last) * listed[stretches.stay]
    by_cause = np.bincount(stretches.cause, weights=number, minlength=len(stretches.causes))
    by_reason: dict[tuple[str, str], float] = {}
    by_group = dict.fromkeys(REASON_GROUPS, 0.0)
    for cause, total in zip(stretches.causes, by_cause.tolist(), strict=True):
        key = cause.reason, cause.body
        by_reason[key] = by_reason.get(key, 0.0) + total
        by_group[REASONS[cause.reason].group] += total
    whole = float(by_cause.sum())
    shares: dict[str, float] = {}
    for (reason, _), total in by_reason.items():
        shares[reason] = shares.get(reason, 0.0) + total
    rows = [MeasureRow("remaining_7_days", whole / days)]
    rows += [
        MeasureRow("remaining_7_days", total / days, reason=reason, body=body)
        for (reason, body), total in by_reason.items()
    ]
    rows += [MeasureRow("share_of_reasons", n, whole, part=g) for g, n in by_group.items()]
    rows += [MeasureRow("share_of_reasons", n, whole, reason=r) for r, n in shares.items()]
    return rows
