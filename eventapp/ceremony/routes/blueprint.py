"""What the doors of ceremonies share."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.agenda.queries import Item, items_of
from eventapp.agenda.rules import ItemState, Kind
from eventapp.alliance.queries import members_of, people_of
from eventapp.ceremony.queries import ActRow, AgreementRow, acts_of, agreements_of
from eventapp.ceremony.rules import (
    ACT_KIND_LABEL,
    ACT_STATE_LABEL,
    AGREEMENT_STATE_LABEL,
    CAPACITY_LABEL,
    CHECK_LABEL,
    ActKind,
)
from eventapp.ceremony.service import NameIn
from eventapp.core.errors import N_, Invalid
from eventapp.core.names import clean_name, name_key
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL
from eventapp.web.filters import long_date

bp = Blueprint("ceremony", __name__)
DESK = "/m/<meeting>/desk/ceremony"
RUN = "/m/<meeting>/desk/run"
Page = Response | str | tuple[str, int]
"""What a door of this feature answers."""
DONE_WORD: dict[ActKind, str] = {
    ActKind.PLAQUE: N_("已授牌"),
    ActKind.UNVEILING: N_("已揭牌"),
    ActKind.APPOINTMENT: N_("已颁发"),
    ActKind.LAUNCH: N_("已启动"),
}
"""What the stage manager's button says of an act."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An item with all that is signed, handed over and unveiled in it."""

    item: Item
    agreements: tuple[AgreementRow, ...]
    acts: tuple[ActRow, ...]

    @property
    def running(self) -> bool:
        """Whether the item runs now."""
        return self.item.state == ItemState.RUNNING


def stages_of(meeting_id: int) -> list[Stage]:
    """List the items of a meeting in which something is done on the stage."""
    agreements, acts = agreements_of(meeting_id), acts_of(meeting_id)
    stages = [
        Stage(
            item,
            tuple(row for row in agreements if row.item_id == item.id),
            tuple(row for row in acts if row.item_id == item.id),
        )
        for item in items_of(meeting_id)
    ]
    return [stage for stage in stages if stage.agreements or stage.acts]


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting and the words for states."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
        "agreement_states": AGREEMENT_STATE_LABEL,
        "act_states": ACT_STATE_LABEL,
        "act_kinds": ACT_KIND_LABEL,
        "capacities": CAPACITY_LABEL,
        "check_lines": CHECK_LABEL,
        "done_words": DONE_WORD,
    }


def units_known(meeting: Meeting) -> dict[str, int]:
    """Map the names of the alliance's units to their ids."""
    return {member.name: member.organisation_id for member in members_of(meeting.alliance_id)}


def unit_named(known: dict[str, int], name: str, field: str) -> int:
    """Find a unit by its name as typed; raises Invalid at the field."""
    by_key = {name_key(word): key for word, key in known.items()}
    found = by_key.get(name_key(name))
    if found is None:
        raise Invalid(
            "unit_unknown",
            N_("成员单位里没有“%(name)s”，请从列表里选。"),
            field=field,
            name=name,
        )
    return found


def offer_items(field: Any, meeting: Meeting, kind: Kind) -> None:
    """Let a field choose an item of the agenda; at first it shows one that is meant for this."""
    items = items_of(meeting.id)
    field.choices = [SelectChoice(str(item.id), f"{item.number}. {item.title}") for item in items]
    if field.data is None and field.raw_data is None:
        field.data = next((item.id for item in items if item.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Known:
    """Whom and which units an alliance knows by the names that are typed."""

    units: dict[str, int]
    people: dict[str, int]
    of_units: dict[tuple[int, str], int]
    titles: dict[int, str]

    def somebody(self, name: str, title: str, unit_id: int | None = None) -> NameIn | None:
        """Read somebody as typed: of a unit by its own people, else by a name that one bears."""
        cleaned = clean_name(name)
        if not cleaned:
            return None
        if unit_id is None:
            person_id = self.people.get(cleaned)
            return NameIn(cleaned, title or self.titles.get(person_id or 0, ""), person_id)
        person_id = self.of_units.get((unit_id, cleaned))
        return NameIn(cleaned, title or self.titles.get(person_id or 0, ""), person_id, unit_id)


def known_to(meeting: Meeting) -> Known:
    """Read whom and which units the alliance of a meeting knows."""
    people = people_of(meeting.alliance_id)
    names = [one.name for one in people]
    return Known(
        units_known(meeting),
        {one.name: one.id for one in people if names.count(one.name) == 1},
        {(one.organisation_id or 0, one.name): one.id for one in people},
        {one.id: one.titles for one in people},
    )


def names_in(known: Known, rows: Any) -> list[NameIn]:
    """Read the names of a form's rows; empty ones are left out."""
    read = (known.somebody(row.form.name.data or "", row.form.title.data or "") for row in rows)
    return [one for one in read if one is not None]


def offer_rows(rows: Any, fewest: int, blank: int = 1) -> None:
    """Let a list of a form that is shown for the first time have empty rows at its end."""
    wanted = max(fewest, len(rows) + blank)
    while len(rows) < wanted:
        rows.append_entry()
