"""One's own data hold all that any room keeps about a person, or it is said why not."""

import json

from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import Base
from eventapp.privacy.service import ask_erasure
from eventapp.registration.document import SECTIONS, WORDS
from tests.factories import put_token
from tests.factories_privacy import DISH, EMAIL, NAME, PHONE, PLATE, TITLES, make_canary

COVERED = {
    "people": "person",
    "registrations": "registrations",
    "registration_answers": "answers",
    "corrections": "corrections",
    "consents": "consents",
    "passes": "passes",
    "mandates": "mandates",
    "delegations": "liaison",
    "leaves": "leaves",
    "scans": "scans",
    "roll_call_lines": "scans",
    "door_signatures": "door_signatures",
    "vote_holders": "votes",
    "item_people": "plans",
    "seating_lines": "plans",
    "person_changes": "plans",
    "parties": "signatures",
    "stage_people": "stage",
    "signatory_changes": "stage",
    "roster_rows": "list_rows",
    "erasures": "erasures",
    "notice_deliveries": "notices",
    "notice_replies": "replies",
    "messages": "mails",
    "sign_ins": "browsers",
}
"""Table → the section of one's own data that holds its rows."""
NOT_COVERED = {
    "distinct_people": "says of two numbers that they are two people; the names stand in people",
    "edition_people": "whom the names of a published agenda mean; those documents are told",
    "admissions": "the claim behind the newest scan, which is told",
    "rehearsal_scans": "practised at the door, and dropped with the rehearsal",
    "rehearsal_admissions": "practised at the door, and dropped with the rehearsal",
    "voting_records": "the chained record of the vote that is told; numbers only",
    "personal_links": "keys, which are not told; where they were opened is",
    "ballot_attendances": "that a unit was here; of units, not of people",
}
"""Table that leads to people → why its rows are not in one's own data."""
PEOPLE = {"people", "registrations", "mandates", "delegations"}


def test_every_table_that_leads_to_a_person_is_covered_or_excused() -> None:
    leading = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name in PEOPLE for key in table.foreign_keys)
    }
    assert leading - set(COVERED) - set(NOT_COVERED) == {"rosters"}  # its rows are covered
    assert not set(COVERED) & set(NOT_COVERED)
    assert set(COVERED) | set(NOT_COVERED) <= set(Base.metadata.tables)


def test_the_canary_reads_and_takes_all_that_is_kept(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        canary = make_canary(app)
        held = canary.held
        ask_erasure(SYSTEM, held.alliance_id, canary.person_id)
        link = link_of(held.scope_id, Role.DELEGATE, canary.registration_id)
        assert link is not None
        put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))
        slug = held.slug
    taken = client.post(f"/m/{slug}/pass/data", data={"as": "json"})
    kept = json.loads(taken.text)
    empty = {name for name in set(COVERED.values()) if not kept[name]}
    assert empty == {"signatures", "notices", "replies"}  # the canary has none of them
    said = json.dumps(kept, ensure_ascii=False)
    for text in (NAME, PHONE, EMAIL, TITLES, PLATE, DISH, "Canary-Phone/7", "赞成"):
        assert text in said
    assert {one["kind"] for one in kept["documents"]} == {"minutes"}
    assert [row["text"] for row in kept["list_rows"]] != []
    assert "李娜" not in said
    page = client.post(f"/m/{slug}/pass/data", data={"as": "html"}).text
    for words in ("名单中的行", "代表单位投出的票", "删除申请", PLATE):
        assert words in page


def test_only_sections_with_words_are_shown(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        canary = make_canary(app)
        link = link_of(canary.held.scope_id, Role.DELEGATE, canary.registration_id)
        assert link is not None
        put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))
        slug = canary.held.slug
    kept = json.loads(client.post(f"/m/{slug}/pass/data", data={"as": "json"}).text)
    sections = {name: rows for name, rows in kept.items() if isinstance(rows, list)}
    assert set(sections) <= set(SECTIONS)
    assert {key for rows in sections.values() for row in rows for key in row} <= set(WORDS)
