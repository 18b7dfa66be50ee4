"""Verbs on notices, replies and letters."""

from eventapp.notices.service.letters import note_letters_taken, resend_letter, write_to_all
from eventapp.notices.service.replies import reply

__all__ = ["note_letters_taken", "reply", "resend_letter", "write_to_all"]
