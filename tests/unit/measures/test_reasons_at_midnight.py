"""The reasons that hold at the day's end are of people who no longer need acute care."""

from tests.places import value
from tests.unit.flow.by_hand import by_hand, comes, played


def test_who_waits_for_another_acute_ward_is_delayed_but_not_on_the_list() -> None:
    """Ann is ready to leave the unit on day 8, and the ward has no bed until day 12."""
    place = by_hand(
        settings={
            "unit": {"beds": 1, "acute": True},
            "ward": {"beds": 1, "acute": True},
        },
        routes={"unit": {"ward": 1}, "ward": {"home": 1}},
        patients={
            "Bob": comes("ward", 0, 0, stay={"ward": 12}),
            "Ann": comes("unit", 0, 0, stay={"unit": 8, "ward": 1}),
        },
    )
    result = played(place)
    assert value(result, "delayed_bed_days", reason="next-ward", body="both") > 0
    assert value(result, "remaining") == 0
    assert value(result, "remaining_7_days") == 0


def test_who_waits_to_go_home_is_on_the_list_from_seven_days_in_hospital() -> None:
    """Ann is ready on day 5.5, and leaves on day 9.5: at midnights 6 to 9, the last three count."""
    place = by_hand(
        settings={"unit": {"beds": 1, "acute": True}},
        routes={"unit": {"home": {"share": 1, "transfer": "leave"}}},
        transfers={"leave": {"arrange": [{"task": "Ask", "takes": 4, "reason": "transport"}]}},
        patients={"Ann": comes("unit", 0, 0, stay={"unit": 5.5})},
    )
    result = played(place)
    days = result.run.end
    assert value(result, "remaining") == 4 / days
    assert value(result, "remaining_7_days") == 3 / days
    assert value(result, "remaining_7_days", reason="transport", body="NHS") == 3 / days
