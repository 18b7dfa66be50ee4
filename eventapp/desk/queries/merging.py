"""What becomes of two people when they are made one: asked of every feature, before and while."""

from dataclasses import dataclass
from typing import Any

from eventapp.agenda.queries import items_with
from eventapp.alliance.queries import Known, known_two
from eventapp.ceremony.queries import signatures_of
from eventapp.checkin.queries import came_in
from eventapp.core.errors import N_
from eventapp.privacy.queries.erasures import open_erasure
from eventapp.registration.queries.merging import (
    Part,
    delegations_arranged,
    leaves_noted,
    mandates_held,
    parts_of,
)
from eventapp.registration.rules.merging import STAYS_LABEL, Twin, decide_stays
from eventapp.voting.queries.merging import ballots_of_both, votes_held


@dataclass(frozen=True, slots=True)
class Clash:
    """A meeting where both are registered: one registration ends, the other stays, and why."""

    meeting_id: int
    meeting: str
    ends: Part
    stays: Part
    why: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why two people cannot be made one: a sentence and what fills it."""

    code: str
    message: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merger:
    """What making one person of two would do; with an obstacle it is not done."""

    keep: Known
    gone: Known
    parts: tuple[Part, ...]
    clashes: tuple[Clash, ...]
    duties: tuple[tuple[str, tuple[str, ...]], ...]
    """What is handed over beside registrations: what it is called, and where or how often."""
    lost: tuple[tuple[str, str], ...]
    """What is kept of the other person alone: what it is called, and its value."""
    obstacle: Obstacle | None


def merger_of(alliance_id: int, keep_id: int, gone_id: int) -> Merger:
    """Tell what merging one person into another would do; raises NotFound where one is gone."""
    keep, gone = known_two(alliance_id, keep_id, gone_id)
    both = (keep_id, gone_id)
    parts = parts_of(both)
    inside = frozenset[int]().union(*(came_in(one) for one in {part.meeting_id for part in parts}))
    return Merger(
        keep,
        gone,
        tuple(part for part in parts if part.person_id == gone_id),
        tuple(_clashes(parts, keep_id, inside)),
        tuple(_duties(gone_id)),
        tuple(_lost(keep, gone)),
        _obstacle(keep_id, gone_id, parts, inside),
    )


def _clashes(parts: list[Part], keep_id: int, inside: frozenset[int]) -> list[Clash]:
    alive: dict[int, list[Part]] = {}
    for part in parts:
        if part.is_alive:
            alive.setdefault(part.meeting_id, []).append(part)
    found: list[Clash] = []
    for meeting_id, two in alive.items():
        if len(two) < 2:
            continue
        kept, gone = sorted(two, key=lambda part: part.person_id != keep_id)
        stays_id, why = decide_stays(_twin(kept, inside), _twin(gone, inside))
        stays, ends = (kept, gone) if stays_id == kept.registration_id else (gone, kept)
        found.append(Clash(meeting_id, kept.meeting, ends, stays, STAYS_LABEL[why]))
    return found


def _twin(part: Part, inside: frozenset[int]) -> Twin:
    return Twin(part.registration_id, part.state, part.registration_id in inside)


def _duties(gone_id: int) -> list[tuple[str, tuple[str, ...]]]:
    one = (gone_id,)
    votes = votes_held(one).get(gone_id, 0)
    found = (
        (N_("代表授权"), [f"{duty.meeting} · {duty.unit}" for duty in mandates_held(one)]),
        (N_("单位联络员"), [f"{duty.meeting} · {duty.unit}" for duty in delegations_arranged(one)]),
        (N_("请假"), [duty.meeting for duty in leaves_noted(one)]),
        (N_("议程中的角色"), items_with(gone_id)),
        (N_("签约人"), signatures_of(gone_id)),
        (N_("代表单位投出的票"), [str(votes)] if votes else []),
    )
    return [(label, tuple(texts)) for label, texts in found if texts]


def _lost(keep: Known, gone: Known) -> list[tuple[str, str]]:
    """List what the kept person has otherwise already, so that the other's is dropped."""
    values = (
        (N_("姓名"), keep.name, gone.name),
        (N_("单位"), keep.unit, gone.unit),
        (N_("职务"), keep.titles, gone.titles),
        (N_("电话"), keep.phone, gone.phone),
        (N_("邮箱"), keep.email, gone.email),
    )
    return [(label, theirs) for label, ours, theirs in values if ours and theirs and ours != theirs]


def _obstacle(
    keep_id: int, gone_id: int, parts: list[Part], inside: frozenset[int]
) -> Obstacle | None:
    if open_erasure(keep_id) or open_erasure(gone_id):
        return Obstacle(
            "erasure_open", N_("其中一人已要求删除个人信息，请先办理这项要求，再合并。"), {}
        )
    came: dict[int, set[int]] = {}
    for part in parts:
        if part.registration_id in inside:
            came.setdefault(part.meeting_id, set()).add(part.person_id)
            if len(came[part.meeting_id]) == 2:
                return Obstacle(
                    "both_came",
                    N_("两个人都入过“%(meeting)s”的会场，各有入场记录，不能合并。"),
                    {"meeting": part.meeting},
                )
    voting = ballots_of_both(keep_id, gone_id)
    if voting:
        return Obstacle(
            "both_vote",
            N_("“%(meeting)s”正在表决，两个人都持有代表授权。表决结束后再合并。"),
            {"meeting": voting[0]},
        )
    return None
