"""Reads of notices, of their way to the units, and of the replies."""

from eventapp.notices.queries.replies import reply_of

__all__ = ["reply_of"]
