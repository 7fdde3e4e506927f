"""A run that is stopped on its way."""

from sim.experiment.making.lab import Progress


class Stop(Progress):
    """Ends a run after so many replications, as a reader's Ctrl-C would."""

    def __init__(self, after: int) -> None:
        self.left = after

    def there(self, scenario: str, replication: int, was_made: bool) -> None:  # noqa: ARG002
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
