"""Verbs on notices and replies."""

from eventapp.notices.service.replies import reply

__all__ = ["reply"]
