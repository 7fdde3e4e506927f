"""What the report says of a choice is what was found, and no more."""

from dataclasses import replace
from typing import Any

import numpy as np

from sim.report.parts.choice import choice_picture, choice_table, said_of_choice
from sim.report.results import Results
from tests.behaviour.selection_trials import MADE_UP, all_one_worse, made_up, one_after_another


def results(found: dict[str, Any]) -> Results:
    return replace(Results("x", baseline="scenario 0"), findings={"choose": found})


def test_nothing_is_said_where_nothing_was_asked() -> None:
    assert said_of_choice(Results("x")) == []
    assert choice_picture(Results("x"), "choice") is None


def test_the_chosen_one_is_named_with_its_chance_and_the_others_with_when_they_left() -> None:
    found = made_up(5, one_after_another(), np.linspace(2.0, 5.0, 10)).choice.to_json()
    verdict, out, cost = said_of_choice(results(found))
    assert verdict.startswith("‘scenario 3’ is chosen as the best on delayed bed days. Where one")
    assert "by 1 day a year or more, it is the one chosen with a chance of 97.5%" in verdict
    assert out.startswith("Ruled out: ")
    assert " after 20 replications; " in out
    runs = sum(each["mean"]["replications"] for each in found["standings"])
    assert cost.startswith(f"It took {runs} runs: 20 of each scenario at first")
    assert f"would take {found['equal']} of each, {10 * found['equal']:,} runs." in cost
    picture = choice_picture(results(found), "choice")
    assert picture is not None
    assert "chosen" in picture.svg
    rows = choice_table(results(found), found).groups[0].rows
    assert [row[1].split(" by ")[0] for row in rows] == ["chosen", *["ruled out"] * 9]
    assert rows[0][3] == "–", "the leader has no difference from itself"


def test_an_undecided_choice_names_those_still_in_and_what_would_decide() -> None:
    asked = MADE_UP.model_copy(update={"at_most": 32})
    found = made_up(1, all_one_worse(), np.full(10, 8.0), asked=asked).choice.to_json()
    said = said_of_choice(results(found))
    assert said[0].startswith("No scenario is chosen as the best on delayed bed days: after 32")
    assert "with the chance of 97.5% that was asked for" in said[0]
    assert f"allow at_most: {found['needed']:,} (it may take fewer)" in said[1]
    assert "is chosen as" not in " ".join(said[1:])


def test_scenarios_that_came_out_the_same_are_said_so() -> None:
    found = made_up(1, all_one_worse(), np.full(10, 3.0), correlation=1.0).choice.to_json()
    found["standings"][1]["outcome"] = "the same"
    name = found["standings"][1]["scenario"]
    assert f"‘{name}’ came out exactly the same." in said_of_choice(results(found))[0]
