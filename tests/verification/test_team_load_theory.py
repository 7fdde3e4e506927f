"""What `careflow explain` works out for teams is what they do in a run, where theory is exact."""

from sim.experiment.replicate import Replication
from sim.patients.team_load import team_load
from sim.place.schema import Place
from tests.places import a_place, agrees, measured, value

HOURS = {"days": "mon-fri", "from": "08:00", "to": "18:00"}


def a_town() -> Place:
    """Two councils, a hub that sends referrals back, tasks side by side, a weekly panel."""
    refer = {"task": "refer", "team": "wards", "reason": "referral-to-hub",
             "works_for": {"exponential": {"mean": 1, "unit": "hours"}}}  # fmt: skip
    confirm = {"task": "confirm", "team": "hub", "reason": "needs-and-pathway",
               "works_for": {"gamma": {"mean": 1.5, "sd": 1, "unit": "hours"}},
               "returned": 0.3, "repeats": 0.5}  # fmt: skip
    assess = {"task": "assess", "team": {"north": "north", "south": "south"},
              "reason": "p1-social-care-arrangements", "trusted": 0.25,
              "works_for": {"gamma": {"mean": 3, "sd": 1, "unit": "hours"}}}  # fmt: skip
    fund = {"task": "fund", "team": "panel", "reason": "funding-eligibility", "prob": 0.4,
            "after": ["confirm"]}  # fmt: skip
    return a_place(
        settings={"ward": {"beds": "unlimited", "stay": {"exponential": {"mean": 5}}}},
        teams={
            "wards": {"staff": 1, "works": HOURS},
            "hub": {"staff": 1, "works": HOURS},
            "north": {"staff": 1, "works": HOURS},
            "south": {"staff": 1, "works": [HOURS, {**HOURS, "days": "sat, sun"}]},
            "panel": {"meets": {"days": "wed", "at": "14:00"}, "cases": 14},
        },
        transfers={"leave": {"arrange": [refer, confirm, assess, fund]}},
        routes={"ward": {"home": {"share": 1, "transfer": "leave"}}},
        patients={
            "people": {
                "arrives_at": "ward", "per_day": 3, "lives_in": {"north": 0.6, "south": "rest"}
            }
        },
    )  # fmt: skip


def test_teams_are_busy_for_as_much_as_is_asked_of_them() -> None:
    days, warm_up = 728, 91
    place = a_town()
    loads = {load.team: load for load in team_load(place, warm_up + days)}
    staffed = [name for name, load in loads.items() if not load.is_panel]

    def read(result: Replication) -> list[float]:
        busy = [value(result, "busy", team=name) for name in staffed]
        return busy + [value(result, "cases_per_week", team=name) for name in loads]

    found = measured(place, read, number=50, days=days, warm_up=warm_up)
    for name, values in zip(staffed, found, strict=False):
        load = loads[name].utilisation
        assert load is not None
        assert load < 0.95
        agrees(values, load, f"busy, {name}", near=0.03)
    for (name, load_), values in zip(loads.items(), found[len(staffed) :], strict=True):
        agrees(values, load_.cases, f"cases a week, {name}", near=0.03)


def test_a_team_that_cannot_hold_builds_up_as_many_cases_as_is_said() -> None:
    days = 364
    place = a_place(
        settings={"ward": {"beds": "unlimited", "stay": 1}},
        teams={"hub": {"staff": 1, "works": HOURS}},
        transfers={"leave": {"arrange": [
            {"task": "confirm", "team": "hub", "reason": "needs-and-pathway",
             "works_for": "3 hours"}
        ]}},
        routes={"ward": {"home": {"share": 1, "transfer": "leave"}}},
        patients={"people": {"arrives_at": "ward", "per_day": 3}},
    )  # fmt: skip
    (load,) = team_load(place, days)
    assert load.verdict == "cannot hold"

    def read(result: Replication) -> list[float]:
        return [value(result, "backlog", team="hub"), value(result, "busy", team="hub")]

    found = measured(place, read, number=70, days=days, warm_up=0)
    # The queue grows steadily from nothing: on average over the year it is half of the last.
    agrees(found[0], load.growth_per_week * 52 / 2, "backlog", near=0.08)
    assert found[1].min() > 0.98
