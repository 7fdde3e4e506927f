"""Random places that careflow and Ciw can both run, as the tables of an ordinary place.

A place has two to six wards. People come to the front doors of some, and go on from ward to ward
and home. What a ward does with those for whom it has no bed is one of:

- *a queue without limit*: whoever comes from another ward leaves it, and waits in a setting of its
  own, listed just before the ward and named after it, with unlimited places and a stay of 0;
- *a queue with a few places*: the same with so many places; when these are full, people block the
  beds that they come from, and newcomers are turned away;
- *no queue*: people from other wards block their beds, and newcomers are turned away;
- *a front door only*: nobody comes from other wards; newcomers wait, to a limit or without one.

What the two mean differently is left out (``docs/independent.md``): ways back lead only to wards
with a queue without limit, so nobody can wait in a ring, and to the same ward only where all have
the same priority; and nobody stays for a fixed time where a calendar lets several in at once.
"""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from sim.place.load import load_place
from sim.place.schema import Place
from sim.validation.simulators.random_parts import (
    Tables,
    mean_beds,
    random_calendar,
    random_length,
    short,
)

START = "2024-01-01"
"""A Monday."""
FEWEST_WARDS, MOST_WARDS = 2, 6
VISITS_A_DAY = (10.0, 22.0)
"""How many visits to wards a place has in a day, about; more take longer to run."""
FREE, OPEN = "beds without limit", "a queue without limit"
FEW, NONE = "a queue with a few places", "no queue"
TASK = {"task": "Arranging", "reason": "referral-to-hub"}


@dataclass(frozen=True)
class RandomPlace:
    """One place out of many, by its number."""

    number: int
    tables: Tables

    def yaml(self) -> str:
        """The place as the text of a YAML file."""
        from ruamel.yaml import YAML

        text = StringIO()
        writer = YAML()
        writer.default_flow_style = None
        writer.dump(self.tables, text)
        return text.getvalue()

    def place(self) -> Place:
        """The place, read as any other file is.

        Raises:
            InputError: the place is not valid.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"random-place-{self.number}.yaml"
            path.write_text(self.yaml(), encoding="utf-8")
            return load_place(path)


def queue_of(ward: str) -> str:
    """The setting in which people wait for a ward without holding a bed."""
    return f"{ward}-queue"


def random_place(seed: int, number: int) -> RandomPlace:
    """Place ``number`` of a seed: always the same."""
    rng = np.random.default_rng([seed, number])
    while True:
        maker = _Maker(rng)
        if len(maker.reached) >= FEWEST_WARDS:
            return RandomPlace(number, maker.tables(number))


class _Maker:
    """Makes one place, one decision after another."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.wards = [
            f"ward-{i + 1}" for i in range(int(rng.integers(FEWEST_WARDS, MOST_WARDS + 1)))
        ]
        self.groups = [
            f"group-{i + 1}" for i in range(int(rng.choice([1, 2, 3], p=[0.2, 0.4, 0.4])))
        ]
        kinds, shares = [FREE, OPEN, FEW, NONE], [0.07, 0.4, 0.2, 0.33]
        self.waits = {ward: str(rng.choice(kinds, p=shares)) for ward in self.wards}
        if self.chance(0.5):
            self.waits[self.wards[0]] = OPEN
        self.has_priorities, self.has_calendars = self.chance(0.6), self.chance(0.6)
        self.doors = self._doors()
        common = {ward: self._shares(i, usual=True) for i, ward in enumerate(self.wards)}
        self.shares = {group: dict(common) for group in self.groups}
        for group in self.groups[1:]:
            for i, ward in enumerate(self.wards):
                if self.chance(0.35):
                    self.shares[group][ward] = self._shares(i, usual=False)
        self.common = common
        self.per_day, self.visits = self._rates()
        self.reached = [
            ward for ward in self.wards if any(self.visits[g, ward] > 1e-9 for g in self.groups)
        ]
        self.mean_stay: dict[str, float] = {}
        self.transfers: Tables = {}
        self.transfer_of: dict[str, str | None] = {}

    def chance(self, prob: float) -> bool:
        """Whether something is so."""
        return bool(self.rng.random() < prob)

    def between(self, low: float, high: float) -> float:
        """A number with three figures, so that the file reads well."""
        return short(self.rng.uniform(low, high))

    def _doors(self) -> dict[str, str]:
        """Where each group comes: most often to the first ward."""
        doors = {self.groups[0]: self.wards[0]}
        for group in self.groups[1:]:
            doors[group] = self.wards[0] if self.chance(0.5) else str(self.rng.choice(self.wards))
        return doors

    def _shares(self, i: int, *, usual: bool) -> dict[str, float]:
        """Ward → share of those who leave ward i for it; the others go home."""
        onward = self.wards[i + 1 :]
        shares: dict[str, float] = {}
        if onward:
            chosen = [onward[0]] if usual and self.chance(0.8) else []
            others = [ward for ward in onward if ward not in chosen]
            chosen += [ward for ward in others if self.chance(0.4)]
            left = self.between(0.45, 0.95)
            for ward in chosen:
                shares[ward] = round(left / len(chosen), 3)
        back = [ward for ward in self.wards[:i] if self.waits[ward] in (FREE, OPEN)]
        if self.waits[self.wards[i]] == OPEN and not self.has_priorities:
            back.append(self.wards[i])
        if back and self.chance(0.3):
            free = 0.95 - sum(shares.values())
            if free > 0.1:
                shares[str(self.rng.choice(back))] = round(min(free, self.between(0.1, 0.4)), 3)
        return shares

    def _rates(self) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
        """Arrivals a day of each group, and visits a day by group and ward."""
        weight = {group: self.between(0.5, 1.5) for group in self.groups}
        each = {
            group: _visits(self.wards, self.shares[group], self.doors[group])
            for group in self.groups
        }
        total = sum(weight[group] * float(each[group].sum()) for group in self.groups)
        scale = self.rng.uniform(*VISITS_A_DAY) / total
        per_day = {group: short(weight[group] * scale) for group in self.groups}
        visits = {
            (group, ward): per_day[group] * float(each[group][i])
            for group in self.groups
            for i, ward in enumerate(self.wards)
        }
        return per_day, visits

    def tables(self, number: int) -> Tables:
        """The whole place."""
        settings: Tables = {}
        for ward in self.reached:
            settings |= self._ward(ward)
        tables: Tables = {
            "place": f"Random place {number}",
            "start_date": START,
            "bank_holidays": "as usual",
            "settings": settings,
            "exits": {"home": {}},
        }
        routes: Tables = {}
        for ward in self.reached:
            transfer = self.transfer_of[ward] = self._tasks(ward) if self.chance(0.25) else None
            if queue_of(ward) in settings:
                routes[queue_of(ward)] = {ward: 1}
            routes[ward] = self._ways(ward, self.common[ward], settings, transfer)
        tables["patients"] = {group: self._group(group, settings) for group in self.groups}
        if self.transfers:
            tables["transfers"] = self.transfers
        tables["routes"] = routes
        return tables

    def _ward(self, ward: str) -> Tables:
        """A ward, and the setting before it in which people queue, if it has one."""
        load = sum(self.visits[group, ward] for group in self.groups)
        from_wards = any(
            ward in self.shares[group].get(other, {}) and self.visits[group, other] > 1e-9
            for group in self.groups
            for other in self.wards
        )
        has_door = ward in self.doors.values()
        waits = self.waits[ward]
        if waits == FREE:
            mean = self.mean_stay[ward] = self.between(0.2, 0.8)
            return {ward: {"beds": "unlimited", "stay": self._stay(mean)}}
        beds = int(self.rng.integers(1, 7))
        busy = self.between(0.65, 0.9) if waits == OPEN else self.between(0.65, 1.15)
        table: Tables = {"beds": beds}
        if self.has_calendars and waits == OPEN and self.chance(0.7):
            table |= random_calendar(self.rng, beds)
        mean = self.mean_stay[ward] = short(busy * mean_beds(table) / load)
        table["stay"] = self._stay(mean)
        if not from_wards:
            if waits != OPEN:
                table["queue_limit"] = 0 if waits == NONE else int(self.rng.integers(1, 5))
            return {ward: table}
        if waits == NONE:
            return {ward: table | ({"queue_limit": 0} if has_door else {})}
        queue: Tables = {"places": "unlimited", "stay": 0}
        if waits == FEW:
            queue = {"places": int(self.rng.integers(1, 5)), "stay": 0}
            if has_door:
                queue["queue_limit"] = 0
        return {queue_of(ward): queue, ward: table}

    def _stay(self, mean: float) -> Tables:
        """A length of time; fixed only where no calendar lets several in at one instant."""
        return random_length(self.rng, mean, may_be_fixed=not self.has_calendars)

    def _tasks(self, ward: str) -> str:
        """One or two steps of arranging, for all who leave a ward."""
        name = f"leaving-{ward}"
        steps = []
        for i in range(int(self.rng.integers(1, 3))):
            steps.append(
                {**TASK, "task": f"Step {i + 1}", "takes": self._stay(self.between(0.02, 0.08))}
            )
        self.transfers[name] = {"arrange": steps}
        return name

    def _ways(
        self, ward: str, shares: dict[str, float], settings: Tables, transfer: str | None
    ) -> Tables:
        """The routes from a ward; all who come to a ward by transfer have the same turn."""
        ways: Tables = {}
        more = {"transfer": transfer} if transfer else {}
        for to, share in shares.items():
            target = queue_of(to) if queue_of(to) in settings else to
            if target not in settings or target == ward:  # nobody takes such a route
                continue
            limited = settings[target].get("beds", settings[target].get("places")) != "unlimited"
            ways[target] = {"share": share, **({"priority": 5} if limited else {}), **more}
        ways["home"] = {"share": "rest", **more}
        return ways

    def _group(self, group: str, settings: Tables) -> Tables:
        """When a group comes, and what of it is its own."""
        door = self.doors[group]
        queue = queue_of(door)
        if queue in settings and settings[queue]["places"] != "unlimited":
            door = queue
        table: Tables = {"arrives_at": door, "per_day": self.per_day[group]}
        if self.has_priorities:
            table["priority"] = int(self.rng.integers(1, 4))
        if self.chance(0.35):
            busy = int(self.rng.integers(0, 24))
            table["by_hour"] = [8 if (hour - busy) % 24 < 8 else 1 for hour in range(24)]
        if self.chance(0.35):
            table["by_weekday"] = {"sat": 0.4, "sun": 0.3, "mon": 1.5}
        if queue not in settings and "queue_limit" not in settings[door] and self.chance(0.6):
            table |= {"elective": True, "cancelled_after": self.between(0.05, 0.4)}
        if group == self.groups[0]:
            return table
        own = {ward: self.visits[group, ward] for ward in self.reached}
        stays = {
            ward: self._stay(short(self.mean_stay[ward] * self.between(0.6, 1.5)))
            for ward, visits in own.items()
            if visits > 1e-9 and self.chance(0.4)
        }
        routes = {
            ward: self._ways(ward, self.shares[group][ward], settings, self.transfer_of[ward])
            for ward, visits in own.items()
            if visits > 1e-9 and self.shares[group][ward] != self.common[ward]
        }
        return table | ({"stay": stays} if stays else {}) | ({"routes": routes} if routes else {})


def _visits(
    wards: list[str], shares: dict[str, dict[str, float]], door: str
) -> NDArray[np.float64]:
    """How often one person comes to each ward, on average; shape (wards,)."""
    onward = np.array([[shares[ward].get(to, 0.0) for to in wards] for ward in wards])
    comes = np.array([float(ward == door) for ward in wards])
    return np.linalg.solve(np.eye(len(wards)) - onward.T, comes)
