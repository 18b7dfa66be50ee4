"""Verbs on lists of people: read, check, take."""
