"""A town with everything that a log can hold, run once for all tests of exports."""

from pathlib import Path

from sim.experiment.carry_out import carry_out
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import load_experiment

PLACE = """
place: "=Export & <Town>"
start_date: 2025-04-14
organisations: {trust: {body: NHS}, council: {name: "+Council", body: social care}}
settings:
  ward: {beds: 30, acute: yes, organisation: trust, cost_per_day: 400, queue_limit: 4,
         overflow: [surgery], returns: yes, turnaround: 1 hours, stay: {exponential: {mean: 4}},
         decision_rounds: [{days: every day, at: "10:00", prob_ready: 0.9}]}
  surgery: {beds: 8, acute: yes, organisation: trust, queue_limit: 3,
            stay: {exponential: {mean: 2}}}
  home-care: {visits_per_day: 40, need: {first: 4, last: 1}, organisation: council,
              admits: {days: mon-fri, from: "08:00", to: "18:00"}, stay: {exponential: {mean: 9}}}
  care-home: {places: 12, organisation: council, stay: {exponential: {mean: 20}}}
exits: {home: {}, died: {death: yes}}
teams:
  hub: {staff: 1, works: {days: mon-fri, from: "09:00", to: "17:00"}, organisation: trust}
  panel: {meets: {days: "tue, fri", at: "14:00"}, cases: 6, organisation: council}
transfers:
  to-care:
    arrange:
      - {task: "=Refer & ask", team: hub, works_for: 40 minutes, starts: at admission,
         reason: referral-to-hub, valid_for: 3 days}
      - {task: "-Agree", team: panel, prob: 0.5, reason: funding-eligibility, returned: 0.3,
         returns_to: "=Refer & ask"}
    hand_over: [{task: "Transport\\t\\"quoted\\"", takes: 6 hours, reason: transport}]
  plain:
    arrange: [{task: "@Plain", takes: {exponential: {mean: 1}}, reason: p3-arrangements}]
routes:
  ward:
    home: {share: rest, pathway: P0}
    home-care: {share: 0.3, pathway: P1, transfer: to-care,
                otherwise: {route: care-home, after: {exponential: {mean: 3}}}}
    care-home: {share: 0.08, pathway: P3, transfer: plain}
  surgery: {ward: 0.1, home: {share: rest, pathway: P0}}
  home-care: {ward: 0.1, home: rest}
  care-home: {home: 1}
patients:
  adults: {arrives_at: ward, per_day: 7, lives_in: {north: 0.6, south: rest}}
  booked: {arrives_at: surgery, per_day: 3, elective: yes, cancelled_after: 1 days,
           locality: north, by_weekday: {sat: 0, sun: 0}}
harm:
  unwell_again: {per_day: 0.1, stay: {exponential: {mean: 2}}, arrangements: lapse}
  needs_more: {per_day: 0.05, routes: {home-care: care-home}}
  dies: {per_day: 0.03, exit: died}
  readmitted: {P0: {prob: 0.3, after: {exponential: {mean: 5}}}}
start:
  people:
    - {setting: ward, group: adults, number: 33}
    - {setting: care-home, group: adults, number: 5}
  waiting:
    - {waiting_for: home-care, setting: ward, group: adults, number: 4,
       days_waited: {exponential: {mean: 4}}}
    - {waiting_for: ward, group: adults, number: 3, days_waited: 1}
"""
LEVER = """
lever: bigger
title: "=HYPERLINK(\\"http://nowhere\\")"
how: A service is added that the place does not have.
change:
  settings.new-beds: {beds: 6, organisation: council, stay: {exponential: {mean: 5}}}
  routes.new-beds: {home: 1}
  routes.ward.new-beds: {share: 0.1, pathway: P2, transfer: to-care}
  teams.night-hub: {staff: 1, organisation: trust}
  transfers.to-care.arrange.=Refer & ask.team: night-hub
evidence: {strength: none, says: Made up.}
"""
EXPERIMENT = """
experiment: "-Town"
question: "@What comes out, and does it open?"
place: place.yaml
levers: levers
scenarios: {as it is: [], bigger: [bigger]}
days: 40
warm_up: 7
replications: 2
seed: 3
compare_on: [delayed_bed_days]
keep: logs
"""
DAYS = 47.0


def write_town(folder: Path, keep: str = "logs") -> Path:
    """The files of the town; returns its experiment."""
    (folder / "levers").mkdir(parents=True)
    (folder / "place.yaml").write_text(PLACE)
    (folder / "levers" / "bigger.yaml").write_text(LEVER)
    path = folder / "experiment.yaml"
    path.write_text(EXPERIMENT.replace("keep: logs", f"keep: {keep}"))
    return path


def run_town(folder: Path, keep: str = "logs") -> Path:
    """The town run; returns its results folder."""
    study = load_experiment(write_town(folder / "town", keep))
    results = folder / "results"
    carry_out(study, results, workers=1)
    write_tables(open_results(results))
    return results
