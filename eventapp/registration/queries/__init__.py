"""Reads of who comes, by what right, and under which conditions."""

from eventapp.registration.queries.contacts import (
    meetings_with_overdue_contacts,
    overdue_contacts,
)
from eventapp.registration.queries.fields import (
    all_fields_of,
    answers_of,
    correction_of,
    field_in,
    fields_of,
    file_answered,
)
from eventapp.registration.queries.passes import (
    generation_of,
    pass_of,
    pass_token,
    pass_tokens,
    read_token,
    registration_by_code,
)
from eventapp.registration.queries.registrations import (
    Row,
    alive_registration,
    counts_of,
    registration_in,
    registrations_of,
    taken_in,
)
from eventapp.registration.queries.settings import (
    CategoryRow,
    categories_of,
    consent_in,
    consent_of,
    consent_versions_of,
    open_categories,
    shown_consent,
)
from eventapp.registration.queries.units import (
    DelegationRow,
    LeaveRow,
    MandateRow,
    delegation_in,
    delegations_of,
    leaves_of,
    mandate_in,
    mandates_of,
)

__all__ = [
    "CategoryRow",
    "DelegationRow",
    "LeaveRow",
    "MandateRow",
    "Row",
    "alive_registration",
    "all_fields_of",
    "answers_of",
    "categories_of",
    "consent_in",
    "consent_of",
    "consent_versions_of",
    "correction_of",
    "counts_of",
    "delegation_in",
    "delegations_of",
    "field_in",
    "fields_of",
    "file_answered",
    "generation_of",
    "leaves_of",
    "mandate_in",
    "mandates_of",
    "meetings_with_overdue_contacts",
    "open_categories",
    "overdue_contacts",
    "pass_of",
    "pass_token",
    "pass_tokens",
    "read_token",
    "registration_by_code",
    "registration_in",
    "registrations_of",
    "shown_consent",
    "taken_in",
]
