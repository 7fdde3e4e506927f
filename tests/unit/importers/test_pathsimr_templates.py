"""PathSimR's templates are read in all the forms that people have them in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.importers.csv_cells import MAX_COLUMNS, read_cells
from sim.importers.pathsimr import case_name, import_pathsimr
from sim.importers.pathsimr_network import Draw, Network, rate_a_day, rate_in_unit
from sim.importers.pathsimr_place import as_place
from sim.importers.pathsimr_reading import read_templates
from sim.place.load import load_place
from sim.place.problems import InputError
from tests.published.pathsimr_templates import EMERGENCY, STROKE, Case

Change = Callable[[str], str]


def read(network: str | bytes, calendar: str, folder: Path) -> Network:
    files = folder / "network.csv", folder / "calendar.csv"
    raw = network if isinstance(network, bytes) else network.encode()
    files[0].write_bytes(raw)
    files[1].write_text(calendar, encoding="utf-8")
    return read_templates(*files, "hours")


@pytest.fixture
def plain(tmp_path: Path) -> Network:
    return read(EMERGENCY.network(), EMERGENCY.calendar(), tmp_path)


def test_delay_columns_may_be_named_bare_and_nothing_may_be_written_as_nothing(
    plain: Network, tmp_path: Path
) -> None:
    for bare in (True, False):
        for nothing in ("", "NA"):
            network = EMERGENCY.network(bare=bare, nothing=nothing)
            assert read(network, EMERGENCY.calendar(nothing=nothing), tmp_path) == plain


def test_excels_forms_are_read(plain: Network, tmp_path: Path) -> None:
    calendar = EMERGENCY.calendar(quoted=True)
    forms: list[str | bytes] = [
        b"\xef\xbb\xbf" + EMERGENCY.network().encode(),  # a mark of the byte order
        EMERGENCY.network().replace("\n", "\r\n"),
        EMERGENCY.network(separator=";"),
        EMERGENCY.network(separator="\t"),
        EMERGENCY.network().replace("\n", ",,\n") + ",,,\n\n",  # empty columns and rows
        EMERGENCY.network(nothing="").replace(",,,,,\n", "\n"),  # rows that end early
        EMERGENCY.network().replace("Shock_room,", " Shock_room ,"),
    ]
    for form in forms:
        assert read(form, calendar, tmp_path) == plain
    continental = EMERGENCY.calendar(separator=";").replace(".", ",")
    assert read(EMERGENCY.network(), continental, tmp_path) == plain


def test_headings_that_r_has_changed_are_still_known(plain: Network, tmp_path: Path) -> None:
    heading, rest = EMERGENCY.network().split("\n", 1)
    mangled = heading.replace("Admission_delay_dist", "Admission.1").replace(
        "Shock_room,", "Shock.room,"
    )
    assert read(f"{mangled}\n{rest}", EMERGENCY.calendar(), tmp_path) == plain


def test_names_keep_no_spaces_around_them(tmp_path: Path) -> None:
    network = read(STROKE.network(bare=True, nothing=""), STROKE.calendar(), tmp_path)
    assert network.exits[-1] == "Death"
    assert network.points["HASU"].shares["Death"] == 0.075
    assert network.points["ASU"].stay == Draw("exp", (0.12987013,))
    assert network.points["HASU"].delays.keys() == {"HomeESD", "Home", "Repat"}


def test_a_calendar_may_have_its_columns_in_any_order_and_rows_numbered(
    plain: Network, tmp_path: Path
) -> None:
    rows = [line.split(",") for line in EMERGENCY.calendar().splitlines()]
    turned = "".join(",".join([str(i or ""), *reversed(row)]) + "\n" for i, row in enumerate(rows))
    assert read(EMERGENCY.network(), turned, tmp_path) == plain


def small(**changes: object) -> Case:
    whole: dict[str, object] = {
        "points": {"A": ({"Home": 1}, "exp", "1", "0", "0")},
        "exits": ("Home",), "capacity": {"A": 2}, "arrivals": {"A": 1.5}, "unit": "hours",
    } | changes  # fmt: skip
    return Case(**whole)  # type: ignore[arg-type]


def place_of(case: Case, folder: Path, unit: str = "hours") -> Path:
    import_pathsimr(*case.write(folder), folder / "new", unit=unit)
    return folder / "new"


@pytest.mark.parametrize(
    ("dist", "parameters", "family"),
    [
        ("exp", "2", {"rate": 2.0}),
        ("lnorm", "1;0.5", {"mu": 1.0, "sigma": 0.5}),
        ("lnorm", "1;0", {"value": pytest.approx(2.718281828)}),
        ("gamma", "2;3", {"shape": 2.0, "rate": 3.0}),
        ("weibull", "2;3", {"shape": 2.0, "scale": 3.0}),
        ("unif", "2;3", {"low": 2.0, "high": 3.0}),
        ("unif", "2;2", {"value": 2.0}),
        ("norm", "2;0", {"value": 2.0}),
    ],
)
def test_each_named_family_is_carried_over(
    dist: str, parameters: str, family: dict[str, float], tmp_path: Path
) -> None:
    case = small(points={"A": ({"Home": 1}, dist, parameters, "0", "0")})
    stay = load_place(place_of(case, tmp_path) / "place.yaml").settings["A"].stay
    assert stay is not None
    assert stay.family.unit == "hours"
    assert {name: getattr(stay.family, name).value for name in family} == family


@pytest.mark.parametrize(
    ("dist", "parameters"),
    [
        ("beta", (2, 5, 0)), ("chisq", (3, 0)), ("f", (4, 7, 0)), ("norm", (20, 1)),
        ("pois", (3,)), ("geom", (0.2,)), ("binom", (9, 0.5)), ("nbinom", (3, 0.2)),
        ("hyper", (5, 6, 3)), ("logis", (40, 1)), ("tnorm", (3, 2, 0)), ("signrank", (9,)),
        ("wilcox", (3, 4)), ("cauchy", (1e7, 1)), ("t", (9, 8)),
    ],
)  # fmt: skip
def test_every_other_distribution_of_r_is_carried_over_by_its_name(
    dist: str, parameters: tuple[float, ...], tmp_path: Path
) -> None:
    written = ";".join(f"{number:g}" for number in parameters)
    case = small(points={"A": ({"Home": 1}, dist, written, "0", "0")})
    stay = load_place(place_of(case, tmp_path) / "place.yaml").settings["A"].stay
    assert stay is not None
    assert stay.other is not None
    assert (stay.other.r, stay.other.parameters) == (dist, parameters)


@pytest.mark.parametrize(
    ("unit", "a_day"), [("minutes", 2160.0), ("hours", 36.0), ("days", 1.5), ("weeks", 1.5 / 7)]
)
def test_rates_are_by_the_day_whatever_the_unit(unit: str, a_day: float, tmp_path: Path) -> None:
    place = load_place(place_of(small(), tmp_path, unit) / "place.yaml")
    (group,) = place.patients.values()
    assert group.per_day is not None
    assert group.per_day.value == a_day


@pytest.mark.parametrize("unit", ["minutes", "hours", "days", "weeks"])
def test_a_rate_comes_back_to_the_last_figure(unit: str) -> None:
    for rate in (0.1, 0.1725, 1 / 3, 5.14, 6.0):
        a_day = rate_a_day(rate, unit)  # type: ignore[arg-type]
        assert rate_a_day(rate_in_unit(a_day, unit), unit) == a_day  # type: ignore[arg-type]


def test_notes_say_what_was_decided(tmp_path: Path) -> None:
    case = small(
        points={
            "A&E / walk-in": ({"B": 0.5, "Home": 0.5}, "lnorm", "1", "Inf", "0"),
            "B": ({"A&E / walk-in": 0.2, "Home": 0.8}, "tnorm", "3;1", "7", "4"),
            "C": ({"Home": 1}, "norm", "5.2;1", "0", "0"),
            "D": ({"Home": 1}, "exp", "1", "0", "0"),
        },
        capacity={"A&E / walk-in": 2, "B": [(0, 9, 1), (9, 31, 3)], "C": 1, "D": 1},
        arrivals={"A&E / walk-in": 1.5, "C": 0.1},
    )
    notes = (place_of(case, tmp_path) / "notes.md").read_text(encoding="utf-8")
    for said in (
        "sdlog 1 is R's own default", "tnorm is a normal of which draws below 0",
        "norm is below 0 in 1e-07 of draws", "'A&E / walk-in' is named 'A&E - walk-in' here",
        "nobody ever comes there: D", "left out: B", "An internal queue is a waiting room",
        "Inf is no limit: A&E / walk-in", "The network has a loop", "When capacity rises",
        "no whole number of cycles", "`turned_away_per_day`",
    ):  # fmt: skip
        assert said in notes
    place = load_place(tmp_path / "new" / "place.yaml")
    assert list(place.patients) == ["A&E - walk-in", "C"]
    assert list(place.settings) == ["A&E - walk-in", "B", "B waiting room", "C"]
    assert place.settings["A&E - walk-in"].name == "A&E / walk-in"


def test_a_delay_that_differs_by_point_is_a_transfer_of_its_own(tmp_path: Path) -> None:
    case = small(
        points={"A": ({"B": 0.5, "Home": 0.5}, "exp", "1", "0", "0"),
                "B": ({"Home": 1}, "exp", "1", "0", "0")},
        capacity={"A": 2, "B": 2},
        delays={("A", "Home"): ("exp", "2"), ("B", "Home"): ("exp", "3")},
    )  # fmt: skip
    place = load_place(place_of(case, tmp_path) / "place.yaml")
    assert list(place.transfers) == ["A-to-Home", "B-to-Home"]


def test_a_place_needs_no_file_to_be_told_its_cells() -> None:
    """A network from elsewhere than a file can be written, too."""
    network = read_network_without_sources()
    draft, decisions = as_place(network, "Any")
    assert draft.tree["settings"]["A"]["beds"] == 2
    assert decisions == []


def read_network_without_sources() -> Network:
    from sim.importers.pathsimr_network import Point, always

    point = Point(Draw("exp", (1.0,)), {"Home": 1.0}, {}, 0.0, 0.0, always(1.0), always(2.0))
    return Network({"A": point}, ["Home"], "days")


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("Stroke_Network_Template.csv", "Stroke"), ("A&E_Network_Template.csv", "A&E"),
        ("input_template_2.csv", "input"), ("my clinic.csv", "my clinic"),
        ("Network_Template.csv", "Network"),
    ],
)  # fmt: skip
def test_the_place_is_named_after_the_file(name: str, case: str) -> None:
    assert case_name(Path(name)) == case


def test_sizes_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("," * (MAX_COLUMNS + 1) + "x\n")
    with pytest.raises(InputError, match="too large: at most"):
        read_cells(path)
    names = [f"P{i}" for i in range(500)]
    with pytest.raises(InputError, match="more than 400 service points and exits"):
        read("x,serv_dist\n" + "".join(f"{name},1\n" for name in names), "metric\n", tmp_path)
