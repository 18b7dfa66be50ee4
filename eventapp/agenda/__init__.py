"""The order of a meeting: items, what they occupy, what clashes, and what really happened when."""
