"""Measurements: server CPU per operation, beside a door that does nothing."""
