"""A small place with four levers, for tests of designs."""

from pathlib import Path

PLACE = """
place: Design Town
start_date: 2025-04-14
organisations: {trust: {body: NHS}, council: {body: social care}}
settings:
  ward: {beds: 60, acute: yes, organisation: trust, stay: {exponential: {mean: 4}}}
  care: {places: 60, organisation: council, stay: {exponential: {mean: 5}}}
exits: {home: {}}
transfers:
  to-care:
    arrange:
      - {task: refer, takes: {exponential: {mean: 2}}, reason: referral-to-hub}
      - {task: agree, takes: {exponential: {mean: 2}}, reason: funding-eligibility}
routes:
  ward: {home: rest, care: {share: 0.5, pathway: P1, transfer: to-care}}
  care: {home: 1}
patients: {adults: {arrives_at: ward, per_day: 5}}
"""
REFER, AGREE = "transfers.to-care.arrange.refer.takes", "transfers.to-care.arrange.agree.takes"
LEVERS = {
    "quick-referral": f"{REFER}: {{times: 0.5}}",
    "shorter-referral": f"{REFER}: {{times: 0.4}}",
    "quick-agreement": f"{AGREE}: {{times: 0.5}}",
    "fewer-to-care": "routes.ward.care.share: {times: 0.8}",
}
EXPERIMENT = """experiment: Design town
question: Which help or hinder each other?
place: place.yaml
levers: levers
days: 90
warm_up: 20
replications: 6
seed: 3
compare_on: [delayed_bed_days]
"""


def write_design(folder: Path, design: str, place: str = PLACE, head: str = EXPERIMENT) -> Path:
    """The files of the town with this design (and whatever else is written with it)."""
    (folder / "levers").mkdir(parents=True, exist_ok=True)
    (folder / "place.yaml").write_text(place, encoding="utf-8")
    for name, change in LEVERS.items():
        (folder / "levers" / f"{name}.yaml").write_text(
            f"lever: {name}\ntitle: {name}\nhow: How.\nchange:\n  {change}\n"
            "evidence: {strength: none, says: Made up.}\n",
            encoding="utf-8",
        )
    path = folder / "experiment.yaml"
    path.write_text(f"{head}{design}\n", encoding="utf-8")
    return path
