"""Verbs of the hall: choose what the wall shows, and the template of the host's script."""

from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.ledger import audit
from eventapp.core.papers import WORD
from eventapp.hall.models import ScriptTemplate, Wall
from eventapp.hall.rules import Screen
from eventapp.meetings.models import Meeting


def choose_screen(actor: Actor, meeting_id: int, screen: Screen) -> None:
    """Put this on the wall from now on; choosing what is chosen already changes nothing."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        wall = session.get(Wall, meeting_id)
        if wall is None:
            session.add(Wall(meeting_id=meeting_id, screen=screen))
        elif wall.screen is screen:
            return
        else:
            wall.screen = screen
        audit(actor, meeting.scope_id, "wall.chosen", f"meeting:{meeting_id}", screen=screen)


def set_script_template(actor: Actor, meeting_id: int, data: bytes, name: str) -> None:
    """Keep the organiser's template, which the caller has tried, in the old one's place."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        digest = files.store(data, WORD).digest
        row = session.get(ScriptTemplate, meeting_id)
        if row is None:
            row = ScriptTemplate(meeting_id=meeting_id)
            session.add(row)
        row.digest, row.name, row.uploaded_at = digest, name[-160:], clock.now()
        subject = f"meeting:{meeting_id}"
        audit(actor, meeting.scope_id, "script.template_set", subject, digest=digest)


def drop_script_template(actor: Actor, meeting_id: int) -> None:
    """Go back to the house's own template."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        row = session.get(ScriptTemplate, meeting_id)
        if row is not None:
            session.delete(row)
            audit(actor, meeting.scope_id, "script.template_dropped", f"meeting:{meeting_id}")
