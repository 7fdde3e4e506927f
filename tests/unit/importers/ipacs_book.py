"""IPACS workbooks to import: a small one with two services of each kind of scenario."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

Tabs = dict[str, list[list[Any]]]
WEEK = {"P1_N": (3, 0, 1, 2, 2.5, 3, 4), "P2_S": (1, 2, 3, 1, 0, 0.5, 0)}
"""People a day from Sunday on."""
DAYS = 14


def small() -> Tabs:
    """P1 in N and P2 in S; two capacities, two stays, two numbers of arrivals; 14 days."""
    arrivals: list[list[Any]] = [["node", "arrivals", "scenario", "date", "day"]]
    for day in range(DAYS):
        at = date(2023, 1, 1) + timedelta(days=day)
        for code, times in (("BArr", 1), ("S1Arr", 0.5)):
            for node, week in WEEK.items():
                arrivals.append([node, week[day % 7] * times, code, at, day % 7 + 1])
    return {
        "arrivals": arrivals,
        "initial conditions": [
            ["node", "measure", "value"],
            ["P1_N", "dtoc", 2],
            ["P2_S", "dtoc", 0],
            ["P1_N", "occ", 5],
            ["P2_S", "occ", 8],
        ],
        "capacity": [
            ["node", "scenario", "capacity"],
            ["P1_N", "BCap", 5],
            ["P1_N", "S1Cap", 9],
            ["P2_S", "BCap", 6],
            ["P2_S", "S1Cap", 7],
        ],
        "los": [
            ["node", "median", "sd_los", "IVR", "FVR", "scenario", "mean_los", "los_params",
             "los_dist", "mu", "sigma"],
            ["P1_N", 5, None, 4, 1, "Blos", 8, None, "lnorm", None, None],
            ["P1_N", None, 3, 4, 1, "S1los", 6, None, "lnorm", None, None],
            ["P2_S", 6, None, None, None, "Blos", 7.39, "1.8 , 0.632", "lnorm", 1.8, 0.632],
            ["P2_S", 4, None, None, None, "S1los", 5, None, "lnorm", None, None],
        ],
        "costs": [
            ["node", "community_cost", "acute_dtoc"],
            ["P1_N", 125, 346],
            ["P2_S", 150, 346],
        ],
        "Sheet7": [[1, 2], [3, 4]],
    }  # fmt: skip


def write(path: Path, tabs: Tabs, changes: dict[str, Any] | None = None) -> Path:
    """Write the tabs as a workbook, with some cells (``los!C2``) changed; None blanks one."""
    for at, value in (changes or {}).items():
        tab, _, cell = at.partition("!")
        found = re.fullmatch(r"([A-Z])([0-9]+)", cell)
        assert found
        rows, row, column = tabs[tab], int(found[2]) - 1, ord(found[1]) - ord("A")
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([None] * (column + 1 - len(rows[row])))
        rows[row][column] = value
    book = xlsxwriter.Workbook(path)
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in tabs.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, datetime.combine(value, time()), dates)
                elif str(value).startswith("="):
                    sheet.write_formula(number, column, value, None, "#DIV/0!")
                elif value is not None:
                    sheet.write(number, column, value)
    book.close()
    return path
