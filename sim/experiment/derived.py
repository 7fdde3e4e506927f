"""What follows from several measures at once: totals, cost per day saved, together beside alone.

Totals are added to the measures of each scenario before anything is compared. Ratios of paired
differences stand in ``comparison.csv`` beside the differences; their intervals are Fieller's, over
the replications, and there is a ratio only where the interval of the days saved lies above 0.

Source: Fieller (1954), Some problems in interval estimation, JRSS B 16.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from sim.experiment.families import Family, parts_of
from sim.experiment.intervals import Interval, p_value, pooled, ratio_of_means
from sim.experiment.scores import Floats, Key, Scores, key_of
from sim.place.reasons import REASON_GROUPS, REASONS

OUTSIDE_ACUTE = "outside acute beds"
EACH_ALONE, IN_PARTS = "each alone", "in parts"


DELAY, COST = key_of("delayed_bed_days"), key_of("cost_per_year")


def with_totals(scores: Scores, acute: Sequence[str]) -> Scores:
    """The measures with what is summed over them.

    Delayed bed days by each of the five groups of reasons; the beds, the occupancy and the share
    of people delayed in all acute settings together; the cost outside acute settings.
    """
    added: dict[Key, tuple[Floats, Floats]] = {}
    ones = np.ones(scores.replications)
    for group in REASON_GROUPS:
        mine = [
            key for key in scores.keys
            if key[0] == "delayed_bed_days" and key[5] and REASONS[key[5]].group == group
        ]  # fmt: skip
        if mine:
            total = np.sum([scores.value(key) for key in mine], axis=0)
            added[key_of("delayed_bed_days", part=group)] = total, ones
    by_setting = {
        name: [key for key in scores.keys if key[0] == name and key[1] in acute and not key[7]]
        for name in ("occupancy", "occupied", "cost_per_year")
    }
    if by_setting["occupancy"]:
        rows = [scores.row(key) for key in by_setting["occupancy"]]
        used, beds = (np.sum([row[i] for row in rows], axis=0) for i in (0, 1))
        added[key_of("acute_beds_open")] = beds, ones
        added[key_of("acute_occupancy")] = used, beds
    if by_setting["occupied"] and key_of("remaining") in scores.keys:
        there = np.sum([scores.value(key) for key in by_setting["occupied"]], axis=0)
        added[key_of("share_of_beds_delayed")] = scores.value(key_of("remaining")), there
    if by_setting["cost_per_year"]:
        acute_cost = np.sum([scores.value(key) for key in by_setting["cost_per_year"]], axis=0)
        added[key_of("cost_per_year", part=OUTSIDE_ACUTE)] = scores.value(COST) - acute_cost, ones
    keys = {**scores.keys, **{key: len(scores.keys) + n for n, key in enumerate(added)}}
    if not added:
        return scores
    return Scores(
        keys,
        np.vstack([scores.numerator, *(top for top, _ in added.values())]),
        np.vstack([scores.denominator, *(bottom for _, bottom in added.values())]),
    )


def ratios(
    scores: Mapping[str, Scores],
    family: Family,
    own: Mapping[str, Sequence[str]],
    widened: float = 1.0,
) -> list[tuple[str, Key, Interval, float]]:
    """What comparison.csv has beside the differences of a family: (scenario, key, value, p-value).

    The p-value of a cost of a day saved is that of no difference in cost; of saved together, that
    of a ratio of 1: the parts neither overlap nor help one another.
    """
    names = [name for name in family.scenarios if name in scores]
    all_have = min(scores[name].replications for name in (family.baseline, *names))
    scores = {name: each.first(all_have) for name, each in scores.items()}
    base = scores[family.baseline]
    saved: dict[str, Floats] = {
        name: base.value(DELAY) - scores[name].value(DELAY)
        for name in names
        if DELAY in scores[name].keys and DELAY in base.keys
    }
    found: list[tuple[str, Key, Interval, float]] = []
    for name, days in saved.items():
        for part in ("", OUTSIDE_ACUTE):
            key = key_of("cost_per_year", part=part)
            if key in scores[name].keys and key in base.keys:
                pounds = scores[name].value(key) - base.value(key)
                ratio = ratio_of_means(pounds, days, widened)
                if ratio is not None and ratio.mean == ratio.mean:
                    p = p_value(pooled(pounds, np.ones(all_have), widened))
                    found.append((name, key_of("cost_per_day_saved", part=part), ratio, p))
    mine = {name: own[name] for name in saved}
    for name, days in saved.items():
        found += [(name, *each) for each in _together(name, days, saved, mine, widened)]
    return found


def _together(
    name: str,
    days: Floats,
    saved: Mapping[str, Floats],
    own: Mapping[str, Sequence[str]],
    widened: float,
) -> list[tuple[Key, Interval, float]]:
    """What a combined scenario saves beside the sum of what its parts save alone."""
    found = []
    finest = parts_of(name, own)
    coarsest = parts_of(name, own, finest=False)
    for part, parts in ((EACH_ALONE, finest), (IN_PARTS, coarsest)):
        if len(parts) < 2 or (part == IN_PARTS and parts == finest):
            continue
        alone = np.sum([saved[each] for each in parts], axis=0)
        ones = np.ones(len(alone))
        total = pooled(alone, ones, widened)
        found.append((key_of("saved_alone", part=part), total, p_value(total)))
        ratio = ratio_of_means(days, alone, widened)
        if ratio is not None:
            p = p_value(pooled(days - alone, ones, widened))
            found.append((key_of("saved_together", part=part), ratio, p))
    return found
