"""PathSimR's two templates, written from tables, in the variants that people have.

Source of the use cases' figures: Tyler JMB, Murch BJ, Vasilakis C, Wood RM (2022), Improving uptake
of simulation in healthcare, Journal of Simulation, doi 10.1080/17477778.2022.2081521; use case
library of github.com/nhs-bnssg-analytics/PathSimR.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Rows = list[tuple[float, float | str, float]]
"""(start, end, value) of a calendar."""


@dataclass(frozen=True)
class Case:
    """A network: points with shares, distribution, queues; delays; calendars; the unit of time."""

    points: Mapping[str, tuple[Mapping[str, float], str, str, str, str]]
    """Point → shares, distribution, parameters, external queue, internal queue."""
    exits: tuple[str, ...]
    capacity: Mapping[str, float | Rows]
    arrivals: Mapping[str, float | Rows]
    delays: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    unit: str = "hours"

    def network(self, *, bare: bool = False, nothing: str = "NA", separator: str = ",") -> str:
        """The network template: delay columns named bare or in full; empty cells as ``nothing``."""
        names = [*self.points, *self.exits]
        ends = ("", "") if bare else ("_delay_dist", "_delay_params")
        heading = ["", *names, "serv_dist", "serv_dist_param", "ext_queue", "int_queue"]
        lines = [[*heading, *(name + ends[0] for name in names), *(n + ends[1] for n in names)]]
        for name, (shares, dist, parameters, external, internal) in self.points.items():
            delays = [self.delays.get((name, to), (nothing, nothing)) for to in names]
            lines.append(
                [
                    name,
                    *(f"{shares.get(to, 0)!r}" for to in names),
                    dist, parameters, external, internal,
                    *(delay[0] for delay in delays), *(delay[1] for delay in delays),
                ]
            )  # fmt: skip
        lines += [[name, *[nothing] * (3 * len(names) + 4)] for name in self.exits]
        return "".join(
            separator.join(f'"{cell}"' if separator in cell else cell for cell in line) + "\n"
            for line in lines
        )

    def calendar(self, *, nothing: str = "NA", quoted: bool = False, separator: str = ",") -> str:
        """The calendar template."""
        lines = [["metric", "node", "start", "end", "value"]]
        for metric, calendars in (("cap", self.capacity), ("ext_arr", self.arrivals)):
            for name in self.points:
                rows = calendars.get(name, 0.0)
                if not isinstance(rows, list):
                    rows = [(0, nothing, rows)]
                lines += [
                    [metric, name, *(x if isinstance(x, str) else repr(x) for x in row)]
                    for row in rows
                ]
        quote = '"' if quoted else ""
        return "".join(
            separator.join(f"{quote}{cell}{quote}" for cell in line) + "\n" for line in lines
        )

    def write(self, folder: Path, name: str = "Case") -> tuple[Path, Path]:
        """Both templates, as files."""
        network = folder / f"{name}_Network_Template.csv"
        calendar = folder / f"{name}_Calendar_Template.csv"
        network.write_text(self.network(), encoding="utf-8")
        calendar.write_text(self.calendar(), encoding="utf-8")
        return network, calendar


_EXITS = ("Complex1", "Complex2", "Simple1", "Simple2", "HomeESD", "Home", "Repat")
_DELAYS = dict(
    zip(
        _EXITS, ("0.5", "0.5", "0.666666667", "0.666666667", "0.666666667", "2", "0.5"), strict=True
    )
)

STROKE = Case(
    points={
        "HASU": ({"ASU": 0.42, "HomeESD": 0.075, "Home": 0.15, "Repat": 0.03, "Mimics": 0.25,
                  "Death ": 0.075}, "exp", "0.303030303", "999", "0"),
        "ASU": ({"SA1": 0.35, "SA2": 0.225, "HomeESD": 0.27, "Home": 0.09, "Repat": 0.02,
                 "Death ": 0.045}, "exp", "0.12987013", "0", "0"),
        "SA1": ({"Complex1": 0.71, "Simple1": 0.29}, "exp", "0.041666667", "0", "0"),
        "SA2": ({"Complex2": 0.71, "Simple2": 0.29}, "exp", "0.041666667", "0", "0"),
    },
    exits=(*_EXITS, "Mimics", "Death "),
    capacity={"HASU": 40, "ASU": 35, "SA1": 20, "SA2": 20},
    arrivals={"HASU": 5.14},
    delays={
        (name, to): ("exp", rate)
        for name in ("HASU", "ASU", "SA1", "SA2")
        for to, rate in _DELAYS.items()
    },
    unit="days",
)  # fmt: skip

EMERGENCY = Case(
    points={
        "Shock_room": ({"Intensive_treatment": 0.975, "Discharge": 0.025}, "lnorm",
                       "-0.88056;1.1467", "0", "0"),
        "Intensive_treatment": ({"Examination": 0.1, "Admission": 0.8, "Discharge": 0.1}, "lnorm",
                                "-0.88056;1.1467", "0", "0"),
        "Observation": ({"Emergency_yellow": 0.5, "Admission": 0.25, "Discharge": 0.25}, "lnorm",
                        "-1.4285;1.6902", "999", "0"),
        "Emergency_yellow": ({"Examination": 0.3, "Admission": 0.6, "Discharge": 0.1}, "lnorm",
                             "-0.97632;1.3974", "999", "999"),
        "Emergency_green": ({"Admission": 0.3, "Discharge": 0.7}, "lnorm", "-0.40614;0.90126",
                            "999", "999"),
        "Examination": ({"Emergency_yellow": 0.5, "Emergency_green": 0.1, "Admission": 0.2,
                         "Discharge": 0.2}, "lnorm", "-2.2664;1.1463", "0", "999"),
    },
    exits=("Admission", "Discharge"),
    capacity={"Shock_room": [(0, 8, 3), (8, 20, 6), (20, 24, 3)], "Intensive_treatment": 4,
              "Observation": 8, "Emergency_yellow": 5, "Emergency_green": 10, "Examination": 5},
    arrivals={
        "Shock_room": [(0, 6, 0.1725), (6, 12, 0.345), (12, 18, 0.3335), (18, 24, 0.299)],
        "Observation": [(0, 6, 0.33), (6, 12, 0.66), (12, 18, 0.638), (18, 24, 0.572)],
        "Emergency_yellow": [(0, 6, 0.33), (6, 12, 0.66), (12, 18, 0.638), (18, 24, 0.572)],
        "Emergency_green": [(0, 8, 2.8), (8, 20, 3.8), (20, 24, 2.8)],
    },
    delays={
        (name, "Admission"): ("unif", "0.5;0.5")
        for name in ("Intensive_treatment", "Observation", "Emergency_green", "Examination")
    },
)  # fmt: skip

MATERNITY = Case(
    points={
        "Triage": ({"APM": 0.0162, "APNM": 0.0138, "LD": 0.385, "Home": 0.585}, "lnorm",
                   "1.04;0.51", "9999", "0"),
        "APM": ({"LD": 0.5, "Home": 0.5}, "lnorm", "4.831;0.1257", "9999", "0"),
        "APNM": ({"LD": 0.25, "Home": 0.75}, "lnorm", "4.831;0.1257", "9999", "0"),
        "LD": ({"APM": 0.07, "APNM": 0.03, "PP": 0.6497, "PACU": 0.2403, "MSW": 0.01}, "lnorm",
               "2.008;0.3818", "0", "0"),
        "PP": ({"Home": 1}, "gamma", "3.45;0.0738", "0", "0"),
        "PACU": ({"Home": 1}, "unif", "3;4", "0", "0"),
        "MSW": ({"Home": 1}, "lnorm", "4.2191;0.1252", "0", "0"),
    },
    exits=("Home",),
    capacity={"Triage": 10, "APM": 16, "APNM": 14, "LD": 26, "PP": 48, "PACU": 6, "MSW": 30},
    arrivals={"Triage": 1.64, "APM": 0.008, "APNM": 0.006, "LD": 0.333, "MSW": 0.135},
)  # fmt: skip


def _opens(start: float, end: float, spaces: float) -> Rows:
    return [(0, start, 0), (start, end, spaces), (end, 24, 0)]


UROLOGY = Case(
    points={
        "GP_Ref": ({"H_C": 0.5, "B_B": 0.15, "BCT": 0.35}, "unif", "0.2;0.4", "9999", "0"),
        "H_C": ({"H_D": 0.9, "Home": 0.1}, "unif", "0.25;0.75", "0", "9999"),
        "H_D": ({"H_W": 0.2, "Home": 0.8}, "unif", "0.25;0.75", "0", "9999"),
        "H_W": ({"CF": 0.5, "SF": 0.5}, "exp", "0.0104", "0", "9999"),
        "B_B": ({"BCT": 1}, "unif", "0.25;0.5", "0", "9999"),
        "BCT": ({"CC": 0.4, "SC": 0.4, "Home": 0.2}, "unif", "0.25;0.5", "0", "9999"),
        "CC": ({"H_D": 0.1, "CF": 0.1, "Home": 0.8}, "unif", "0.25;0.75", "0", "9999"),
        "CF": ({"Home": 1}, "unif", "0.25;0.75", "0", "9999"),
        "SC": ({"SF": 0.1, "Home": 0.9}, "unif", "0.25;0.75", "0", "9999"),
        "SF": ({"Home": 1}, "unif", "0.25;0.75", "0", "9999"),
    },
    exits=("Home",),
    capacity={
        "GP_Ref": _opens(9, 18, 10), "H_C": _opens(9, 15, 6), "H_D": _opens(12, 18, 7), "H_W": 75,
        "B_B": _opens(10, 12, 8), "BCT": _opens(9, 15, 9), "CC": _opens(9, 12, 10),
        "CF": _opens(12, 15, 5), "SC": _opens(9, 12, 10), "SF": _opens(12, 15, 5),
    },
    arrivals={"GP_Ref": 6},
)  # fmt: skip

CLINIC = Case(
    points={
        "Front": ({"Scan": 0.6, "Ward": 0.3, "Home": 0.1}, "exp", "2", "4", "2"),
        "Scan": ({"Front": 0.3, "Ward": 0.4, "Home": 0.3}, "gamma", "2;3", "0", "Inf"),
        "Ward": ({"Scan": 0.1, "Home": 0.9}, "unif", "2;9", "Inf", "0"),
    },
    exits=("Home",),
    capacity={"Front": [(0, 7, 1), (7, 22, 4), (22, 36, 2)], "Scan": _opens(8, 19, 3), "Ward": 8},
    arrivals={"Front": [(0, 6, 0.4), (6, 18, 2), (18, 24, 1)], "Ward": 0.2},
    delays={("Ward", "Home"): ("exp", "0.5"), ("Front", "Ward"): ("unif", "0.5;1")},
)  # fmt: skip
"""Loops, limited queues outside and in, blocking, delays, hours, and a cycle that is no day.

Nobody is ever blocked on the way to the scan, so there is no ring of people who wait for each
other, which would wait for ever in PathSimR.
"""

CASES = {
    "Stroke": STROKE, "Emergency": EMERGENCY, "Maternity": MATERNITY, "Urology": UROLOGY,
    "Clinic": CLINIC,
}  # fmt: skip
