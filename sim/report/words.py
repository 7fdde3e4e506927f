"""The words that the report uses and a newcomer may not know, each in a sentence."""

import re

WORDS: dict[str, str] = {
    "95% interval": "Where the long-run mean of this model lies, as far as this many replications "
    "can tell. It says nothing of whether the inputs are right.",
    "acute": "Hospital care for people who need it now; here the settings marked so.",
    "backlog": "Cases that are due for a team and not begun.",
    "baseline": "The scenario that others are compared with.",
    "board round": "A short daily meeting on a ward at which it is decided who is ready to leave.",
    "brokerage": "Finding a provider of care at home or a place in a care home.",
    "care transfer hub": "The team that receives referrals for care after hospital and sends them "
    "on.",
    "coordination": "How teams and organisations work together: who does what, when, after whom.",
    "criteria to reside": "England’s test of whether somebody still needs an acute bed. Those who "
    "do not are counted every day (a census).",
    "delay": "The time from being ready to leave to leaving.",
    "delayed bed day": "A day of an acute bed taken by somebody who is ready to leave it.",
    "discharge ready date": "The date on which a person is ready to leave; delays by it are "
    "counted in whole days, from completed discharges.",
    "expert default": "A number that no source gives, set by judgement.",
    "fitted": "Set so that the model gives a published figure. What was not fitted has to follow "
    "by itself, and so tests the model.",
    "hand-off": "A task that one team passes to another.",
    "hand over": "What is done once the next place is sure: medicines, transport.",
    "lever": "A named change laid over the place: its mechanism, cost and evidence.",
    "locality": "A part of the place, such as a council’s area.",
    "medicines and letter": "The medicines to take home and the letter to the general "
    "practitioner.",
    "MSER-5": "A rule that finds where the drift of a series ends: it cuts where the standard "
    "error of the mean of the rest is least.",
    "net cost": "The difference in everything that is costed, for all bodies together.",
    "outlier": "Somebody in a ward of another kind, as the right one is full.",
    "P0": "Pathway 0: home with no new care.",
    "P1": "Pathway 1: home with care or rehabilitation there.",
    "P2": "Pathway 2: a bed in the community for rehabilitation.",
    "P3": "Pathway 3: a care home.",
    "paired": "On the same people with the same luck, scenario beside scenario.",
    "panel": "A meeting that decides cases at fixed times, such as on funding.",
    "pilot": "Runs before the experiment, from which its warm-up is found.",
    "reablement": "Short-term help at home to do things for oneself again.",
    "replication": "One run of a scenario with its own luck; the same number means the same "
    "people in every scenario.",
    "stale": "A task done too long ago to count, so that it is done again.",
    "standard error": "How far a mean over replications may well lie from the long-run mean; two "
    "of them make about a 95% interval.",
    "tolerance": "How near a model’s figure has to come to a published one.",
    "trusted assessor": "Somebody whose assessment the next provider accepts instead of making "
    "its own.",
    "warm-up": "Days that are run before those that are measured, and left out.",
}  # fmt: skip


def words_in(text: str) -> list[tuple[str, str]]:
    """The words of the glossary that a text uses, in order.

    >>> [word for word, _ in words_in("Two delayed bed days in each replication.")]
    ['delay', 'delayed bed day', 'replication']
    """
    lower = text.lower()
    return [
        (word, meaning)
        for word, meaning in WORDS.items()
        if re.search(rf"(?<![a-z0-9]){re.escape(word.lower())}(?![0-9])", lower)
    ]
