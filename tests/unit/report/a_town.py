"""A small town with teams, wards, councils and money, run in earnest, for tests of the report."""

from pathlib import Path

from sim.experiment.carry_out import carry_out
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import load_experiment
from sim.report.html import write_report

PLACE = """
place: Smalltown
start_date: 2025-01-06
organisations: {trust: {body: NHS}, council: {body: social care}}
settings:
  older: {name: Older people, beds: 34, acute: yes, organisation: trust, cost_per_day: 400,
          stay: {lognormal: {mean: 6, sd: 5}}}
  surgery: {name: Surgery, beds: 14, acute: yes, organisation: trust, cost_per_day: 400,
            stay: {lognormal: {mean: 3, sd: 2}}}
  home-care: {name: Care at home, places: 26, organisation: council, cost_per_day: 60,
              stay: {exponential: {mean: 15}}}
exits: {home: {}}
teams:
  ward-hub: {name: The hub, staff: 1, organisation: trust, cost_per_hour: 40,
             works: {days: mon-fri, from: "09:00", to: "17:00"}}
  social-work: {staff: 1, organisation: council, cost_per_hour: 55,
                works: {days: mon-fri, from: "09:00", to: "17:00"}}
  funding-panel: {meets: {days: wed, at: "14:00"}, cases: 9, organisation: council}
transfers:
  to-care:
    arrange:
      - {task: refer, team: ward-hub, works_for: 1 hour, reason: referral-to-hub}
      - {task: assess, team: social-work, works_for: 2 hours, reason: needs-and-pathway,
         returned: 0.3}
      - {task: agree funding, team: funding-panel, reason: funding-eligibility}
    hand_over:
      - {task: transport, takes: 6 hours, reason: transport}
routes:
  older: {home: {share: rest, pathway: P0},
          home-care: {share: 0.3, pathway: P1, transfer: to-care}}
  surgery: {home: {share: rest, pathway: P0},
            home-care: {share: 0.1, pathway: P1, transfer: to-care}}
  home-care: {home: 1}
patients:
  frail: {name: Frail older people, arrives_at: older, per_day: 4.5,
          lives_in: {north: 0.6, south: rest}}
  booked: {arrives_at: surgery, per_day: 3, elective: yes, cancelled_after: 6 hours,
           lives_in: {north: 0.5, south: rest}}
"""

LEVERS = {
    "daily-panel": (
        "The panel meets daily",
        'teams.funding-panel.meets: [{days: mon-fri, at: "14:00"}]',
        "council: 20000",
    ),
    "weekends": (
        "Social workers at weekends",
        'teams.social-work.works: [{days: every day, from: "09:00", to: "17:00"}]',
        "council: 60000",
    ),
    "more-care": ("More care at home", "settings.home-care.places: {plus: 8}", "council: 5000"),
    "slow-work": (
        "Assessments take longer",
        "transfers.to-care.arrange.assess.works_for: {times: 1.5}",
        "",
    ),
}

EXPERIMENT = """
experiment: Smalltown
question: Coordination or capacity?
place: place.yaml
levers: levers
scenarios:
  as it is: []
  daily panel: [daily-panel]
  weekends: [weekends]
  more care: [more-care]
  coordination: [daily-panel, weekends]
  everything: [daily-panel, weekends, more-care]
  slow work: [slow-work]
  slow work - daily panel: [slow-work, daily-panel]
  slow work - weekends: [slow-work, weekends]
baselines:
  slow work - daily panel: slow work
  slow work - weekends: slow work
groups:
  Coordination: [daily panel, weekends]
  Capacity: [more care]
  Together: [coordination, everything]
benchmarks: figures.yaml
days: 84
warm_up: 28
replications: 4
seed: 5
compare_on: [delayed_bed_days, bed_wait_hours, cost_per_year]
"""

FIGURES = """
benchmarks: Published figures
rows:
  - {measure: acute_beds_open, value: 48, within: 1%, fitted: yes, source: a count}
  - {measure: remaining, value: 500, within: 5%, source: made up}
  - {measure: drd_band, part: 1 day, value: 0.3, within: 0.5, source: made up}
  - {measure: newly_ready_by_weekday, part: mon, value: 1, within: 0.5, source: made up}
"""


def run_the_town(folder: Path) -> Path:
    """Run every scenario, write the tables, the report and its pages; returns the results."""
    (folder / "levers").mkdir(parents=True)
    (folder / "place.yaml").write_text(PLACE, encoding="utf-8")
    (folder / "figures.yaml").write_text(FIGURES, encoding="utf-8")
    (folder / "experiment.yaml").write_text(EXPERIMENT, encoding="utf-8")
    for name, (title, change, costs) in LEVERS.items():
        (folder / "levers" / f"{name}.yaml").write_text(
            f"lever: {name}\ntitle: {title}\nhow: {title}.\nchange:\n  {change}\n"
            f"costs: {{{costs}}}\nevidence: {{strength: none, says: An example.}}\n",
            encoding="utf-8",
        )
    study = load_experiment(folder / "experiment.yaml")
    out = folder / "out"
    carry_out(study, out, workers=1)
    results = open_results(out)
    write_tables(results)
    write_report(out, results.bands(), results.journeys())
    return out
