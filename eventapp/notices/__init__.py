"""The formal notice of a meeting, what is written to people, and the units' replies."""
