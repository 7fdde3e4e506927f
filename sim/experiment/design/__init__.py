"""Scenarios made by a plan, and what helps or hinders what."""
