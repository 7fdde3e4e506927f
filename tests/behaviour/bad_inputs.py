"""Files that a stranger might hand us, each wrong in one way, with what must be said about it."""

from tests.behaviour import bad_places, bad_questions, bad_searches, bad_work
from tests.behaviour.spoilt_files import GOOD, Case, Expected

__all__ = ["CASES", "GOOD", "Case", "Expected"]

CASES: tuple[Case, ...] = (
    *bad_places.FILES,
    *bad_places.SYNTAX,
    *bad_places.KEYS_AND_TYPES,
    *bad_places.NUMBERS_OUT_OF_RANGE,
    *bad_places.LENGTHS_OF_TIME,
    *bad_places.CALENDARS,
    *bad_places.NAMES,
    *bad_places.ROUTES,
    *bad_places.CSV_FILES,
    *bad_searches.SEARCHES,
    *bad_work.TEAMS,
    *bad_work.TASKS,
    *bad_work.LOCALITIES,
    *bad_work.OTHER_WAYS_AND_HARM,
    *bad_questions.LEVERS,
    *bad_questions.EXPERIMENTS,
    *bad_questions.CHOICES,
)
