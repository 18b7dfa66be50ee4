"""Minutes of a meeting, from the first draft to their release."""
