"""When a change would be seen on a control chart, beside how often nothing at all is seen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.report.parts.control_charts import A_POINT, RULE_WORDS, watched_words
from sim.report.results import Results
from sim.report.table import Rows, Table, between
from sim.report.wording import (
    NONE,
    amounts,
    capitalised,
    counted,
    listed,
    percent,
    quoted,
)

Row = Mapping[str, Any]
WITHIN = (13, 26, 52)
WIDE = "outside wide limits"
ENOUGH = 20
"""Fewer replications than these say nothing of how soon a change is seen."""
FIRM = 100
"""Replications from which on the width of the wide limits is firm enough to be used."""
FEW = 0.1
"""If some rule says improvement in more of the unchanged histories, signals prove little."""


def seen_table(results: Results) -> Table | None:
    """Weeks until each change is seen by any rule, and the same with nothing changed."""
    rows = [*_rows(results, "any"), *_rows(results, WIDE)]
    if not rows:
        return None
    return Table(
        "After how many weeks some rule says that it has changed",
        (
            "What changes", "Half of the histories see it within, weeks (95% interval)",
            "Nine in ten histories, weeks", *(f"Seen within {w} weeks" for w in WITHIN),
            "First to fire, most often",
        ),
        tuple(_groups(results, rows, _seen_row)),
        text_columns=(6,),
        note="Weeks are counted from the change to the end of the point that completes a pattern. "
        "‘Over’ means not by the end of the run. In brackets: 95% intervals over the replications. "
        f"{NONE} stands where the run is too short.",
    )  # fmt: skip


def rules_table(results: Results) -> Table | None:
    """Each rule by itself: its false alarms, and the share of histories in which it sees a fall."""
    found = results.findings.get("control")
    if not found:
        return None
    weeks = _horizon(found)
    unchanged = _at_the_baseline(found)
    rows = []
    rules = {**RULE_WORDS, "any": "any of the four"}
    if any(row["rule"] == WIDE for row in unchanged):
        rules[WIDE] = _wide_words(found)
    for rule, words in rules.items():
        cells = [_share(row, weeks) for row in (*unchanged, *_falls(found)) if row["rule"] == rule]
        rows.append((capitalised(words), *cells))
    falls = dict.fromkeys(percent(row["fall"]) for row in _falls(found))
    return Table(
        f"Each rule by itself: share of histories in which it fires within {weeks} weeks",
        (
            "Rule", "Nothing changed: says improvement", "Nothing changed: says concern",
            *(f"Fall of {fall}" for fall in falls),
        ),
        (Rows(tuple(rows)),),
        note="A rule is of use for a fall if it fires clearly more often than with nothing "
        "changed. In brackets: 95% intervals over the replications.",
    )  # fmt: skip


def spacing_table(results: Results) -> Table | None:
    """The same falls with points further apart, or nearer."""
    found = results.findings.get("control")
    if not found:
        return None
    rows = [r for r in found["seen"] if r["rule"] == "any" and r["direction"] == "improvement"]
    spacings = dict.fromkeys((r["every"], r["baseline_weeks"]) for r in rows)
    if len(spacings) < 2:
        return None
    weeks, table = _horizon(found), []
    for every, baseline in spacings:
        mine = [r for r in rows if (r["every"], r["baseline_weeks"]) == (every, baseline)]
        mine = [r for r in mine if r["from_week"] == baseline and r["what"] != "scenario"]
        table.append((capitalised(A_POINT[every]), str(baseline),
                      *(_share(r, weeks) for r in mine)))  # fmt: skip
    falls = dict.fromkeys(percent(row["fall"]) for row in _falls(found))
    return Table(
        f"Other spacings of the points: share of histories in which some rule says improvement "
        f"within {weeks} weeks",
        ("A point for", "Weeks of baseline", "Nothing changed", *(f"Fall of {f}" for f in falls)),
        (Rows(tuple(table)),),
        note=f"The baseline is as long as was asked for, or as 12 points need. {NONE} stands where "
        "the run is too short.",
    )


def said_of_control(results: Results) -> list[str]:
    """When changes are seen, how often nothing is, why, and what to do about it."""
    found = results.findings.get("control")
    if not found:
        return []
    if found["is_flat"]:
        watched = capitalised(watched_words(results, found))
        return [f"{watched}: the same at every point of every run. A chart has nothing to show."]
    if found["replications"] < ENOUGH:
        return [
            f"Only {counted(found['replications'], 'history', 'histories')} simulated: too few to "
            f"say how soon a change is seen, or how often nothing is. Run {ENOUGH} or more."
        ]
    return [
        *_said_of_falls(results, found),
        *_said_of_false_alarms(found),
        *_said_of_wide_limits(found),
        *_said_of_spacing(found),
        *_said_of_scenarios(results, found),
    ]


def _said_of_falls(results: Results, found: Mapping[str, Any]) -> Iterator[str]:
    falls = [row for row in _falls(found) if row["rule"] == "any"]
    if falls:
        parts = [f"of {percent(row['fall'])} {_after(row)}" for row in falls]
        yield (
            f"Real data of one place are one history. In half of the {found['replications']} "
            f"histories simulated, some rule of the chart sees a sudden fall in "
            f"{watched_words(results, found)} {listed(parts)}."
        )


def _said_of_scenarios(results: Results, found: Mapping[str, Any]) -> Iterator[str]:
    for row in _scenarios(found)[:3]:
        beside = _beside(results, found, row)
        weeks = _horizon(found, row)
        yield (
            f"Half of the histories see {quoted(row['scenario'])} {_after(row)}, and "
            f"{_share(row, weeks)} of them within {weeks} weeks; with nothing changed some rule "
            f"says so in {_share(beside, weeks)}."
        )


def _said_of_false_alarms(found: Mapping[str, Any]) -> Iterator[str]:
    better, worse = (row for row in _at_the_baseline(found) if row["rule"] == "any")
    weeks = _horizon(found)
    yield (
        f"With nothing changed, some rule says ‘improvement’ within {weeks} weeks in "
        f"{_share(better, weeks)} of the histories, and ‘concern’ in {_share(worse, weeks)}. A "
        "rule that fires anyway has seen nothing."
    )
    if better[f"share_{weeks}_weeks"] <= FEW:
        return
    alike, spread = found["autocorrelation"], found["spread"]
    yield (
        f"The reason: a point is much like the one before it (correlation {_of_three(alike)}), "
        "while the limits come from the steps between neighbours and take points to be "
        f"independent. These points spread {_of_three(spread)} times as widely as the limits take "
        "for granted, and where a place has seasons these add to it. So do not take one signal on "
        "such a chart as proof that a change has worked, or failed."
    )


def _said_of_wide_limits(found: Mapping[str, Any]) -> Iterator[str]:
    weeks = _horizon(found)
    falls = [row for row in _falls(found) if row["rule"] == WIDE]
    unchanged = next((row for row in _at_the_baseline(found) if row["rule"] == WIDE), None)
    if unchanged is None or unchanged["limits_times"] <= 1 or not falls:
        return
    parts = [f"a fall of {percent(row['fall'])} in {_share(row, weeks)}" for row in falls]
    number = found["replications"]
    rough = (
        f" How much wider rests on {number} histories, and is rough; run {FIRM} or more."
        if number < FIRM
        else ""
    )
    yield (
        f"What can be trusted: with limits {unchanged['limits_times']:.2g} times as wide, and no "
        f"other rule, at most one history in twenty has a false alarm in {weeks} weeks. Such "
        f"limits show {listed(parts)} of the histories within those {weeks} weeks.{rough}"
    )


def _said_of_spacing(found: Mapping[str, Any]) -> Iterator[str]:
    weeks = _horizon(found)
    rows = [
        row for row in found["seen"]
        if row["rule"] == "any" and row["every"] != found["every"] and row["what"] == "unchanged"
        and row[f"share_{weeks}_weeks"] is not None
    ]  # fmt: skip
    mine = next(row for row in _at_the_baseline(found) if row["rule"] == "any")
    fewer = [r for r in rows if r[f"share_{weeks}_weeks"] < mine[f"share_{weeks}_weeks"]]
    if not fewer:
        return
    best = min(fewer, key=lambda row: row[f"share_{weeks}_weeks"])
    falls = [
        f"{percent(row['fall'])} in {_share(row, weeks)}"
        for row in found["seen"]
        if row["rule"] == "any" and row["what"] == "fall" and row["every"] == best["every"]
    ]
    seen = f", and sees a fall of {listed(falls)}" if falls else ""
    yield (
        f"Points further apart help: one for {A_POINT[best['every']]} gives a false alarm within "
        f"{weeks} weeks in {_share(best, weeks)} of the histories{seen}."
    )


def _groups(results: Results, rows: Sequence[Row], cells: Any) -> Iterator[Rows]:
    wide = "With limits so wide that there are few false alarms, and no other rule: "
    headings = {
        ("any", "unchanged"): "Nothing changed (false alarms)",
        ("any", "fall"): "A sudden fall, laid on the baseline",
        ("any", "scenario"): "Scenarios",
        (WIDE, "fall"): f"{wide}a sudden fall",
        (WIDE, "scenario"): f"{wide}scenarios",
    }
    for key, heading in headings.items():
        mine = tuple(cells(results, row) for row in rows if (row["rule"], row["what"]) == key)
        if mine:
            yield Rows(mine, heading)


def _seen_row(results: Results, row: Row) -> tuple[str, ...]:
    first = _first_rule(results.findings["control"], row) if row["rule"] == "any" else NONE
    return (
        _name(results, row), _median(row), _span(row["weeks_5"], row["weeks_95"], row),
        *(_share(row, weeks) for weeks in WITHIN), first,
    )  # fmt: skip


def _name(results: Results, row: Row) -> str:
    if row["what"] == "fall":
        return percent(row["fall"])
    if row["what"] == "scenario":
        return f"{row['scenario']}, from week {row['from_week'] + 1:.4g}"
    says = "says improvement" if row["direction"] == "improvement" else "says concern"
    whose = "" if row["scenario"] == results.baseline else f"{row['scenario']}, "
    return f"{whose}from week {row['from_week'] + 1:.4g}: {says}"


def _first_rule(found: Mapping[str, Any], row: Row) -> str:
    """The rule that is the first to fire in most histories, with its share."""
    rules = [r for r in found["seen"] if r["rule"] in RULE_WORDS and _of_one(r) == _of_one(row)]
    best = max(rules, key=lambda each: each["share_first"])
    if not best["share_first"]:
        return NONE
    return f"{RULE_WORDS[best['rule']]} ({100 * best['share_first']:.0f}%)"


def _of_one(row: Row) -> tuple[Any, ...]:
    """What a row is about, but for its rule."""
    return tuple(
        row[k] for k in ("what", "scenario", "fall", "every", "from_week", "direction")
    )  # fmt: skip


def _rows(results: Results, rule: str) -> list[Row]:
    found = results.findings.get("control")
    if not found:
        return []
    return [r for r in found["seen"] if r["rule"] == rule and r["every"] == found["every"]]


def _falls(found: Mapping[str, Any]) -> list[Row]:
    return [
        row for row in found["seen"] if row["what"] == "fall" and row["every"] == found["every"]
    ]


def _scenarios(found: Mapping[str, Any]) -> list[Row]:
    return [r for r in found["seen"] if r["what"] == "scenario" and r["rule"] == "any"]


def _at_the_baseline(found: Mapping[str, Any]) -> list[Row]:
    """What is said of the unchanged baseline from the end of its weeks: better, then worse."""
    first = found["charts"][0]["scenario"]
    rows = [
        row for row in found["seen"]
        if row["what"] == "unchanged" and row["every"] == found["every"]
        and row["scenario"] == first and row["from_week"] == found["baseline_weeks"]
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["direction"] != "improvement")


def _beside(results: Results, found: Mapping[str, Any], scenario: Row) -> Row:
    """The false alarms of its baseline in the weeks in which a scenario's change is looked for."""
    baseline = results.scenario(scenario["scenario"]).baseline or results.baseline
    return next(
        row for row in found["seen"]
        if row["what"] == "unchanged" and row["rule"] == "any" and row["every"] == found["every"]
        and row["scenario"] == baseline and row["from_week"] == scenario["from_week"]
        and row["direction"] == "improvement"
    )  # fmt: skip


def _horizon(found: Mapping[str, Any], row: Row | None = None) -> int:
    """The weeks within which shares are told in sentences: half a year, or what was watched."""
    row = row or _at_the_baseline(found)[0]
    known = [weeks for weeks in WITHIN if row[f"share_{weeks}_weeks"] is not None]
    return 26 if 26 in known else max(known, default=13)


def _wide_words(found: Mapping[str, Any]) -> str:
    times = [row["limits_times"] for row in _at_the_baseline(found) if row["rule"] == WIDE]
    return f"a point outside limits {times[0]:.2g} times as wide (concern: {times[1]:.2g})"


def _median(row: Row) -> str:
    middle = _weeks(row["median_weeks"], row)
    if row["replications"] < 6:
        return middle
    return f"{middle} {_span(row['low'], row['high'], row, brackets=True)}"


def _after(row: Row) -> str:
    if row["median_weeks"] is None:
        return f"not by the end of the run ({row['weeks_watched']:.3g} weeks)"
    return f"after {_median(row)} weeks"


def _span(low: float | None, high: float | None, row: Row, brackets: bool = False) -> str:
    if low is None and high is None:
        return f"({_weeks(None, row)})" if brackets else _weeks(None, row)
    return between(_weeks(low, row), _weeks(high, row), brackets)


def _weeks(weeks: float | None, row: Row) -> str:
    return f"over {row['weeks_watched']:.3g}" if weeks is None else f"{weeks:.3g}"


def _share(row: Row, weeks: int) -> str:
    share, low, high = (row[f"{name}_{weeks}_weeks"] for name in ("share", "low", "high"))
    if share is None:
        return NONE
    return f"{100 * share:.0f}% ({100 * low:.0f}% to {100 * high:.0f}%)"


def _of_three(three: Sequence[float | None]) -> str:
    middle, low, high = amounts([None if v is None else round(v, 2) for v in three])
    return f"{middle} {between(low, high)}".strip()
