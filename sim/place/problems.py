"""What is wrong with an input, said so that a planner can mend it."""

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


def input_error(where: object, what: str) -> InputError:
    """One problem, as an error to raise."""
    return InputError([Problem(str(where), what)])


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``; did you mean 'beds'?`` where a near word is allowed, else nothing.

    >>> did_you_mean("bedz", ["beds", "places"])
    "; did you mean 'beds'?"
    """
    near = get_close_matches(word, list(allowed), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def one_of(words: Iterable[object], limit: int = 25) -> str:
    """The allowed words as a list to read, cut short when there are very many."""
    listed = [str(word) for word in words]
    if not listed:
        return "none are defined"
    more = f" … ({len(listed) - limit} more)" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more
