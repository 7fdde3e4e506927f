"""A small place where people wait for care, with levers and capacity to choose from."""

from pathlib import Path

PLACE = """
place: A parish
start_date: 2024-01-01
bank_holidays: as usual
organisations: {trust: {body: NHS}, council: {name: The council, body: social care}}
settings:
  ward: {beds: 40, acute: yes, organisation: trust, stay: {exponential: {mean: 4}}}
  community-beds: {beds: 6, organisation: council, stay: {exponential: {mean: 9}}}
  reablement: {places: 16, organisation: council, stay: {exponential: {mean: 10}}}
exits: {home: {}}
transfers:
  to-beds:
    arrange:
      - {task: assess, takes: 12 hours, reason: referral-to-hub}
      - {task: agree, takes: 2 days, reason: funding-eligibility}
  to-reablement:
    arrange: [{task: assess, takes: 12 hours, reason: referral-to-hub}]
routes:
  ward:
    community-beds: {share: 0.1, pathway: P2, transfer: to-beds}
    reablement: {share: 0.25, pathway: P1, transfer: to-reablement}
    home: {share: rest, pathway: P0}
  community-beds: {home: 1}
  reablement: {home: 1}
patients:
  adults: {arrives_at: ward, per_day: 6}
"""
LEVERS = {
    "daily-panel": ("transfers.to-beds.arrange.agree.takes", "{times: 0.5}", 90_000),
    "no-panel": ("transfers.to-beds.arrange.agree.takes", "{set: 1 hours}", 160_000),
    "hub": ("transfers.*.arrange.assess.takes", "{times: 0.5}", 120_000),
    "shorter-reablement": ("settings.reablement.stay", "{times: 0.9}", 60_000),
    "fewer-referrals": ("routes.ward.reablement.share", "{times: 0.9}", 50_000),
    "earlier-home": ("settings.community-beds.stay", "{times: 0.9}", 110_000),
}
EXPERIMENT = """
experiment: The parish
question: What is the best use of the money?
place: place.yaml
levers: levers
scenarios: {as it is: [], hub: [hub]}
days: 120
warm_up: 30
replications: 2
seed: 4
compare_on: [delayed_bed_days]
"""
SEARCH = """
search:
  community beds:
    smallest: {settings.community-beds.beds: {from: 4, to: 40}}
    so_that: [{measure: share_waiting, setting: community-beds, at_most: 10%}]
    replications_at_most: 20
  both services:
    scenario: hub
    smallest:
      settings.community-beds.beds: {from: 4, to: 16, cost: 3}
      settings.reablement.places: {from: 10, to: 30, step: 2}
    so_that:
      - {measure: share_waiting, setting: community-beds, at_most: 20%}
      - {measure: share_waiting, setting: reablement, at_most: 20%}
    replications_at_most: 15
  demand:
    largest: {patients.*.per_day: {times_from: 0.5, times_to: 1.5, step: 0.1}}
    so_that: [{measure: occupancy, setting: ward, at_most: 95%}]
    replications_at_most: 15
"""
BUDGET = """
budget:
  at_most: 300000
  replications: 3
  mixes_at_most: 200
  choices:
    levers: [daily-panel, no-panel, hub, shorter-reablement, fewer-referrals, earlier-home]
    capacity:
      settings.community-beds.beds: {step: 2, up_to: 4, cost_of_a_step: 100000}
"""


def write_parish(folder: Path, asked: str) -> Path:
    """The parish's files, with what the experiment asks; returns its experiment."""
    (folder / "levers").mkdir(parents=True)
    (folder / "place.yaml").write_text(PLACE)
    for name, (path, change, cost) in LEVERS.items():
        (folder / "levers" / f"{name}.yaml").write_text(f"""
lever: {name}
title: {name.replace("-", " ").capitalize()}
how: Made up.
change: {{"{path}": {change}}}
costs: {{council: {cost}}}
evidence: {{strength: none, says: Made up.}}
""")
    path = folder / "experiment.yaml"
    path.write_text(EXPERIMENT + asked)
    return path
