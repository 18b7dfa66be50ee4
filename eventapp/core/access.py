"""Who may do what, on one page: permissions, roles, the table between them, and the Actor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventapp.core.errors import N_


class Permission(StrEnum):
    """One thing that a door may ask for."""

    MANAGE_INSTALLATION = "manage_installation"
    MANAGE_GRANTS = "manage_grants"
    MANAGE_ALLIANCE = "manage_alliance"
    MANAGE_MEETING = "manage_meeting"
    SEE_DESK = "see_desk"
    MANAGE_REGISTRATIONS = "manage_registrations"
    EXPORT_CONTACTS = "export_contacts"
    ERASE_PEOPLE = "erase_people"
    MANAGE_AGENDA = "manage_agenda"
    RUN_AGENDA = "run_agenda"
    MANAGE_CEREMONY = "manage_ceremony"
    SCAN_PASSES = "scan_passes"
    SUPERVISE_DOOR = "supervise_door"
    SEE_PRESENCE = "see_presence"
    CALL_ROLL = "call_roll"
    MANAGE_CHARTER = "manage_charter"
    MANAGE_BALLOTS = "manage_ballots"
    RUN_BALLOTS = "run_ballots"
    COUNT_HANDS = "count_hands"
    DECLARE_OUTCOME = "declare_outcome"
    DRAFT_MINUTES = "draft_minutes"
    CHECK_MINUTES = "check_minutes"
    SIGN_MINUTES = "sign_minutes"
    READ_RELEASED_MINUTES = "read_released_minutes"
    OPEN_OWN_PASS = "open_own_pass"  # noqa: S105 - a pass of the door, not a secret
    MANAGE_DELEGATION = "manage_delegation"
    CAST_VOTE = "cast_vote"


class Role(StrEnum):
    """A part that somebody plays in a scope."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    CHAIR = "chair"
    CHECKER = "checker"
    SIGNER = "signer"
    DOOR_STAFF = "door_staff"
    DOOR_SUPERVISOR = "door_supervisor"
    STAGE_MANAGER = "stage_manager"
    TELLER = "teller"
    PRESS = "press"
    REPRESENTATIVE = "representative"
    LIAISON = "liaison"
    DELEGATE = "delegate"


ROLE_LABEL: dict[Role, str] = {
    Role.ADMINISTRATOR: N_("系统管理员"),
    Role.ORGANISER: N_("会务秘书"),
    Role.CHAIR: N_("会议主持人"),
    Role.CHECKER: N_("核稿人"),
    Role.SIGNER: N_("签发人"),
    Role.DOOR_STAFF: N_("门岗"),
    Role.DOOR_SUPERVISOR: N_("门岗主管"),
    Role.STAGE_MANAGER: N_("舞台监督"),
    Role.TELLER: N_("计票人"),
    Role.PRESS: N_("媒体"),
    Role.REPRESENTATIVE: N_("单位授权代表"),
    Role.LIAISON: N_("单位联络员"),
    Role.DELEGATE: N_("参会人员"),
}

LINK_ROLES = frozenset({Role.REPRESENTATIVE, Role.LIAISON, Role.DELEGATE})
"""Roles that come with a personal link; no account can be granted one."""

P = Permission
_ORGANISER = {
    P.MANAGE_ALLIANCE,
    P.MANAGE_MEETING,
    P.SEE_DESK,
    P.MANAGE_REGISTRATIONS,
    P.EXPORT_CONTACTS,
    P.ERASE_PEOPLE,
    P.MANAGE_AGENDA,
    P.RUN_AGENDA,
    P.MANAGE_CEREMONY,
    P.SCAN_PASSES,
    P.SUPERVISE_DOOR,
    P.SEE_PRESENCE,
    P.CALL_ROLL,
    P.MANAGE_CHARTER,
    P.MANAGE_BALLOTS,
    P.RUN_BALLOTS,
    P.COUNT_HANDS,
    P.DRAFT_MINUTES,
    P.READ_RELEASED_MINUTES,
    P.MANAGE_GRANTS,
}
MAY: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(_ORGANISER | {P.MANAGE_INSTALLATION}),
    Role.ORGANISER: frozenset(_ORGANISER),
    Role.CHAIR: frozenset(
        {
            P.SEE_DESK,
            P.RUN_AGENDA,
            P.SEE_PRESENCE,
            P.CALL_ROLL,
            P.RUN_BALLOTS,
            P.DECLARE_OUTCOME,
            P.READ_RELEASED_MINUTES,
        }
    ),
    Role.CHECKER: frozenset({P.SEE_DESK, P.CHECK_MINUTES, P.READ_RELEASED_MINUTES}),
    Role.SIGNER: frozenset({P.SEE_DESK, P.SIGN_MINUTES, P.READ_RELEASED_MINUTES}),
    Role.DOOR_STAFF: frozenset({P.SCAN_PASSES}),
    Role.DOOR_SUPERVISOR: frozenset({P.SCAN_PASSES, P.SUPERVISE_DOOR, P.SEE_PRESENCE, P.CALL_ROLL}),
    Role.STAGE_MANAGER: frozenset({P.SEE_DESK, P.RUN_AGENDA, P.SEE_PRESENCE}),
    Role.TELLER: frozenset({P.SEE_DESK, P.SEE_PRESENCE, P.CALL_ROLL, P.COUNT_HANDS}),
    Role.PRESS: frozenset({P.READ_RELEASED_MINUTES}),
    Role.REPRESENTATIVE: frozenset({P.CAST_VOTE}),
    Role.LIAISON: frozenset({P.MANAGE_DELEGATION}),
    Role.DELEGATE: frozenset({P.OPEN_OWN_PASS}),
}


class ActorKind(StrEnum):
    """How somebody came in."""

    ANONYMOUS = "anonymous"
    USER = "user"
    LINK = "link"
    DEVICE = "device"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in a scope and in everything below it."""

    role: Role
    scope_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, as read afresh from the database for this one request.

    `id` is the user's, the personal link's or the device's; `sign_in_id` names the browser;
    `subject_id` is what a personal link speaks for (a registration, an organisation or a mandate),
    or the gate of a device. A device that has ended may nothing more.
    """

    kind: ActorKind
    id: int = 0
    grants: tuple[Grant, ...] = ()
    subject_id: int = 0
    sign_in_id: int = 0
    label: str = ""
    ended_at: datetime | None = None

    def may(self, permission: Permission, scope_ids: Iterable[int]) -> bool:
        """Tell whether a grant on one of these scopes carries the permission."""
        ids = set(scope_ids)
        return self.ended_at is None and any(
            grant.scope_id in ids and permission in MAY[grant.role] for grant in self.grants
        )

    def stands_in(self, scope_ids: Iterable[int]) -> bool:
        """Tell whether the actor has any part in these scopes, so that they exist for them."""
        ids = set(scope_ids)
        return any(grant.scope_id in ids for grant in self.grants)

    def __str__(self) -> str:
        """Name the actor in a record without personal data."""
        return f"{self.kind}:{self.id}"


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM)
