"""Verbs of the desk: load the demo programme."""

from eventapp.desk.service.demo import STAGES, ensure_resettable, is_empty, load_demo

__all__ = ["STAGES", "ensure_resettable", "is_empty", "load_demo"]
