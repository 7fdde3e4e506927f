"""A good set of files, and what it takes to spoil it in one way.

``GOOD`` is one small set of files that is right. A case changes it in one place, and says at
which text the problem must be reported (its line and column) and which words must be there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PLACE = """\
place: Testshire
start_date: 2025-04-07
bank_holidays: as usual
organisations:
  trust: {name: Testshire Hospitals, body: NHS}
  council: {body: social care}
settings:
  ward:
    organisation: trust
    acute: yes
    beds: {value: 20, low: 18, high: 22, unit: beds, source: sitrep, certainty: high}
    capacity_by_week:
      - {days: mon-fri, from: "08:00", to: "20:00", spaces: 20}
      - {days: weekends, from: "08:00", to: "20:00", spaces: 18}
    capacity_changes:
      - {from: 2025-05-01, to: 2025-05-31, spaces: 16}
      - {from: 2025-07-01, spaces: 22}
    queue_limit: 3
    overflow: [annexe]
    outlier_stay_times: 1.2
    returns: no
    turnaround: 2 hours
    decision_rounds:
      - {days: weekdays, at: "09:00", prob_ready: 0.8}
      - {days: weekends, at: "11:00", prob_ready: 0.4}
    pace_by_weekday: {sat: 0.5, sun: 0.5}
    stay: {lognormal: {mean: 8, median: 5}, source: audit}
    cost_per_day: {value: 395, unit: pounds a day}
  annexe:
    beds: 4
    stay: {gamma: {mean: 6, sd: 4}}
  reablement:
    organisation: council
    places: 30
    admits:
      - {days: mon-fri, from: "08:00", to: "12:00"}
      - {days: mon-fri, from: "13:00", to: "18:00"}
    stay: {quantiles: {at: {0: 1, 0.5: 12, 1: 60}}}
    capacity_reason: p1-social-care-capacity
exits:
  home: {}
  died: {name: Died}
transfers:
  with-care:
    arrange:
      - {task: therapy review, takes: {triangular: {min: 1, mode: 2, max: 6, unit: hours}}, reason: therapy-review}
      - {task: arrange care, takes: {exponential: {mean: 1.5}}, reason: p1-social-care-arrangements}
    hand_over:
      - {task: transport, takes: {uniform: [2, 6]}, reason: transport}
routes:
  ward:
    home: {share: 0.6, pathway: P0}
    reablement: {share: 0.35, pathway: P1, transfer: with-care, priority: 2}
    died: 0.05
  annexe:
    home: rest
  reablement:
    home: 1
patients:
  older:
    arrives_at: ward
    per_day: {value: 2, unit: people a day}
    by_hour: [1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    by_weekday: {sat: 0.8, sun: 0.7}
    by_month: {jan: 1.1}
    stay:
      ward: {weibull: {shape: 1.2, mean: 9}}
    routes:
      ward:
        home: 0.5
        reablement: {share: rest, pathway: P1, transfer: with-care}
  walk-in:
    arrives_at: annexe
    daily_numbers: {file: numbers.csv, column: people}
    by_hour: {file: hours.csv, column: weight}
  planned:
    arrives_at: ward
    arrival_dates: [2025-04-08, 2025-04-09]
start:
  people:
    - {setting: ward, group: older, number: 12, stay_left: equilibrium}
    - {setting: reablement, group: older, number: 25}
  waiting:
    - {waiting_for: reablement, setting: ward, group: older, number: 2, days_waited: 3 days}
"""  # noqa: E501

MORE_BEDS = """\
lever: more-beds
title: More beds
how: The trust opens six beds.
change:
  settings.ward.beds: {plus: 6}
costs:
  trust: {value: 500000, unit: pounds a year}
evidence: {strength: weak, says: Beds fill.}
"""

FASTER = """\
lever: faster
title: Faster arranging
how: One form in place of two.
change:
  transfers.with-care.arrange.2.takes: {times: 0.5, source: trial}
evidence: {strength: none, says: Untried.}
"""

FEWER_BEDS = """\
lever: fewer-beds
title: Fewer beds
how: Beds close.
change:
  settings.ward.beds: {set: 14}
evidence: {strength: none, says: Untried.}
"""

EXPERIMENT = """\
experiment: Beds or forms
question: Which cuts delay more?
place: place.yaml
levers: levers
scenarios:
  as it is: []
  more beds: [more-beds]
  both: [more-beds, faster]
days: 40
warm_up: 0
replications: 3
seed: 7
compare_on: [delayed_bed_days, {measure: waiting, setting: ward}]
"""

NUMBERS = "date,people\n" + "".join(
    f"2025-{month:02}-{day:02},{day % 3}\n" for month in (4, 5) for day in range(1, 31)
) + "2025-05-31,1\n"  # fmt: skip
HOURS = "hour,weight\n" + "".join(f"{hour},{1 + hour % 5}\n" for hour in range(24))

GOOD: dict[str, str] = {
    "place.yaml": PLACE,
    "experiment.yaml": EXPERIMENT,
    "levers/more-beds.yaml": MORE_BEDS,
    "levers/faster.yaml": FASTER,
    "levers/fewer-beds.yaml": FEWER_BEDS,
    "numbers.csv": NUMBERS,
    "hours.csv": HOURS,
}

Bytes = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One wrong set of files: what is changed, where it must be reported, what must be said."""

    title: str
    target: str
    """The file that is loaded or checked."""
    changes: tuple[tuple[str, str, str], ...]
    """(file, text that is there once, text in its place)."""
    at: str | tuple[int, int]
    """Text that starts where the problem is reported, or its line and column; "" = no line."""
    says: tuple[str, ...]
    stands_in: str
    """The file that the report names."""
    also: Bytes | None = field(default=None, repr=False)
    """What else is done to the folder, for what text can't say."""

    def write(self, folder: Path) -> "Expected":
        """Put the case's files into an empty folder."""
        files = dict(GOOD)
        for name, old, new in self.changes:
            assert files[name].count(old) == 1, (self.title, old, files[name].count(old))
            files[name] = files[name].replace(old, new)
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        if self.also:
            self.also(folder)
        target, path = folder / self.target, folder / self.stands_in
        if not self.at:
            return Expected(target, path, None, None, self.says)
        if isinstance(self.at, tuple):
            return Expected(target, path, *self.at, self.says)
        before, found, _ = path.read_text(encoding="utf-8").partition(self.at)
        assert found, (self.title, self.at)
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        return Expected(target, path, line, column, self.says)


@dataclass(frozen=True)
class Expected:
    """What a command must say of a case: the file it is given, and where and what is wrong."""

    target: Path
    file: Path
    line: int | None
    """None where the file as a whole can't be read."""
    column: int | None
    says: tuple[str, ...]

    @property
    def where(self) -> str:
        """``file:line:col``, or the file."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else str(self.file)


def place(title: str, old: str, new: str, at: str, *says: str, also: Bytes | None = None) -> Case:
    return Case(title, "place.yaml", (("place.yaml", old, new),), at, says, "place.yaml", also)


def lever(title: str, old: str, new: str, at: str, *says: str) -> Case:
    """A wrong lever, found when a scenario lays it over the place."""
    name = "levers/more-beds.yaml"
    return Case(title, "experiment.yaml", ((name, old, new),), at, says, name)


def experiment(
    title: str, old: str, new: str, at: str, *says: str, also: Bytes | None = None
) -> Case:
    name = "experiment.yaml"
    return Case(title, name, ((name, old, new),), at, says, name, also)


def csv_file(title: str, name: str, old: str, new: str, at: str, *says: str) -> Case:
    """A wrong CSV file: reported where the place names it, with the CSV's own line in the words."""
    return Case(title, "place.yaml", ((name, old, new),), at, says, "place.yaml")


def whole_file(title: str, also: Bytes, at: str | tuple[int, int], *says: str) -> Case:
    return Case(title, "place.yaml", (), at, says, "place.yaml", also)


def bytes_in(name: str, content: bytes) -> Bytes:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write


def without(name: str) -> Bytes:
    def remove(folder: Path) -> None:
        (folder / name).unlink()

    return remove


def large(folder: Path) -> None:
    with (folder / "place.yaml").open("wb") as file:
        file.truncate(50_000_000)


def link_out(name: str, target: str) -> Bytes:
    """A symbolic link in the folder that leads to a file outside it."""

    def link(folder: Path) -> None:
        outside = folder.parent / f"{folder.name}-outside"
        outside.mkdir()
        (outside / target).write_text((folder / name).read_text())
        (folder / name).unlink()
        (folder / name).symlink_to(outside / target)

    return link


def duplicate_lever(folder: Path) -> None:
    (folder / "levers" / "zz.yaml").write_text(MORE_BEDS)


def many_levers(folder: Path) -> None:
    """Thirty-one levers that start on a date, each on the same task."""
    for number in range(1, 32):
        text = FASTER.replace("lever: faster", f"lever: e-{number}").replace("0.5", "0.9")
        (folder / "levers" / f"e-{number:02}.yaml").write_text(text + "starts: 2025-05-01\n")


def no_levers(folder: Path) -> None:
    for path in (folder / "levers").iterdir():
        path.unlink()
