"""How far the order of the levers depends on what was assumed: each family ranked by itself."""

from collections.abc import Sequence
from functools import partial
from itertools import combinations

from sim.report.dots import SERIES, Panel, Point, dot_figure, points_of
from sim.report.drawing import picture
from sim.report.marks import Picture
from sim.report.parts.ranking import DELAY, Ranked, ranking
from sim.report.results import Results
from sim.report.table import Rows, Table, between
from sim.report.wording import changes, counted, quoted

Changes = tuple[str, ...]


def ranked_in(results: Results) -> dict[str, dict[Changes, Ranked]]:
    """Baseline → what is changed → its place in the ranking against that baseline.

    Only baselines with two or more of the changes that stand in the first ranking as well.
    """
    first = {results.own[r.scenario]: r for r in ranking(results)}
    found = {results.baseline: first}
    for family in results.families[1:]:
        mine = {results.own[r.scenario]: r for r in ranking(results, family.baseline)}
        shared = {changes: each for changes, each in mine.items() if changes in first}
        if len(shared) > 1:
            found[family.baseline] = shared
    if len(found) < 2:
        return {}
    everywhere = [c for c in first if all(c in ranked for ranked in found.values())]
    return {
        baseline: {c: ranked[c] for c in everywhere} for baseline, ranked in found.items()
    } if len(everywhere) > 1 else {}  # fmt: skip


def doubt_picture(results: Results, key: str) -> Picture | None:
    """Days saved by each lever under each assumption, as a share of what is delayed there."""
    found = ranked_in(results)
    if not found:
        return None
    order = [(c, each.scenario) for c, each in found[results.baseline].items()]
    bases = list(found)
    points: dict[tuple[str, str], Point | None] = {}
    for baseline, ranked in found.items():
        level = results.estimate(baseline, DELAY)
        whole = level.mean if level and level.mean else 1.0
        for c, title in order:
            saved = ranked[c].saved
            points[title, baseline] = Point(
                saved.difference / whole,
                None if saved.low is None else saved.low / whole,
                None if saved.high is None else saved.high / whole,
            )
    panel = Panel("Delayed bed days saved, % of the baseline’s own", "share", points_of(points),
                  line_at=0.0)  # fmt: skip
    caption = (
        "The same levers under each assumption: delayed bed days saved, as a share of those of the "
        "baseline with the same assumption. Lines are 95% intervals of the days saved."
    )
    said = "; ".join(
        f"{title}: "
        + ", ".join(
            f"{changes([ranked[c].saved.difference])[0]} under {quoted(baseline)}"
            for baseline, ranked in found.items()
        )
        for c, title in order
    )
    keys = list(zip(SERIES, bases, strict=False))
    draw = partial(
        dot_figure, [title for _, title in order], bases, [panel], key=keys, label_inches=2.6
    )
    return Picture(
        key, "The ranking under other assumptions", caption,
        picture(key, "Days saved by each lever under each assumption",
                f"Days saved a year: {said}.", draw),
        doubt_table(results),
    )  # fmt: skip


def doubt_table(results: Results) -> Table:
    """Rank and days saved of each lever, under each assumption."""
    found = ranked_in(results)
    ranks = {baseline: _ranks(ranked) for baseline, ranked in found.items()}
    rows = []
    for c, each in found[results.baseline].items():
        cells = []
        for baseline, ranked in found.items():
            saved = ranked[c].saved
            size, low, high = changes([saved.difference, saved.low, saved.high])
            cells += [str(ranks[baseline][c]), f"{size}\n{between(low, high)}".strip()]
        rows.append((each.scenario, *cells))
    heads: list[str] = []
    for baseline in found:
        heads += [f"Rank in ‘{baseline}’", "Days saved, a year"]
    return Table(
        "Each lever’s rank and delayed bed days saved, under each assumption",
        ("Scenario", *heads),
        (Rows(tuple(rows)),),
        note="Ranked by mean days saved, among the levers tried under every assumption.",
    )


def said_of_doubt(results: Results) -> list[str]:
    """In how many pairs of levers the order stays, under each assumption."""
    found = ranked_in(results)
    if not found:
        return []
    first = _ranks(found[results.baseline])
    said = []
    for baseline, ranked in found.items():
        if baseline == results.baseline:
            continue
        other = _ranks(ranked)
        pairs = list(combinations(first, 2))
        same = sum((first[a] < first[b]) == (other[a] < other[b]) for a, b in pairs)
        best = next(c for c, rank in other.items() if rank == 1)
        top = found[results.baseline][best].scenario
        stays = "also first" if first[best] == 1 else f"number {first[best]}"
        said.append(
            f"Under {quoted(baseline)}, {same} of {counted(len(pairs), 'pair')} of levers keep "
            f"their order; {quoted(top)} comes first ({stays} in {quoted(results.baseline)})."
        )
        turned = _turned_apart(found[results.baseline], ranked)
        if turned:
            said.append(
                f"In {counted(turned, 'pair')} one lever is ahead in {quoted(results.baseline)} "
                f"and behind under {quoted(baseline)}, with intervals apart both times."
            )
        else:
            said.append(
                f"In no pair is one lever ahead in {quoted(results.baseline)} and behind under "
                f"{quoted(baseline)} with intervals apart both times."
            )
    return said


def _ranks(ranked: dict[Changes, Ranked]) -> dict[Changes, int]:
    order = sorted(ranked, key=lambda c: -ranked[c].saved.difference)
    return {c: order.index(c) + 1 for c in ranked}


def _turned_apart(first: dict[Changes, Ranked], other: dict[Changes, Ranked]) -> int:
    """Pairs in which intervals lie apart both times, the other way round."""

    def ahead(ranked: dict[Changes, Ranked], pair: Sequence[Changes]) -> int:
        a, b = (ranked[c].saved for c in pair)
        if a.low is None or b.high is None or b.low is None or a.high is None:
            return 0
        return 1 if a.low > b.high else -1 if b.low > a.high else 0

    return sum(ahead(first, pair) * ahead(other, pair) == -1 for pair in combinations(first, 2))
