"""The picture of a place's network can be read, listened to, and made again byte for byte."""

from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sim.place.schema import Place
from sim.report.network import make_network
from sim.report.network_drawing import draw_network, network_svg
from sim.report.network_layout import lay_out, layers_of

SVG = "{http://www.w3.org/2000/svg}"


def a_place(**more: Any) -> Place:
    return Place.model_validate(
        {
            "place": "Testshire $x^2$ & <Sons>",
            "start_date": "2025-04-07",
            "exits": {"home": {"name": "Own home"}, "death": {}},
            "settings": {
                "acute": {"name": "Acute & <general> $5", "beds": 100, "stay": 8,
                          "overflow": ["annexe"], "queue_limit": 3},
                "annexe": {"beds": 10, "stay": 8},
                "rehab": {"name": "Rehabilitation", "beds": 20, "stay": 30},
            },
            "routes": {
                "acute": {"rehab": {"share": 0.1, "pathway": "P2"}, "home": "rest"},
                "annexe": {"home": 1},
                "rehab": {"home": 0.8, "acute": 0.1, "death": "rest"},
            },
            "patients": {"people": {"name": "Older people", "arrives_at": "acute", "per_day": 9}},
            **more,
        }
    )  # fmt: skip


def words(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join(element.text or "" for element in root.iter(f"{SVG}text"))


def test_the_file_is_well_formed_with_a_title_and_a_description(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "network.svg"
    draw_network(a_place(), path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text == "Testshire $x^2$ & <Sons>: the network"
    assert "Cannot hold: Rehabilitation." in (description.text or "")
    assert "On to Rehabilitation, P2:" in (description.text or "")


def test_all_names_loads_and_shares_are_in_words() -> None:
    text = words(network_svg(a_place()))
    for name in ("Acute & <general> $5", "annexe", "Rehabilitation", "Own home", "death"):
        assert name in text
    for said in ("Older people", "9 a day", "P2: 0.91 a day (10%)", "CANNOT HOLD", "overflow"):
        assert said in text
    assert "27.3 beds needed, 20 open" in text
    assert "136%: CANNOT HOLD, queue +0.24 people a day" in text


def test_where_many_ways_leave_a_setting_each_says_where_it_leads() -> None:
    exits = {f"exit-{i}": {"name": f"Way {i}"} for i in range(7)}

    def said(number: int) -> str:
        ways = {name: "rest" if i == 0 else 0.1 for i, name in enumerate(list(exits)[:number])}
        place = a_place(
            exits=exits,
            settings={"acute": {"name": "Acute", "beds": 100, "stay": 8}},
            routes={"acute": ways},
        )
        return words(network_svg(place))

    assert "Way 6, 0.9 a day (10%)" in said(7)
    assert "Way 5, 0.9 a day" not in said(6)
    assert "0.9 a day (10%)" in said(6)


def test_the_same_place_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw_network(a_place(), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize(
    "name", ["\x1b[31m", "]]>", "W" * 200, "東京都の病院", "<script>", r"$\frac{1}{0}$", "\x00a"]
)
def test_any_name_can_be_drawn(name: str) -> None:
    place = a_place(place=name, exits={"home": {"name": name}, "death": {"name": name}})
    ElementTree.fromstring(network_svg(place))


def test_a_chain_runs_from_left_to_right_and_exits_stand_last() -> None:
    layer = layers_of(make_network(a_place()))
    assert layer["arrivals/acute"] == 0
    assert layer["setting/acute"] == layer["setting/annexe"] == 1
    assert layer["setting/rehab"] == 2
    assert layer["exit/home"] == layer["exit/death"] == 3


def test_the_arrow_of_a_loop_points_back() -> None:
    layout = lay_out(make_network(a_place()))
    back = [chain for chain in layout.chains if chain.is_back]
    assert [(chain.arrow.source, chain.arrow.target) for chain in back] == [
        ("setting/rehab", "setting/acute")
    ]


def test_no_box_touches_another_in_its_layer() -> None:
    layout = lay_out(make_network(a_place()))
    for keys in layout.layers:
        for upper, lower in pairwise(keys):
            space = layout.y[lower] - layout.y[upper]
            assert space >= (layout.height[upper] + layout.height[lower]) / 2


def test_arrows_that_need_not_cross_do_not_cross() -> None:
    names = "abcdef"
    settings = {name: {"beds": 9, "stay": 1} for name in (*names, *names.upper())}
    routes: dict[str, Any] = {name: {name.upper(): 1.0} for name in names}
    routes |= {name.upper(): {"home": 1.0} for name in names}
    backwards = {name: {"arrives_at": name, "per_day": 1} for name in reversed(names)}
    layout = lay_out(make_network(a_place(settings=settings, routes=routes, patients=backwards)))
    left = [key[-1] for key in layout.layers[1]]
    right = [key[-1].lower() for key in layout.layers[2]]
    assert left == right


def test_people_who_come_straight_back_are_drawn() -> None:
    routes = {"acute": {"acute": 0.2, "home": 0.8}, "annexe": {"home": 1}, "rehab": {"home": 1}}
    assert "2.25 a day (20%)" in words(network_svg(a_place(routes=routes)))


def test_many_groups_at_one_door_are_counted_not_listed() -> None:
    groups = {f"group {i}": {"arrives_at": "acute", "per_day": 1} for i in range(9)}
    text = words(network_svg(a_place(patients=groups)))
    assert "9 groups" in text
    assert "group 3" not in text
