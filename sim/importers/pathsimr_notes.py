"""What the importer of PathSimR's templates had to decide, said to the person who imports."""

from sim.importers.pathsimr_network import NO_LIMIT, UNITS_PER_DAY, Network

OUTPUTS = """\
## Where PathSimR's results are here

| PathSimR, by service point | here, in `summary.csv` |
|---|---|
| occupancy (patients there) | `occupied` |
| bed occupancy (held for somebody in transition as well) | `occupied` + `reserved` |
| capacity-driven delay | `delayed_capacity` |
| transition delay | `delayed_handover` |
| queue | `waiting`, less those who wait for it in another point (its `delayed_capacity`) |
| rejected, a unit of time | `turned_away_per_day`, by the day |
"""


def said_otherwise(network: Network) -> list[str]:
    """What the templates say that has no effect, or is said in another way."""
    reached = network.reached()
    points = {name: network.points[name] for name in reached}
    found = []
    idle = [name for name in network.points if name not in reached]
    if idle:
        found.append(f"Left out, as nobody ever comes there: {', '.join(idle)}.")
    closed_to_all = [
        name for name, point in points.items() if not point.arrivals.most() and point.external_queue
    ]
    if closed_to_all:
        found.append(
            "External queues of points to which nobody comes from outside are left out: "
            f"{', '.join(closed_to_all)}."
        )
    unlimited = [
        name
        for name, point in points.items()
        if NO_LIMIT in (point.external_queue, point.internal_queue)
    ]
    if unlimited:
        found.append(f"Inf is no limit: {', '.join(unlimited)}.")
    return found


def assumptions(network: Network, warm_up: int) -> list[str]:
    """What is assumed of this network, which the place and its report say as well."""
    points = {name: network.points[name] for name in network.reached()}
    found = []
    rooms = [name for name, point in points.items() if point.internal_queue and network.fed(name)]
    if rooms:
        found.append(
            "An internal queue is a waiting room here, a setting of its own in front of the point, "
            "where people hold no other space. It counts as no acute setting, so that time there "
            "is no delayed bed day. Those whom it has no room for keep their space and wait there. "
            f"So for: {', '.join(rooms)}."
        )
    if network.has_loop():
        found.append(
            "The network has a loop. People who wait for each other's spaces all round a loop "
            "exchange them at once here (`rings`); in PathSimR they would wait for ever. Repeat "
            "visits have stays of their own."
        )
    return [*found, *_about_calendars(network, warm_up)]


def _about_calendars(network: Network, warm_up: int) -> list[str]:
    """What was decided about calendars with several rows."""
    found = []
    points = {name: network.points[name] for name in network.reached()}
    rising = [name for name, point in points.items() if point.capacity.constant is None]
    if rising:
        found.append(
            "When capacity rises, as many of those who wait come in at once as there are spaces, "
            "as PathSimR's documentation says. Its program lets in one only, and then one for each "
            "who leaves, while people who come just then pass them by; so its queues at points "
            f"that open in the morning can be longer. So for: {', '.join(rising)}."
        )
        found.append(
            "When capacity falls, nobody is put out: spaces close as they empty. This is so in "
            "PathSimR, too."
        )
    cycles = {
        calendar.length
        for point in points.values()
        for calendar in (point.capacity, point.arrivals)
        if calendar.constant is None
    }
    if cycles:
        start = "Calendars begin with the run and repeat"
        shifted = any(
            (warm_up * UNITS_PER_DAY[network.unit] / length) % 1 > 1e-9 for length in cycles
        )
        rest = (
            "; PathSimR's begin when its warm-up ends, which is another moment of the cycle here, "
            "as the warm-up is no whole number of cycles."
            if shifted
            else "; PathSimR's begin when its warm-up ends, which is the same moment of the cycle."
        )
        found.append(start + rest)
    return found


def notes(title: str, sources: tuple[str, str], unit: str, decisions: list[str], run: str) -> str:
    """``notes.md``: where the place is from, what was decided, where results are."""
    always = [
        f"All times in the templates are in {unit} (`--unit`); rates are by the same unit.",
        f"{run} The templates do not say so; `--days`, `--warm-up` and `--replications` do.",
        "The place starts empty, on a date that is arbitrary.",
        "All service points are marked acute, so that delayed bed days count them all. Change "
        "`acute` where that is not so.",
        "A transition delay is a task of the hand-over, with an unspecified reason: it begins when "
        "there is a space further on, which is held, and so is the space here.",
    ]
    listed = "\n".join(f"- {line}" for line in [*always, *decisions])
    return (
        f"# {title}\n\nImported from PathSimR's templates {sources[0]} and {sources[1]}.\n\n"
        f"## What was decided\n\n{listed}\n\n{OUTPUTS}"
    )
