"""People of the start state whose task a lever has taken out of the list: where they stand now.

Who has had some of a way's tasks done keeps them: of the new list, they have reached the first task
that was not among those done. If none is left, people who wait have all arranged.
"""

from sim.place.schema import Place, destinations
from sim.place.start import PeopleThere, PeopleWaiting

Row = PeopleThere | PeopleWaiting


def carried_over(place: Place, before: Place) -> Place:
    """A place as levers leave it, with its start state told in the tasks that there are now."""
    people = tuple(_told_anew(row, place, before) for row in place.start.people)
    waiting = tuple(_told_anew(row, place, before) for row in place.start.waiting)
    start = place.start.model_copy(update={"people": people, "waiting": waiting})
    return place.model_copy(update={"start": start})


def has_lost_tasks(place: Place) -> bool:
    """Whether a row of the start state names a task that its way on does not have."""
    rows: list[Row] = [*place.start.people, *place.start.waiting]
    for row in rows:
        if row.task is not None or row.also_done:
            arrange, hand_over = tasks_of(place, row)
            known = (*arrange, *hand_over)
            if any(name not in known for name in (row.task, *row.also_done) if name is not None):
                return True
    return False


def tasks_of(place: Place, row: Row) -> tuple[list[str], list[str]]:
    """The tasks of the way on of a row's people: those of arranging, and of the hand-over."""
    target = row.waiting_for if isinstance(row, PeopleWaiting) else None
    if row.group not in place.patients or row.setting is None:
        return [], []
    for name, route in place.every_route(row.group, row.setting).items():
        if name == row.route or target in destinations(name, route).values():
            transfer = place.transfers.get(route.transfer or "")
            if transfer is not None:
                return [t.task for t in transfer.arrange], [t.task for t in transfer.hand_over]
    return [], []


def _told_anew(row: Row, place: Place, before: Place) -> Row:
    """A row with the task reached, and those done, as far as the way on still has them."""
    if row.task is None and not row.also_done:
        return row
    arrange, hand_over = tasks_of(place, row)
    known = {*arrange, *hand_over}
    if all(name in known for name in (row.task, *row.also_done) if name is not None):
        return row
    was, _ = tasks_of(before, row)
    task, done = row.task, set(row.also_done)
    if task is not None and task not in arrange and task in was:
        done |= set(was[: was.index(task)])
        left = [name for name in arrange if name not in done]
        task = left[0] if left else None
        if isinstance(row, PeopleThere) and arrange[:1] == [task]:
            task = None
    first = arrange.index(task) if task in arrange else 0
    later = [*arrange[first:], *hand_over] if task is not None else [*hand_over]
    if isinstance(row, PeopleThere):
        later = [*arrange[first:], *hand_over]
    also_done = tuple(name for name in later if name in done)
    return row.model_copy(update={"task": task, "also_done": also_done})
