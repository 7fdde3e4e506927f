"""The published IPACS workbook made again from the place that was written by hand from it.

Figures: Harper A and others (2023), doi 10.5281/zenodo.7845908; rows in the order of that workbook.
"""

import math
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sim.patients.arrivals import mean_by_day
from sim.place.load import load_place, read_document
from sim.place.schema import Place
from tests.unit.importers.ipacs_book import Tabs

BNSSG = Path(__file__).parents[2] / "configs" / "bnssg"
LOCALITIES = {"B": "Bristol", "NS": "North Somerset", "SG": "South Gloucestershire"}
NODES = {
    f"P{n}_{code}": f"p{n}-{name.lower().replace(' ', '-')}"
    for n, (code, name) in product((1, 2, 3), LOCALITIES.items())
}
BY_LOCALITY = sorted(NODES, key=lambda node: list(LOCALITIES).index(node[3:]))
"""In the order of two of the tabs."""
LEVERS = {"S1Cap": "open-capacity", "S1los": "target-stays", "S2los": "halfway-stays",
          "S1Arr": "improved-referrals"}  # fmt: skip
DAYS = 181


def published_workbook() -> Tabs:
    """The five tabs that the model reads."""
    place = load_place(BNSSG / "place.yaml")
    under = {
        code: load_place(BNSSG / "place.yaml", [read_document(BNSSG / "levers" / f"{lever}.yaml")])
        for code, lever in LEVERS.items()
    } | {"BCap": place, "Blos": place, "BArr": place}
    return {
        "arrivals": _arrivals(place, {code: under[code] for code in ("BArr", "S1Arr")}),
        "initial conditions": _start(place),
        "capacity": [
            ["node", "scenario", "capacity"],
            *(
                [node, code, under[code].settings[name].spaces.limit]
                for node, name in NODES.items()
                for code in ("BCap", "S1Cap")
            ),
        ],
        "los": [
            ["node", "median", "sd_los", "IVR", "FVR", "scenario", "mean_los", "los_params",
             "los_dist", "mu", "sigma"],
            *(
                _stay(under[code], node, code)
                for node in NODES
                for code in ("Blos", "S1los", "S2los")
            ),
        ],
        "costs": [
            ["node", "community_cost", "acute_dtoc"],
            *([node, _cost(place, NODES[node]), _cost(place, "acute-hospitals")]
              for node in BY_LOCALITY),
        ],
    }  # fmt: skip


def _arrivals(place: Place, under: dict[str, Place]) -> list[list[Any]]:
    rates = {
        (code, node): mean_by_day(under[code], under[code].patients[name], DAYS).tolist()
        for code in under
        for node, name in NODES.items()
    }
    rows: list[list[Any]] = [["node", "arrivals", "scenario", "date", "day"]]
    for day in range(DAYS):
        at = place.start_date + timedelta(days=day)
        rows += [
            [node, rates[code, node][day], code, at, at.isoweekday() % 7 + 1]
            for code in under
            for node in NODES
        ]
    return rows


def _start(place: Place) -> list[list[Any]]:
    there = {row.setting: row.number.value for row in place.start.people}
    waiting = {row.waiting_for: row.number.value for row in place.start.waiting}
    return [
        ["node", "measure", "value"],
        *([node, "dtoc", waiting[NODES[node]]] for node in BY_LOCALITY),
        *([node, "occ", there[NODES[node]]] for node in BY_LOCALITY),
    ]


def _stay(place: Place, node: str, code: str) -> list[Any]:
    family = place.settings[NODES[node]].stay.lognormal
    mu, sigma = family.mu.value, family.sigma.value
    mean = round(math.exp(mu + sigma**2 / 2), 3)
    need = (4, 1) if node.startswith("P1") else (None, None)
    return [node, round(math.exp(mu), 3), None, *need, code, mean,
            f"{round(mu, 6):g} , {round(sigma, 6):g}", "lnorm", mu, sigma]  # fmt: skip


def _cost(place: Place, name: str) -> float:
    cost = place.settings[name].cost_per_day
    assert cost is not None
    return cost.value
