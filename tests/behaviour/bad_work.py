"""Places whose teams, tasks, other ways or harm are wrong, each in one way."""

from tests.behaviour.spoilt_files import PLACE, Case

WORK = """\
place: Workshire
start_date: 2025-04-07
organisations:
  trust: {body: NHS}
  council: {body: social care}
settings:
  ward:
    organisation: trust
    acute: yes
    beds: 20
    pushes:
      - {from: 2025-12-20, to: 2025-12-24, pace: 1.2, readiness: 1.5}
    stay: 8
  home-care:
    visits_per_day: 100
    need: {first: 4, last: 1}
    stay: 20
  hotel:
    places: 10
    stay: 9
exits:
  home: {}
  died: {death: yes}
teams:
  therapy:
    staff: 4
    organisation: trust
    works:
      - {days: weekdays, from: "08:00", to: "16:00"}
      - {days: weekends, from: "09:00", to: "13:00", staff: 1}
    staff_changes:
      - {from: 2025-12-25, to: 2025-12-26, staff: 1}
    cost_per_hour: 30
  north-sw: {staff: 3, organisation: council}
  south-sw: {staff: 2, organisation: council}
  panel:
    meets:
      - {days: tue, at: "14:00"}
      - {days: thu, at: "10:00"}
    cases: 12
transfers:
  with-care:
    expected_date_error: 1 days
    arrange:
      - {task: review, team: therapy, works_for: 1 hours, reason: therapy-review, starts: 2 days before expected date}
      - {task: confirm, team: therapy, works_for: 2 hours, reason: needs-and-pathway, returned: 0.2, repeats: 0.5}
      - {task: assess, team: {north: north-sw, south: south-sw}, works_for: 3 hours, reason: p1-social-care-arrangements, only_for: [older]}
      - {task: fund, team: panel, reason: funding-eligibility, prob: 0.2}
      - {task: equip, takes: 1, reason: equipment, after: [confirm], stands_in: yes}
    hand_over:
      - {task: medicines, team: therapy, works_for: 40 minutes, reason: medicines-and-letter}
routes:
  ward:
    home: 0.7
    P1: {share: 0.2, to: home-care, pathway: P1, transfer: with-care, otherwise: {route: hotel, after: 4}}
    hotel: {share: 0.1}
  home-care:
    home: 1
  hotel:
    home: 1
patients:
  older:
    arrives_at: ward
    per_day: 2
    lives_in: {north: 0.6, south: rest}
    by_dates:
      - {from: 2025-12-24, to: 2026-01-02, times: 0.8}
  planned:
    arrives_at: ward
    per_day: 1
    locality: north
    elective: yes
    cancelled_after: 1 days
harm:
  unwell_again: {per_day: 0.02, stay: 4, arrangements: lapse}
  needs_more: {per_day: 0.01, routes: {P1: hotel}}
  dies: {per_day: 0.01, exit: died}
  readmitted: {P1: {prob: 0.1, after: 9}}
"""  # noqa: E501


def work(title: str, old: str, new: str, at: str, *says: str) -> Case:
    """The place above, spoilt in one way."""
    assert WORK.count(old) == 1, (title, old)
    spoilt = WORK.replace(old, new)
    return Case(title, "place.yaml", (("place.yaml", PLACE, spoilt),), at, says, "place.yaml")


TEAMS = (
    work("an organisation of a team that is not there", "3, organisation: council",
        "3, organisation: counsil", "counsil", "no organisation 'counsil'",
        "allowed: trust, council", "did you mean 'council'"),
    work("a task of a team that is not there", "confirm, team: therapy", "confirm, team: terapy",
        "terapy", "no team 'terapy'", "allowed: therapy, north-sw", "did you mean 'therapy'"),
    work("one of a task's teams that is not there", "south: south-sw", "south: soth-sw",
        "soth-sw", "no team 'soth-sw'", "did you mean 'south-sw'"),
    work("work without its time", "works_for: 3 hours, ", "", "north-sw, south: south-sw",
        "write works_for: how long 'north-sw' works on 'assess'"),
    work("a panel that works for some time", "team: panel, reason",
        "team: panel, works_for: 1 hours, reason", "1 hours, reason: funding",
        "'panel' is a panel, which decides at once; take works_for out"),
    work("a team that no task names", "  panel:\n", "  idle: {staff: 1}\n  panel:\n", "idle",
        "the team 'idle' is never used", "add it to one, or take it out"),
    work("shifts that overlap", "days: weekends, from", "days: fri-sun, from", "{days: fri-sun",
        "item 2 overlaps item 1 on fri", "only one may stand"),
    work("a panel that meets twice at once", 'days: thu, at: "10:00"',
        'days: tue-thu, at: "14:00"', "{days: tue-thu", "item 2 is at the same time as item 1"),
    work("neither staff nor meetings", "north-sw: {staff: 3, organisation",
        "north-sw: {organisation", "north-sw: {organisation",
        "write either staff (and the hours it works), or meets"),
    work("staff and meetings", "    cases: 12", "    staff: 2\n    cases: 12", "panel:\n",
        "write either staff (and the hours it works), or meets"),
    work("a panel with an hourly cost", "    cases: 12", "    cost_per_hour: 9\n    cases: 12",
        "panel:\n", "works, staff_changes and cost_per_hour go with staff, not with meets"),
    work("cases of a team that is no panel", "{staff: 3,", "{staff: 3, cases: 5,",
        "north-sw: {staff", "cases go with meets"),
    work("a shift back to front", '"08:00", to: "16:00"', '"16:00", to: "08:00"',
        "{days: weekdays", "'from' must be before 'to'"),
    work("a change of staff back to front", "to: 2025-12-26", "to: 2025-12-24",
        "{from: 2025-12-25", "'to' must not be before 'from'"),
    work("half a member of staff", "    staff: 4\n", "    staff: 4.5\n", "4.5",
        "a whole number is needed"),
    work("a cost by the day", "cost_per_hour: 30",
        "cost_per_hour: {value: 30, unit: pounds a day}", "cost_per_hour",
        "the unit 'pounds a day' is not allowed", "allowed: pounds an hour"),
    work("another way to queue", "    cost_per_hour: 30",
        "    takes_first: last come\n    cost_per_hour: 30", "last come",
        "allowed: ready first, first come"),
)  # fmt: skip

TASKS = (
    work("time that passes and a team", "{task: equip, takes: 1,",
        "{task: equip, takes: 1, team: therapy,", "{task: equip",
        "write either takes (time that passes), or team (and works_for)"),
    work("work of nobody", "{task: equip, takes: 1,",
        "{task: equip, takes: 1, works_for: 1 hours,", "{task: equip",
        "works_for goes with team; for time that passes, write takes"),
    work("a team's work that stands in for work", "40 minutes, reason",
        "40 minutes, stands_in: yes, reason", "{task: medicines", "stands_in goes with takes"),
    work("a referral that always goes back", "returned: 0.2", "returned: 1", "{task: confirm",
        "returned must be below 1, or the task would never be done"),
    work("work done again without a return", "returned: 0.2, repeats", "repeats",
        "{task: confirm", "repeats is used only with returned"),
    work("a return to somewhere without a return", "prob: 0.2", "returns_to: assess",
        "{task: fund", "returns_to is used only with returned"),
    work("a start in other words", "2 days before expected date", "on Monday", "on Monday",
        "'on Monday' is not a start", "at admission, when ready, or such as"),
    work("two starts", "starts: 2 days before expected date",
        "starts: {rule: when ready, before_expected: 2 days}", "starts: {rule",
        "write one of rule and before_expected"),
    work("a start before the expected date in another unit", "2 days before expected date",
        "2 shifts before expected date", "2 shifts", "the unit 'shifts' is not allowed"),
    work("after a task that is not there", "after: [confirm]", "after: [confrm]", "confrm]",
        "no other task here 'confrm'", "did you mean 'confirm'"),
    work("after itself", "after: [confirm]", "after: [equip]", "equip], stands_in",
        "no other task here 'equip'", "allowed: review, confirm, assess, fund"),
    work("after a task of the hand-over", "after: [confirm]", "after: [medicines]", "medicines]",
        "no other task here 'medicines'"),
    work("a return to a task that is not there", "repeats: 0.5", "returns_to: rewiew", "rewiew",
        "no other task here 'rewiew'", "did you mean 'review'"),
    work("a first task that goes back", "starts: 2 days before expected date}",
        "starts: 2 days before expected date, returned: 0.1}", "0.1}",
        "a first task can't be sent back to the one before it; write returns_to"),
    work("two tasks of one name, and a third after one of them", "{task: review",
        "{task: confirm", "{task: equip", "several tasks here are called 'confirm'"),
    work("tasks that wait for one another", "{task: review,", "{task: review, after: [equip],",
        "arrange:", "some tasks each wait for one another", "see after and returns_to"),
    work("a return to a task that waits for it", "repeats: 0.5", "returns_to: equip", "arrange:",
        "some tasks each wait for one another", "see after and returns_to"),
    work("a task for a group that is not there", "only_for: [older]", "only_for: [oldre]",
        "oldre]", "no group 'oldre'", "allowed: older, planned", "did you mean 'older'"),
    work("an error of a date that nothing goes by", "starts: 2 days before expected date",
        "starts: at admission", "expected_date_error",
        "no task of this transfer goes by the expected date; take this out"),
    work("a chance above 1", "prob: 0.2", "prob: 1.2", "1.2}", "a number from 0 to 1"),
)  # fmt: skip

LOCALITIES = (
    work("a team for a locality where nobody lives", "{north: north-sw, south: south-sw}",
        "{north: north-sw, south: south-sw, east: south-sw}", "east: south-sw",
        "no locality 'east'", "allowed: north, south"),
    work("a locality without a team", "{north: north-sw, south: south-sw}", 
        "{north: north-sw}", "team: {north", "nothing is written here for south"),
    work("a group that lives nowhere", "    locality: north\n", "", "team: {north",
        "nothing is written here for groups without a locality"),
    work("a way on that a locality has not", "to: home-care", "to: {north: home-care}",
        "to: {north", "nothing is written here for south"),
    work("two kinds of locality", "    by_dates:", "    locality: north\n    by_dates:",
        "older:\n", "write either locality or lives_in"),
    work("people who live beyond 1", "{north: 0.6, south: rest}",
        "{north: 0.6, south: 0.6}", "older:\n", "the shares of lives_in sum to 1.2"),
    work("people who live nowhere in part", "{north: 0.6, south: rest}",
        "{north: 0.6, south: 0.3}", "older:\n", "the shares of lives_in sum to 0.9",
        "must sum to 1"),
    work("two rests of people", "{north: 0.6, south: rest}", "{north: rest, south: rest}",
        "older:\n", "the shares of lives_in sum to 0"),
)  # fmt: skip

OTHER_WAYS_AND_HARM = (
    work("another way that is not there", "{route: hotel", "{route: hotle", "hotle",
        "no other route here 'hotle'", "did you mean 'hotel'"),
    work("another way that is the same", "{route: hotel", "{route: P1", "P1, after",
        "no other route here 'P1'", "allowed: home, hotel"),
    work("another way from an exit's queue", "    home: 0.7",
        "    home: {share: 0.7, otherwise: {route: hotel, after: 1}}", "otherwise: {route: hotel, "
        "after: 1", "this route leads to an exit, for which nobody waits"),
    work("visits to a ward", "    beds: 20", "    beds: 20\n    need: {first: 4, last: 1}",
        "ward:\n    org", "need goes with visits_per_day or hours_per_day"),
    work("visits without a need", "    need: {first: 4, last: 1}\n", "", "home-care:\n    visits",
        "need goes with visits_per_day or hours_per_day, and they with need"),
    work("visits and hours", "    visits_per_day: 100",
        "    visits_per_day: 100\n    hours_per_day: 9", "home-care:\n    visits",
        "write exactly one of beds, places, visits_per_day, hours_per_day"),
    work("a need that grows", "last: 1}", "last: 5}", "need: {first",
        "last must not be above first"),
    work("less than one person needs", "visits_per_day: 100", "visits_per_day: 3", "need: {first",
        "one person needs 4 on the first day, and there are 3"),
    work("a visit to be cleaned", "    visits_per_day: 100",
        "    turnaround: 1 hours\n    visits_per_day: 100", "turnaround",
        "turnaround goes with beds or places"),
    work("outliers of care at home", "    visits_per_day: 100",
        "    overflow: [hotel]\n    visits_per_day: 100", "overflow",
        "overflow goes with beds or places"),
    work("outliers in care at home", "    beds: 20", "    beds: 20\n    overflow: [home-care]",
        "[home-care]", "'home-care' has no beds for outliers"),
    work("somebody cancelled who was not booked", "    elective: yes\n", "", "cancelled_after",
        "only elective patients are cancelled; write elective: yes"),
    work("a push back to front", "to: 2025-12-24, pace", "to: 2025-12-19, pace",
        "{from: 2025-12-20", "'to' must not be before 'from'"),
    work("a festive factor back to front", "to: 2026-01-02", "to: 2025-12-02",
        "{from: 2025-12-24", "'to' must not be before 'from'"),
    work("festive factors for listed dates", "    per_day: 2\n",
        "    arrival_dates: [2025-05-01]\n", "older:\n",
        "by_weekday, by_month and by_dates go with per_day, not with arrival_dates"),
    work("a daily chance above a half", "{per_day: 0.02", "{per_day: 0.6", "0.6, stay",
        "a number from 0 to 0.5"),
    work("other arrangements", "arrangements: lapse", "arrangements: keep", "keep",
        "allowed: lapse, hold"),
    work("needing more of a route that is not there", "{P1: hotel}", "{P9: hotel}", "P9",
        "no route 'P9'", "allowed: home, P1, hotel"),
    work("needing a route that is not there", "{P1: hotel}", "{P1: hotle}", "hotle}",
        "no route 'hotle'", "did you mean 'hotel'"),
    work("needing no more than before", "{P1: hotel}", "{hotel: hotel}", "hotel}}",
        "'hotel' is no heavier than itself"),
    work("needing what is not there from everywhere", "{P1: hotel}", "{home: hotel}", "hotel}}",
        "where there is a route 'home' there must be one 'hotel' too", "if only with share 0"),
    work("a death that is none", "exit: died", "exit: home", "home}",
        "no exit that is a death 'home'", "allowed: died"),
    work("readmission by no pathway", "{P1: {prob", "{P5: {prob", "P5",
        "allowed: P0, P1, P2, P3"),
)  # fmt: skip
