"""Improvement over time as a partnership sees it, and when it would be seen."""
