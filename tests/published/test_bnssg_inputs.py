"""The place of Bristol, North Somerset and South Gloucestershire holds the published figures.

Figures: parameter workbook of the IPACS model (Harper et al. 2023, doi 10.5281/zenodo.7845908).
Weekly rates are typed here to three decimals (two in the second set), Monday first.
"""

import math
from datetime import date, timedelta
from pathlib import Path

import pytest
from scipy.stats import norm

from sim.patients.arrivals import mean_by_day
from sim.patients.distributions import mean_days
from sim.patients.offered_load import offered_load
from sim.place.load import load_place, read_document
from sim.place.schema import Place

ROOT = Path(__file__).parents[2]
BNSSG = ROOT / "configs" / "bnssg"

AS_THEY_WERE = {
    "p1-bristol": (3.048, 6.907, 10.167, 8.929, 10.721, 12.605, 3.791),
    "p1-north-somerset": (0.690, 4.721, 6.929, 6.643, 6.442, 5.810, 1.762),
    "p1-south-gloucestershire": (1.452, 5.791, 8.571, 8.405, 9.767, 8.605, 3.698),
    "p2-bristol": (1.881, 2.581, 4.190, 3.119, 3.744, 4.465, 1.535),
    "p2-north-somerset": (0.238, 2.093, 3.786, 3.119, 3.140, 3.119, 0.929),
    "p2-south-gloucestershire": (0.452, 1.279, 3.000, 2.452, 3.233, 3.488, 1.116),
    "p3-bristol": (0.738, 1.279, 1.929, 1.905, 2.628, 3.000, 2.186),
    "p3-north-somerset": (0.024, 1.442, 1.548, 1.548, 1.605, 1.429, 0.071),
    "p3-south-gloucestershire": (0.762, 1.744, 3.119, 2.810, 3.140, 3.256, 1.419),
}
"""The published arrivals a day, BArr."""

IMPROVED = {
    "p1-bristol": (3.2, 6.74, 10.03, 8.72, 10.54, 12.39, 4.07),
    "p1-north-somerset": (0.64, 4.82, 7.12, 6.71, 6.56, 5.98, 1.73),
    "p1-south-gloucestershire": (1.51, 5.59, 8.67, 8.32, 9.73, 8.85, 3.71),
    "p2-bristol": (1.41, 1.94, 3.15, 2.35, 2.82, 3.36, 1.15),
    "p2-north-somerset": (0.18, 1.57, 2.85, 2.35, 2.36, 2.35, 0.7),
    "p2-south-gloucestershire": (0.34, 0.96, 2.26, 1.84, 2.43, 2.62, 0.84),
    "p3-bristol": (0.57, 0.98, 1.48, 1.46, 2.02, 2.3, 1.68),
    "p3-north-somerset": (0.02, 1.11, 1.19, 1.19, 1.23, 1.1, 0.05),
    "p3-south-gloucestershire": (0.59, 1.34, 2.4, 2.16, 2.41, 2.5, 1.09),
}
"""The published arrivals a day with improved referrals, S1Arr."""

SERVICES = {
    # spaces, mean stay as it was, halfway, at target, there at the start, waiting, cost a day
    "p1-bristol": (92, 18.07, 14.04, 10, 92, 39, 125),
    "p1-north-somerset": (71, 18.7, 14.35, 10, 71, 48, 125),
    "p1-south-gloucestershire": (71, 12.08, 11.04, 10, 71, 42, 125),
    "p2-bristol": (102, 42.79, 31.895, 21, 97, 31, 150),
    "p2-north-somerset": (28, 38.28, 29.64, 21, 24, 15, 150),
    "p2-south-gloucestershire": (61, 34.06, 27.53, 21, 68, 12, 150),
    "p3-bristol": (72, 59.15, 43.575, 28, 77, 43, 164),
    "p3-north-somerset": (39, 44.91, 36.455, 28, 28, 12, 164),
    "p3-south-gloucestershire": (37, 32.18, 30.09, 28, 33, 11, 164),
}


def with_levers(*names: str) -> Place:
    levers = [read_document(BNSSG / "levers" / f"{name}.yaml") for name in names]
    return load_place(BNSSG / "place.yaml", levers)


@pytest.fixture(scope="module")
def place() -> Place:
    return with_levers()


@pytest.mark.parametrize("service", AS_THEY_WERE)
def test_arrivals_on_each_of_the_181_dates_are_the_published_rate(place, service):
    assert place.start_date == date(2023, 1, 1)
    means = mean_by_day(place, place.patients[service], 181)
    for day, mean in enumerate(means):
        weekday = (date(2023, 1, 1) + timedelta(days=day)).weekday()
        assert mean == pytest.approx(AS_THEY_WERE[service][weekday], abs=0.0005)


def test_arrivals_keep_all_six_published_decimals(place):
    bristol = place.patients["p1-bristol"]
    rates = mean_by_day(place, bristol, 7)
    # from Sunday 1 January 2023
    expected = [3.790697, 3.047619, 6.906976, 10.166666, 8.928571, 10.720930, 12.604651]
    assert rates.tolist() == expected


@pytest.mark.parametrize("service", SERVICES)
def test_capacity_start_state_and_cost_are_as_published(place, service):
    spaces, _, _, _, there, waiting, cost = SERVICES[service]
    setting = place.settings[service]
    assert setting.spaces.limit == spaces
    assert setting.cost_per_day.value == cost
    assert place.settings["acute-hospitals"].cost_per_day.value == 346
    assert [p.number.value for p in place.start.people if p.setting == service] == [there]
    queue = [p for p in place.start.waiting if p.waiting_for == service]
    assert [(p.number.value, p.setting) for p in queue] == [(waiting, "acute-hospitals")]
    assert {p.stay_left.rule for p in place.start.people} == {"uniform from one day"}


def mean_stay(place, service, published):
    """The published mean; for P1 what is left of it when long stays are drawn again.

    By the textbook mean of a lognormal cut off at 1.9 times its own mean.
    """
    if not service.startswith("p1"):
        return published
    family = place.settings[service].stay.lognormal
    mu, sigma = family.mu.value, family.sigma.value
    assert math.exp(mu + sigma**2 / 2) == pytest.approx(published, rel=0.001)
    longest = 1.9 * published
    assert family.redrawn_above.value == pytest.approx(longest, rel=1e-6)
    z = (math.log(longest) - mu) / sigma
    return published * norm.cdf(z - sigma) / norm.cdf(z)


@pytest.mark.parametrize("service", SERVICES)
def test_spaces_needed_are_arrivals_times_mean_stay(place, service):
    load = next(load for load in offered_load(place, 182) if load.setting == service)
    a_day = sum(AS_THEY_WERE[service]) / 7  # 182 days are 26 whole weeks
    spaces = SERVICES[service][0]
    stay = mean_stay(place, service, SERVICES[service][1])
    assert load.spaces_needed == pytest.approx(a_day * stay, rel=0.002)
    assert load.utilisation == pytest.approx(a_day * stay / spaces, rel=0.002)
    assert (load.verdict == "cannot hold") == (not service.startswith("p1"))


def test_acute_hospitals_hold_only_people_who_are_ready(place):
    hospitals = place.settings["acute-hospitals"]
    assert hospitals.acute
    assert hospitals.spaces.limit is None
    assert hospitals.stay.fixed.value.value == 0


def test_improved_referrals_are_the_published_second_set_of_arrivals():
    changed = with_levers("improved-referrals")
    for service, rates in IMPROVED.items():
        weekly = mean_by_day(changed, changed.patients[service], 7)
        assert weekly.tolist() == [rates[-1], *rates[:-1]], service  # from Sunday 1 January


@pytest.mark.parametrize(
    ("levers", "column"), [((), 1), (("halfway-stays",), 2), (("target-stays",), 3)]
)
def test_mean_stays_are_as_published(levers, column):
    changed = with_levers(*levers)
    for service, figures in SERVICES.items():
        mean = mean_days(changed.settings[service].stay)
        published = mean_stay(changed, service, figures[column])
        assert mean == pytest.approx(published, rel=0.002), service


def test_open_capacity_is_2000_spaces_in_every_service():
    changed = with_levers("open-capacity")
    assert {changed.settings[service].spaces.limit for service in SERVICES} == {2000}


@pytest.mark.parametrize(("lever", "more"), [("more-p2-beds", 45), ("more-p3-beds", 45)])
def test_more_beds_adds_as_many_as_its_title_says(place, lever, more):
    changed = with_levers(lever)
    added = sum(
        changed.settings[service].spaces.limit - place.settings[service].spaces.limit
        for service in SERVICES
    )
    assert added == more
    assert str(more) in read_document(BNSSG / "levers" / f"{lever}.yaml").tree["title"]
