"""Which scenarios are compared with which, and what a combined one is made of."""

from sim.experiment.families import Family, families_of, own_levers, parts_of

BASELINES = {"now": None, "a": "now", "half": "now", "half a": "half", "half b": "half"}
LEVERS = {"now": [], "a": ["a"], "half": ["h"], "half a": ["h", "a"], "half b": ["b", "h"]}


def test_a_family_is_a_baseline_with_those_compared_with_it() -> None:
    assert families_of(BASELINES) == (
        Family("now", ("a", "half")), Family("half", ("half a", "half b")),
    )  # fmt: skip


def test_what_a_scenario_changes_leaves_out_what_its_baseline_has() -> None:
    own = own_levers(LEVERS, BASELINES)
    assert own["half a"] == ("a",)
    assert own["half b"] == ("b",)
    assert own["half"] == ("h",)


def test_a_combined_scenario_is_made_of_each_lever_alone_where_that_was_run() -> None:
    own = {"a": "a", "b": "b", "c": "c", "bc": "bc", "all": "abc"}
    assert parts_of("all", own) == ("a", "b", "c")
    assert parts_of("all", own, finest=False) == ("a", "bc")


def test_a_lever_that_stands_in_no_other_scenario_leaves_it_without_parts() -> None:
    assert parts_of("all", {"a": "a", "all": "ab"}) == ()


def test_no_lever_is_in_two_parts() -> None:
    own = {"ab": "ab", "bc": "bc", "c": "c", "all": "abc"}
    assert parts_of("all", own) == ("ab", "c")


def test_a_search_that_would_not_end_gives_up() -> None:
    names = [f"l{n}" for n in range(40)]
    own = {f"{a} {b}": (a, b) for a in names for b in names if a < b and a != "l0"}
    own["all"] = tuple(names)
    assert parts_of("all", own) == ()
