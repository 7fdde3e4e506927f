"""The least capacity that will do, and the most demand that can be met."""
