"""Verbs on notices, replies and letters."""

from eventapp.notices.service.announcements import (
    announce,
    end_announcement,
    mail_announcement,
    show_announcement,
)
from eventapp.notices.service.editions import tell_concerned
from eventapp.notices.service.letters import note_letters_taken, resend_letter, write_to_all
from eventapp.notices.service.links import mail_liaison_links
from eventapp.notices.service.notices import (
    add_paper,
    change_notice,
    compose_notice,
    content_of,
    note_delivery,
    receive_notice,
    recompose_notice,
    remind_units,
    remove_paper,
    send_notice,
)
from eventapp.notices.service.replies import reply

__all__ = [
    "add_paper",
    "announce",
    "change_notice",
    "compose_notice",
    "content_of",
    "end_announcement",
    "mail_announcement",
    "mail_liaison_links",
    "note_delivery",
    "note_letters_taken",
    "receive_notice",
    "recompose_notice",
    "remind_units",
    "remove_paper",
    "reply",
    "resend_letter",
    "send_notice",
    "show_announcement",
    "tell_concerned",
    "write_to_all",
]
