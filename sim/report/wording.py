"""Numbers and lists as people write them: 1,230 days a year, £310k, 32%, a and b.

Numbers have three significant figures. Numbers that are read together (a difference and the
two ends of its interval) share their decimals, set by the largest.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

NONE = "–"
"""What stands where there is no number."""

_POUNDS = ((1e9, "bn"), (1e6, "m"), (1e3, "k"), (1.0, ""))


def is_share(unit: str) -> bool:
    """Whether a unit is a share of something, shown as a percentage."""
    return unit.startswith("share")


def is_money(unit: str) -> bool:
    """Whether a unit is pounds."""
    return unit.startswith("pounds")


def amounts(values: Sequence[float | None], unit: str = "") -> list[str]:
    """Numbers of one unit that are read together, without the unit's words.

    >>> amounts([1234.5, 980.2])
    ['1,230', '980']
    >>> amounts([0.3219, 0.3], "share of leavers")
    ['32.2%', '30.0%']
    >>> amounts([310_000, 1_024_000], "pounds a year")
    ['£0.31m', '£1.02m']
    >>> amounts([1_024, 310], "pounds a day")
    ['£1,020', '£310']
    >>> amounts([-3.04, None])
    ['−3.04', '–']
    """
    known = [v for v in values if v is not None and math.isfinite(v)]
    if is_share(unit):
        texts = _together([100 * v for v in known], suffix="%")
    elif is_money(unit):
        largest = max((abs(v) for v in known), default=0.0)
        sizes = _POUNDS[-1:] if unit == "pounds a day" and largest < 1e6 else _POUNDS
        size, letter = next((s for s in sizes if largest >= 0.9995 * s[0]), _POUNDS[-1])
        texts = _together([v / size for v in known], prefix="£", suffix=letter)
    else:
        texts = _together(known)
    remaining = iter(texts)
    return [next(remaining) if v is not None and math.isfinite(v) else NONE for v in values]


def changes(values: Sequence[float | None], unit: str = "", signed: bool = True) -> list[str]:
    """Differences of one unit that are read together; shares differ by points.

    >>> changes([-1234.5, 20])
    ['−1,230', '+20']
    >>> changes([-0.051], "share of leavers")
    ['−5.1']
    >>> changes([-1234.5], signed=False)
    ['1,230']
    """
    if is_share(unit):
        values, unit = [None if v is None else 100 * v for v in values], ""
    texts = amounts([None if v is None else abs(v) for v in values], unit)
    if not signed:
        return texts
    return [
        ("−" if v < 0 else "+") + text if v is not None and _has_value(text) else text
        for v, text in zip(values, texts, strict=True)
    ]


def amount(value: float | None, unit: str = "") -> str:
    """One number, without the unit's words.

    >>> amount(12345.6)
    '12,300'
    """
    return amounts([value], unit)[0]


def quantity(value: float, unit: str) -> str:
    """A number with its unit, as in a sentence.

    >>> quantity(1234.5, "days a year"), quantity(1, "people"), quantity(0.32, "share of leavers")
    ('1,230 days a year', '1 person', '32%')
    """
    return with_unit(amount(value, unit), unit)


def with_unit(text: str, unit: str, change: bool = False) -> str:
    """A number already written, with its unit's words after it.

    >>> with_unit("£310k", "pounds a year")
    '£310k a year'
    >>> with_unit("5.1", "share of leavers", change=True)
    '5.1 percentage points'
    """
    words = unit_words(unit, change)
    if text == "1":
        one = {"people": "person", "days": "day", "spaces": "space", "percentage": "percentage"}
        first, _, rest = words.partition(" ")
        words = f"{one.get(first, first)} {rest}".strip()
        words = words.replace("percentage points", "percentage point")
    return f"{text} {words}".strip()


def unit_words(unit: str, change: bool = False) -> str:
    """What is said after a number of this unit.

    >>> unit_words("pounds a year"), unit_words("share of leavers"), unit_words("days")
    ('a year', '', 'days')
    """
    if is_share(unit):
        return "percentage points" if change else ""
    return unit.removeprefix("pounds").strip() if is_money(unit) else unit


def unit_heading(unit: str, change: bool = False) -> str:
    """A unit as it stands in a heading or on an axis.

    >>> unit_heading("pounds a year"), unit_heading("share of leavers")
    ('£ a year', '% of leavers')
    >>> unit_heading("share of leavers", change=True)
    'percentage points'
    """
    if is_share(unit):
        return "percentage points" if change else "%" + unit.removeprefix("share")
    return unit.replace("pounds", "£", 1)


def percent(share: float | None) -> str:
    """A share as a percentage of at most three figures.

    >>> percent(0.1436), percent(1), percent(None)
    ('14.4%', '100%', '–')
    """
    return amount(share, "share")


def roughly(share: float) -> str:
    """A share as a percentage for a sentence: two figures, never a false nought.

    >>> roughly(0.1436), roughly(0.0012), roughly(1.5)
    ('14%', '0.12%', '150%')
    """
    value = abs(100 * share)
    places = max(0, 1 - math.floor(math.log10(value))) if value else 0
    return _strip([f"{value:,.{places}f}"])[0] + "%"


def anything(value: Any) -> str:
    """A value of any kind, as a table cell.

    >>> anything(12345.678), anything(None), anything([1, 2.5]), anything(True), anything("x")
    ('12,346', '–', '1, 2.5', 'yes', 'x')
    """
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, float):
        if not math.isfinite(value):
            return NONE
        places = 0 if abs(value) >= 1000 else 4
        return _strip([f"{value:,.{places}f}" if abs(value) >= 0.001 else f"{value:.3g}"])[
            0
        ].replace("-", "−")
    if isinstance(value, list | tuple):
        return ", ".join(anything(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}: {anything(v)}" for k, v in value.items())
    return str(value)


def quoted(name: str) -> str:
    """A name in the quotation marks of a sentence."""
    return f"‘{name}’"


def listed(items: Sequence[str]) -> str:
    """Items as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number of things.

    >>> counted(1, "run"), counted(1250, "run"), counted(2, "body", "bodies")
    ('1 run', '1,250 runs', '2 bodies')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def capitalised(text: str) -> str:
    """The text with a capital first letter, the rest untouched (NHS stays NHS)."""
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """The text with a small first letter, unless it starts with an abbreviation.

    >>> uncapitalised("Mean delay"), uncapitalised("NHS")
    ('mean delay', 'NHS')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def long_date(day: date) -> str:
    """A date as people write it.

    >>> long_date(date(2023, 1, 1))
    '1 January 2023'
    """
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _together(values: Sequence[float], prefix: str = "", suffix: str = "") -> list[str]:
    values = [v if abs(v) > 1e-9 else 0.0 for v in values]  # what rounding in sums leaves behind
    largest = max((abs(v) for v in values), default=0.0)
    places = 2 - math.floor(math.log10(largest)) if largest else 0
    texts = []
    for value in values:
        own = places
        if value and round(value, own) == 0:  # small beside the others, but not nothing
            own = -math.floor(math.log10(abs(value)))
        texts.append(f"{round(abs(value), own):,.{max(own, 0)}f}")
    texts = _strip(texts)
    return [
        ("−" if v < 0 and _has_value(t) else "") + prefix + t + suffix
        for v, t in zip(values, texts, strict=True)
    ]


def _strip(texts: list[str]) -> list[str]:
    """Noughts at the end of the decimals, dropped where every number of the set has them."""
    while texts and all("." in t and t[-1] in "0." for t in texts):
        texts = [t[:-1] for t in texts]
        if not any("." in t for t in texts):
            break
    return [t.removesuffix(".") for t in texts]


def _has_value(text: str) -> bool:
    return any(c in "123456789" for c in text)
