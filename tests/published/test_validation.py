"""Published models and theory: every figure that careflow is known to come to, it comes to.

``careflow validate`` in full is what ``docs/validation.md`` shows; this is its quick form.
"""

from pathlib import Path

import pytest

from sim.validation.validate import validate

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_known_figure_comes_out() -> None:
    found = validate(ROOT / "experiments" / "published", True, 1, lambda *_: None)
    assert found.alarms == []
    assert len(found.published) >= 5
    assert len(found.compared) > 500
    assert found.false_alarms_expected < 3
