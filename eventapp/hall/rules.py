"""What the wall shows, where somebody is who has to go on stage, and who spoke for how long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from eventapp.core.errors import N_


class Screen(StrEnum):
    """What the stage manager wants on the wall."""

    FOLLOW = "follow"
    WELCOME = "welcome"
    NOW_NEXT = "now_next"
    COUNTDOWN = "countdown"
    CEREMONY = "ceremony"
    RESULT = "result"


SCREEN_LABEL: dict[Screen, str] = {
    Screen.FOLLOW: N_("跟随议程"),
    Screen.WELCOME: N_("欢迎"),
    Screen.NOW_NEXT: N_("现在与下一项"),
    Screen.COUNTDOWN: N_("倒计时"),
    Screen.CEREMONY: N_("仪式名单"),
    Screen.RESULT: N_("表决结果"),
}


class Page(StrEnum):
    """What the wall really shows."""

    WELCOME = "welcome"
    ITEM = "item"
    NOW_NEXT = "now_next"
    COUNTDOWN = "countdown"
    CEREMONY = "ceremony"
    BALLOT = "ballot"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class OnStage:
    """What there is to show: of the item that runs, of the next one, and of ballots."""

    running: bool = False
    following: bool = False
    acting: bool = False
    """Something is signed, handed over or unveiled in the item that runs."""
    acts_ahead: bool = False
    """The same of the next item."""
    ballot: bool = False
    fresh_outcome: bool = False
    any_outcome: bool = False


def decide_page(screen: Screen, stage: OnStage) -> Page:
    """Return what the wall shows: what was chosen, and where there is none of it, the agenda."""
    there = {
        Screen.WELCOME: (True, Page.WELCOME),
        Screen.NOW_NEXT: (stage.running or stage.following, Page.NOW_NEXT),
        Screen.COUNTDOWN: (stage.running or stage.following, Page.COUNTDOWN),
        Screen.CEREMONY: (stage.acting or stage.acts_ahead, Page.CEREMONY),
        Screen.RESULT: (stage.any_outcome, Page.RESULT),
    }
    can_be_shown, page = there.get(screen, (False, Page.ITEM))
    return page if can_be_shown else _followed(stage)


def _followed(stage: OnStage) -> Page:
    if stage.ballot:
        return Page.BALLOT
    if stage.fresh_outcome:
        return Page.RESULT
    if stage.acting:
        return Page.CEREMONY
    return Page.ITEM if stage.running else Page.WELCOME


class Arrival(StrEnum):
    """Where somebody is who has to go on stage, by the door's ledger."""

    INSIDE = "inside"
    LEFT = "left"
    MISSING = "missing"
    UNLISTED = "unlisted"


ARRIVAL_LABEL: dict[Arrival, str] = {
    Arrival.INSIDE: N_("已到场"),
    Arrival.LEFT: N_("到过，已离场"),
    Arrival.MISSING: N_("还没有到"),
    Arrival.UNLISTED: N_("不在报名名单中"),
}


def arrival_of(
    registrations: Iterable[int], inside: frozenset[int], came: frozenset[int]
) -> Arrival:
    """Tell where somebody is by their registrations; nothing is known of who has none."""
    own = set(registrations)
    if not own:
        return Arrival.UNLISTED
    if own & inside:
        return Arrival.INSIDE
    return Arrival.LEFT if own & came else Arrival.MISSING


@dataclass(frozen=True, slots=True)
class Speech:
    """An item that somebody spoke in: the units of its speakers, and how long it really took."""

    units: tuple[str, ...]
    length: timedelta
    planned: timedelta


@dataclass(frozen=True, slots=True)
class SpeakingTime:
    """How long a unit spoke, of how much that was planned, in how many items.

    `shared` is how many of them it spoke in beside others: their time is divided evenly.
    """

    unit: str
    items: int
    spoken: timedelta
    planned: timedelta
    shared: int = 0


def speaking_times(speeches: Iterable[Speech]) -> list[SpeakingTime]:
    """Add up who spoke for how long, the longest first; the sum is that of the speeches.

    The clock runs for an item, so several speakers of one get equal parts of its time.
    """
    found: dict[str, SpeakingTime] = {}
    for speech in speeches:
        shares = len(speech.units)
        for place, unit in enumerate(speech.units):
            old = found.get(unit, SpeakingTime(unit, 0, timedelta(0), timedelta(0)))
            again = unit in speech.units[:place]
            found[unit] = SpeakingTime(
                unit,
                old.items + (not again),
                old.spoken + speech.length / shares,
                old.planned + speech.planned / shares,
                old.shared + (len(set(speech.units)) > 1 and not again),
            )
    return sorted(found.values(), key=lambda row: (-row.spoken, row.unit))
