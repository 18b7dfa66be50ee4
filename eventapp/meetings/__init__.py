"""Meetings: where and when, the states that they pass through, and the clock of a rehearsal."""
