"""Results to export, run once."""

from pathlib import Path

import pytest

from tests.unit.exporters.town import run_town


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of a town whose logs were kept; only read by tests."""
    return run_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def without_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with only a summary kept."""
    return run_town(tmp_path_factory.mktemp("town"), keep="summary")
