"""What the doors of ceremonies share."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.agenda.queries import Item, items_of
from eventapp.agenda.rules import ItemState, Kind
from eventapp.alliance.queries import members_of
from eventapp.ceremony.queries import (
    AgreementRow,
    PlaqueRow,
    UnveilingRow,
    agreements_of,
    plaques_of,
    unveilings_of,
)
from eventapp.ceremony.rules import ACT_STATE_LABEL, AGREEMENT_STATE_LABEL
from eventapp.core.errors import N_, Invalid
from eventapp.core.names import name_key
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL
from eventapp.web.filters import long_date

bp = Blueprint("ceremony", __name__)
DESK = "/m/<meeting>/desk/ceremony"
RUN = "/m/<meeting>/desk/run"


@dataclass(frozen=True, slots=True)
class Stage:
    """An item with all that is signed, handed over and unveiled in it."""

    item: Item
    agreements: tuple[AgreementRow, ...]
    plaques: tuple[PlaqueRow, ...]
    unveilings: tuple[UnveilingRow, ...]

    @property
    def running(self) -> bool:
        """Whether the item runs now."""
        return self.item.state == ItemState.RUNNING


def stages_of(meeting_id: int) -> list[Stage]:
    """List the items of a meeting in which something is done on the stage."""
    agreements, plaques = agreements_of(meeting_id), plaques_of(meeting_id)
    unveilings = unveilings_of(meeting_id)
    stages = [
        Stage(
            item,
            tuple(row for row in agreements if row.item_id == item.id),
            tuple(row for row in plaques if row.item_id == item.id),
            tuple(row for row in unveilings if row.item_id == item.id),
        )
        for item in items_of(meeting_id)
    ]
    return [stage for stage in stages if stage.agreements or stage.plaques or stage.unveilings]


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting and the words for states."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
        "agreement_states": AGREEMENT_STATE_LABEL,
        "act_states": ACT_STATE_LABEL,
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
