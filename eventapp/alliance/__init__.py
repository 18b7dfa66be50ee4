"""Alliances, their units and persons, seats and terms, and the lists that make a council."""
