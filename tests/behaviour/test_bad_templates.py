"""Whatever is wrong in PathSimR's templates is said: file, row, column and why; none is made."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Command

NETWORK = """\
,Front,Ward,Home,serv_dist,serv_dist_param,ext_queue,int_queue,Front,Ward,Home,Front,Ward,Home
Front,0,0.6,0.4,exp,2,9,0,,,unif,,,0.5;1
Ward,0.1,0,0.9,lnorm,1;0.5,0,2,,,,,,
Home,,,,,,,,,,,,,
"""
CALENDAR = """\
metric,node,start,end,value
cap,Front,0,8,1
cap,Front,8,24,3
cap,Ward,0,,10
ext_arr,Front,0,,2.5
ext_arr,Ward,0,,0
"""
WITHOUT_DELAYS = "".join(",".join(line.split(",")[:8]) + "\n" for line in NETWORK.splitlines())


@dataclass(frozen=True)
class Fault:
    """One thing made wrong, where it must be said to be (file:row:column), and in what words."""

    title: str
    old: str
    new: str
    where: str
    says: str


FAULTS = [
    Fault("an unknown distribution", "exp,2,", "expo,2,", "network.csv:2:5", "did you mean 'exp'"),
    Fault("a distribution by its long name", "lnorm", "log-normal", "network.csv:3:5", "'lnorm'"),
    Fault("no distribution", "exp,2,", ",2,", "network.csv:2:5", "no distribution"),
    Fault("no parameters", "exp,2,", "exp,NA,", "network.csv:2:6", "needed: rate"),
    Fault("a parameter that is no number", "1;0.5,0", "1;half,0", "network.csv:3:6", "'half'"),
    Fault("a missing parameter", "0.5;1", "NA;1", "network.csv:2:14", "'NA' is not a number"),
    Fault("too many parameters", "1;0.5,0", "1;0.5;3,0", "network.csv:3:6", "has 2 parameters"),
    Fault("a rate of 0", "exp,2,", "exp,0,", "network.csv:2:6", "above 0"),
    Fault("a negative deviation", "1;0.5,0", "1;-0.5,0", "network.csv:3:6", "sdlog -0.5"),
    Fault("a smallest above the largest", "0.5;1", "2;1", "network.csv:2:14", "above max"),
    Fault("times below 0", "exp,2,", "norm,1;3,", "network.csv:2:6", "below 0 in 0.37 of draws"),
    Fault("times below 0 with long tails", "exp,2,", "cauchy,1;3,", "network.csv:2:6", "below 0"),
    Fault("a delay without a distribution", ",unif,,,0.5;1", ",,,,0.5;1", "network.csv:2:11",
          "the delay from Front to Home: no distribution"),
    Fault("a delay without parameters", ",unif,,,0.5;1", ",unif,,,", "network.csv:2:14",
          "needed: min; max"),
    Fault("a negative share", "0,0.6,0.4", "0,-0.6,0.4", "network.csv:2:3", "from 0 to 1"),
    Fault("a share that is no number", "0,0.6,0.4", "0,some,0.4", "network.csv:2:3", "'some'"),
    Fault("an empty share", "0,0.6,0.4", "0,,0.4", "network.csv:2:3", "is empty"),
    Fault("shares that do not sum to 1", "0,0.6,0.4", "0,0.6,0.3", "network.csv:2:1", "sum to 0.9"),
    Fault("no shares but a service", "Ward,0.1,0,0.9,", "Ward,0,0,0,", "network.csv:3:1",
          "sum to 0"),
    Fault("an exit with a queue", "Home,,,,,,,", "Home,,,,,,5,", "network.csv:4:7", "is an exit"),
    Fault("a negative queue", "exp,2,9,0", "exp,2,-1,0", "network.csv:2:7", "a whole number of 0"),
    Fault("a queue in parts", "1;0.5,0,2", "1;0.5,0,2.5", "network.csv:3:8", "int_queue of Ward"),
    Fault("an empty queue", "exp,2,9,0", "exp,2,,0", "network.csv:2:7",
          "ext_queue of Front is empty"),
    Fault("a name twice", "Ward,0.1", "front,0.1", "network.csv:3:1", "'front' is here twice"),
    Fault("a row without a name", "Ward,0.1", ",0.1", "network.csv:3:1", "no name"),
    Fault("no column of services", "serv_dist,serv", "service,serv", "network.csv:1:14",
          "no column serv_dist"),
    Fault("queues in another order", "ext_queue,int_queue", "int_queue,ext_queue",
          "network.csv:1:7", "where the column ext_queue is needed"),
    Fault("a row without its column", NETWORK.splitlines()[3] + "\n", "", "network.csv:1:5",
          "3 columns of shares before serv_dist, but 2 rows"),
    Fault("columns in another order", ",Front,Ward,Home,serv_dist,", ",Ward,Front,Home,serv_dist,",
          "network.csv:1:2", "the heading 'Ward' where 'Front'"),
    Fault("no columns of delays", NETWORK, WITHOUT_DELAYS, "network.csv:1:8", "needed: 6"),
    Fault("no exit", "Home,,,,,,,,,,,,,", "Home,1,0,0,exp,2,0,0,,,,,,", "network.csv:1:1",
          "no exit"),
    Fault("a quote that does not end", "Ward,0.1", '"Ward,0.1', "network.csv:4:1",
          "not a CSV file"),
    Fault("a delay before a queue inside", ",,,unif,,,0.5;1", ",,exp,,,3,", "network.csv:2:10",
          "which has an internal queue"),
    Fault("people who wait for their own space", "0,0.6,0.4", "0.2,0.4,0.4", "network.csv:2:2",
          "to itself"),
    Fault("an unknown metric", "cap,Front,0,8", "caps,Front,0,8", "calendar.csv:2:1",
          "did you mean 'cap'"),
    Fault("an unknown point", "cap,Ward", "cap,Wards", "calendar.csv:4:2", "did you mean 'Ward'"),
    Fault("an exit in the calendar", "cap,Ward", "cap,Home", "calendar.csv:4:2", "is an exit"),
    Fault("no capacity", "cap,Ward,0,,10\n", "", "calendar.csv:1:2", "no row of cap for 'Ward'"),
    Fault("no arrivals", "ext_arr,Ward,0,,0\n", "", "calendar.csv:1:2", "no row of ext_arr"),
    Fault("a first start that is not 0", "cap,Ward,0", "cap,Ward,1", "calendar.csv:4:3",
          "must be 0"),
    Fault("a gap in a calendar", "Front,8,24", "Front,9,24", "calendar.csv:3:3", "must follow on"),
    Fault("a row that ends before it starts", "Front,8,24", "Front,8,5", "calendar.csv:3:4",
          "is not after start"),
    Fault("no end in a calendar of two rows", "Front,8,24", "Front,8,NA", "calendar.csv:3:4",
          "end of cap of Front is empty"),
    Fault("no value", "cap,Ward,0,,10", "cap,Ward,0,,", "calendar.csv:4:5", "is empty"),
    Fault("a negative rate", "Front,0,,2.5", "Front,0,,-2.5", "calendar.csv:5:5", "0 or more"),
    Fault("a capacity in parts", "cap,Ward,0,,10", "cap,Ward,0,,9.5", "calendar.csv:4:5", "whole"),
    Fault("no capacity ever", "cap,Ward,0,,10", "cap,Ward,0,,0", "calendar.csv:4:5", "no capacity"),
    Fault("endless capacity", "cap,Ward,0,,10", "cap,Ward,0,,Inf", "calendar.csv:4:5", "'Inf'"),
    Fault("nobody comes", "Front,0,,2.5", "Front,0,,0", "calendar.csv:1:5", "nobody comes"),
    Fault("too many come", "Front,0,,2.5", "Front,0,,99999", "calendar.csv:5:5", "is --unit right"),
    Fault("more beds than can be", "Ward,0,,10", "Ward,0,,9999999", "calendar.csv:4:5", "100,000"),
    Fault("no column of values", "end,value", "end,amount", "calendar.csv:1:1", "no column value"),
    Fault("a cycle of seconds", "8,1\ncap,Front,8,24", "0.0001,1\ncap,Front,0.0001,0.0002",
          "calendar.csv:2:5", "shorter than a minute"),
    Fault("an empty calendar", CALENDAR, "\n", "calendar.csv:1:1", "the file is empty"),
]  # fmt: skip


def write(folder: Path, fault: Fault | None = None) -> tuple[Path, Path]:
    files = folder / "network.csv", folder / "calendar.csv"
    for path, text in zip(files, (NETWORK, CALENDAR), strict=True):
        changed = text.replace(fault.old, fault.new, 1) if fault else text
        path.write_text(changed, encoding="utf-8")
    return files


def test_the_templates_that_the_faults_spoil_are_right(careflow: Command, tmp_path: Path) -> None:
    code, _, err = careflow("import", "pathsimr", *write(tmp_path), "-o", tmp_path / "new")
    assert (code, err) == (0, "")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_fault_is_said_where_it_stands(fault: Fault, careflow: Command, tmp_path: Path) -> None:
    assert (fault.old in NETWORK) + (fault.old in CALENDAR) == 1
    files = write(tmp_path, fault)
    code, _, err = careflow("import", "pathsimr", *files, "-o", tmp_path / "new", "--unit", "hours")
    assert code == 2
    lines = [line for line in err.splitlines() if f"{fault.where}: " in line]
    assert lines, err
    assert any(fault.says in line for line in lines), err
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calendar.csv", "network.csv"]


def test_people_who_can_never_leave_are_told_of(careflow: Command, tmp_path: Path) -> None:
    network, calendar = write(tmp_path)
    text = NETWORK.replace("0,0.6,0.4", "0,1,0").replace("0.1,0,0.9", "1,0,0")
    network.write_text(text, encoding="utf-8")
    code, _, err = careflow("import", "pathsimr", network, calendar, "-o", tmp_path / "new")
    assert code == 2
    assert "network.csv:2:1: endless: from 'Front' no route ever ends in an exit" in err


def test_a_wrong_unit_and_a_folder_that_is_there_are_told_of(
    careflow: Command, tmp_path: Path
) -> None:
    files = write(tmp_path)
    code, _, err = careflow("import", "pathsimr", *files, "-o", tmp_path / "new", "--unit", "hour")
    assert (code, "did you mean 'hours'" in err) == (2, True)
    code, _, err = careflow("import", "pathsimr", *files, "-o", tmp_path)
    assert (code, "already there, and not empty" in err) == (2, True)
    code, _, err = careflow(
        "import", "pathsimr", tmp_path / "no.csv", files[1], "-o", tmp_path / "n"
    )
    assert (code, "no such file" in err) == (2, True)
