"""What is wrong with an input, said so that a planner can mend it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where it stands (``file:line:col`` or ``file: sheet!C5``) and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class InputError(Exception):
    """An input that can't be used. Carries every problem found; commands print them and exit 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


MAX_PROBLEMS = 50


def refuse(problems: Iterable[Problem]) -> None:
    """Raise if there are any problems: each once, in the order in which they stand in the files.

    Raises:
        InputError: there is a problem. At most 50 are listed; the last line counts the others.
    """
    listed = sorted(set(problems), key=lambda problem: (_position(problem.where), problem.what))
    if len(listed) > MAX_PROBLEMS:
        more = len(listed) - MAX_PROBLEMS
        last = Problem(listed[MAX_PROBLEMS].where, f"… and {more} more from here on")
        raise InputError([*listed[:MAX_PROBLEMS], last])
    if listed:
        raise InputError(listed)


def _position(where: str) -> list[tuple[int, str]]:
    """A key that puts line 9 before line 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(where)]


_DIGITS = re.compile(r"([0-9]+)")


def input_error(where: object, what: str) -> InputError:
    """One problem, as an error to raise."""
    return InputError([Problem(str(where), what)])


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``; did you mean 'beds'?`` where a near word is allowed, else nothing.

    >>> did_you_mean("bedz", ["beds", "places"])
    "; did you mean 'beds'?"
    """
    by_small_letters = {choice.lower(): choice for choice in allowed}
    near = get_close_matches(word[:200].lower(), list(by_small_letters), n=1)
    return f"; did you mean {by_small_letters[near[0]]!r}?" if near else ""


def one_of(words: Iterable[object], limit: int = 25) -> str:
    """The allowed words as a list to read, cut short when there are very many."""
    listed = [str(word) for word in words]
    if not listed:
        return "none are defined"
    more = f" … ({len(listed) - limit} more)" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more
