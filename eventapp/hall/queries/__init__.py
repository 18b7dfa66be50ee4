"""Reads of the hall: what everybody may see of a meeting, what its stage needs."""

from eventapp.hall.queries.public import (
    AllianceMeetings,
    PublicPage,
    ShownItem,
    Version,
    meetings_by_alliance,
    public_meeting,
    public_page,
    version_at,
)
from eventapp.hall.queries.speaking import speaking_of
from eventapp.hall.queries.stage import (
    Called,
    Now,
    Stage,
    Waiting,
    known_people,
    now_of,
    script_template_of,
    stage_of,
)
from eventapp.hall.queries.wall import Acts, Projection, acts_by_item, projection_of, screen_of

__all__ = [
    "Acts",
    "AllianceMeetings",
    "Called",
    "Now",
    "Projection",
    "PublicPage",
    "ShownItem",
    "Stage",
    "Version",
    "Waiting",
    "acts_by_item",
    "known_people",
    "meetings_by_alliance",
    "now_of",
    "projection_of",
    "public_meeting",
    "public_page",
    "screen_of",
    "script_template_of",
    "speaking_of",
    "stage_of",
    "version_at",
]
