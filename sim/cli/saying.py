"""What a command says at its end."""

from collections.abc import Iterable


def say(lines: Iterable[str]) -> None:
    """Print the lines."""
    for line in lines:
        print(line)
