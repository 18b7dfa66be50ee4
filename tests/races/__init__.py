"""Races and faults on real processes, each with a control that shows it without the safeguard."""
