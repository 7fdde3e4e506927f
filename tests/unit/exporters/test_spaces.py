"""Each person has a numbered space, and nobody else has it at the same time."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.exporters.source import open_source
from sim.exporters.spaces import GOES_ON_IN, number_spaces
from tests.unit.exporters import town


def numbered(results: Path, scenario: str) -> pd.DataFrame:
    stays = open_source(results, scenario, 0).runs[0].stays()
    stays["space"] = number_spaces(stays)
    return stays


@pytest.mark.parametrize("scenario", ["as it is", "bigger"])
def test_no_two_people_hold_one_space_at_one_time(results: Path, scenario: str) -> None:
    stays = numbered(results, scenario).dropna(subset="held_from")
    assert (stays["space"] > 0).all()
    follows = stays[stays["came"].isin(GOES_ON_IN)]
    compared = 0
    for (_, _), rows in stays.groupby(["setting", "space"]):
        ordered = rows.sort_values(["held_from", "freed_at", "stay"])
        for (_, one), (_, other) in pairwise(ordered.iterrows()):
            until = one["left_at"] if other["stay"] in set(follows["stay"]) else one["freed_at"]
            assert until <= other["held_from"]
            compared += 1
    assert compared > 400


def test_who_goes_on_in_the_same_bed_keeps_its_number(results: Path) -> None:
    stays = numbered(results, "as it is").set_index("stay")
    onward = stays[stays["next_stay"].isin(stays.index[stays["came"].isin(GOES_ON_IN)])]
    assert len(onward) > 30
    assert (stays.loc[onward["next_stay"], "space"].to_numpy() == onward["space"]).all()


def test_numbers_do_not_go_beyond_the_spaces_that_there_are(results: Path) -> None:
    stays = numbered(results, "as it is")
    assert stays[stays["setting"] == "surgery"]["space"].max() == 8
    assert stays[stays["setting"] == "care-home"]["space"].max() == 12
    found = (stays["setting"] == "ward") & (stays["came"] == "found there")
    assert stays[stays["setting"] == "ward"]["space"].max() == found.sum() == 37


def test_who_never_came_has_none(results: Path) -> None:
    stays = numbered(results, "as it is")
    vain = stays["came"].isin(["turned away", "cancelled", "gave up"])
    assert vain.sum() > 20
    assert (stays.loc[vain, "space"] == 0).all()


def test_a_space_given_back_at_one_instant_is_given_out_again_at_that_instant() -> None:
    stays = pd.DataFrame(
        {
            "stay": [0, 1, 2, 3],
            "next_stay": [np.nan] * 4,
            "came": ["asked"] * 4,
            "setting": ["ward"] * 4,
            "held_from": [0.0, 1.0, 2.0, 2.0],
            "freed_at": [2.0, np.nan, 2.0, 3.0],
        }
    )
    assert number_spaces(stays).tolist() == [1, 2, 1, 1]


RING = """
place: A ring
start_date: 2025-04-14
settings:
  a: {beds: 2, acute: yes, stay: {exponential: {mean: 3}}}
  b: {beds: 2, acute: yes, stay: {exponential: {mean: 3}}}
exits: {home: {}, died: {}}
transfers: {over: {hand_over: [{task: move, takes: 2 hours, reason: transport}]}}
routes:
  a: {b: {share: 0.7, transfer: over}, home: rest}
  b: {a: {share: 0.7, transfer: over}, home: rest}
patients: {people: {arrives_at: a, per_day: 2}}
"""


def test_people_who_exchange_have_their_spaces_from_when_they_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town, "PLACE", RING)
    monkeypatch.setattr(town, "EXPERIMENT", town.EXPERIMENT.replace(", bigger: [bigger]", ""))
    stays = numbered(town.run_town(tmp_path), "as it is")
    exchanged = stays[(stays["came"] == "exchanged") & stays["admitted_at"].notna()]
    assert len(exchanged) > 3
    assert (exchanged["held_from"] == exchanged["admitted_at"]).all()
    assert (exchanged["placed_at"] < exchanged["admitted_at"]).all()
    assert set(stays["space"]) == {0, 1, 2}
    for _, rows in stays[stays["space"] > 0].groupby(["setting", "space"]):
        ordered = rows.sort_values(["held_from", "freed_at", "stay"])
        assert (ordered["freed_at"][:-1].to_numpy() <= ordered["held_from"][1:].to_numpy()).all()
