"""Verbs on registrations, passes, delegations, mandates, and what a meeting allows."""

from eventapp.registration.service.answers import change_answers
from eventapp.registration.service.attendance import (
    approve_registration,
    assign_place,
    cancel_registration,
    decline_registration,
    register_person,
)
from eventapp.registration.service.contacts import delete_overdue_contacts
from eventapp.registration.service.entries import register_by_desk, register_walk_in
from eventapp.registration.service.fields import (
    add_field,
    add_preset,
    change_field,
    move_field,
    restore_field,
    retire_field,
)
from eventapp.registration.service.passes import (
    delegate_link,
    issue_pass,
    liaison_link,
    reissue_pass,
    renew_liaison_link,
    representative_link,
    revoke_liaison_link,
)
from eventapp.registration.service.public import Reception, register_publicly
from eventapp.registration.service.records import (
    ask_for_slips,
    note_answer_file_opened,
    note_contact_shown,
    note_export,
)
from eventapp.registration.service.settings import set_category, set_consent, set_terms
from eventapp.registration.service.units import (
    appoint_liaison,
    give_mandate,
    note_leave,
    open_all_delegations,
    revoke_mandate,
    set_liaison,
    set_unit_quotas,
    withdraw_leave,
)

__all__ = [
    "Reception",
    "add_field",
    "add_preset",
    "appoint_liaison",
    "approve_registration",
    "ask_for_slips",
    "assign_place",
    "cancel_registration",
    "change_answers",
    "change_field",
    "decline_registration",
    "delegate_link",
    "delete_overdue_contacts",
    "give_mandate",
    "issue_pass",
    "liaison_link",
    "move_field",
    "note_answer_file_opened",
    "note_contact_shown",
    "note_export",
    "note_leave",
    "open_all_delegations",
    "register_by_desk",
    "register_person",
    "register_publicly",
    "register_walk_in",
    "reissue_pass",
    "renew_liaison_link",
    "representative_link",
    "restore_field",
    "retire_field",
    "revoke_liaison_link",
    "revoke_mandate",
    "set_category",
    "set_consent",
    "set_liaison",
    "set_terms",
    "set_unit_quotas",
    "withdraw_leave",
]
