"""From a results folder to a page for people: the answer, the figures, their tables, how sure."""
