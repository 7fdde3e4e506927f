"""The best mix for every sum of money up to a budget."""
