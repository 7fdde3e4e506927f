"""The results folder: what it holds, sealed and whole, and what belongs together."""
