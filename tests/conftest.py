"""What every test may use: careflow's command line."""

import sys
from collections.abc import Callable

import pytest

from sim.cli import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def careflow(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process; gives exit code, standard output and standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["careflow", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capfd.readouterr()
        return int(stopped.value.code or 0), out, err

    return run
