"""Charters: written freely until tabled, then frozen; parts keep their ids through changes."""

import json
from hashlib import sha256

import pytest
from flask import Flask

from eventapp.charter.queries import (
    adopted_edition,
    body_of,
    charter_of,
    clauses_of,
    edition_in,
    editions_of,
)
from eventapp.charter.rules import ClauseKind, EditionState
from eventapp.charter.service import (
    adopt,
    create_charter,
    draft_edition,
    import_text,
    reject,
    table_edition,
)
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid, NotFound
from tests.factories_alliance import make_alliance
from tests.factories_voting import TEXT, make_charter


def articles(edition_id: int) -> dict[int | None, str]:
    return {row.number: row.uid for row in clauses_of(edition_id) if row.kind is ClauseKind.ARTICLE}


def test_a_pasted_text_becomes_chapters_articles_and_items(house: Flask) -> None:
    alliance_id = make_alliance().id
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    (edition,) = editions_of(alliance_id)
    assert import_text(SYSTEM, alliance_id, edition.id, f"示范联合体章程\n{TEXT}") == ()
    rows = clauses_of(edition.id)
    assert [row.label for row in rows if row.label] == [
        "第一章",
        "第一条",
        "第二条",
        "第二章",
        "第三条",
    ]
    items = [row for row in rows if row.kind is ClauseKind.ITEM]
    assert [row.text for row in items] == ["（一）牵头单位；", "（二）理事单位。"]
    assert items[0].parent_uid == articles(edition.id)[3]
    (edition,) = editions_of(alliance_id)
    assert (edition.chapters, edition.articles) == (2, 3)


def test_a_wrong_number_is_told_with_its_line_and_kept(house: Flask) -> None:
    alliance_id = make_alliance().id
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    edition_id = editions_of(alliance_id)[0].id
    wrong = TEXT.replace("第三条", "第五条")
    (finding,) = import_text(SYSTEM, alliance_id, edition_id, wrong)
    assert (finding.line, finding.code) == (5, "article_order")
    assert 5 in articles(edition_id)


def test_unchanged_articles_keep_their_ids_when_one_is_put_between(house: Flask) -> None:
    alliance_id = make_alliance().id
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    edition_id = editions_of(alliance_id)[0].id
    import_text(SYSTEM, alliance_id, edition_id, TEXT)
    before = articles(edition_id)
    longer = TEXT.replace("第三条", "第四条").replace(
        "第二章", "第三条　联合体设在示范市。\n第二章"
    )
    import_text(SYSTEM, alliance_id, edition_id, longer)
    after = articles(edition_id)
    assert (after[1], after[2], after[4]) == (before[1], before[2], before[3])
    assert after[3] not in before.values()


def test_an_amended_article_is_still_the_same_article(house: Flask) -> None:
    alliance_id = make_alliance().id
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    edition_id = editions_of(alliance_id)[0].id
    import_text(SYSTEM, alliance_id, edition_id, TEXT)
    before = {row.uid for row in clauses_of(edition_id)}
    import_text(SYSTEM, alliance_id, edition_id, TEXT.replace("培养人才", "培养高技能人才"))
    assert {row.uid for row in clauses_of(edition_id)} == before


def test_a_tabled_text_is_frozen_and_its_digest_covers_every_byte(house: Flask) -> None:
    alliance_id = make_alliance().id
    edition_id = make_charter(alliance_id)
    edition = edition_in(alliance_id, edition_id)
    body = body_of(edition_id)
    assert edition.digest == sha256(body.encode()).hexdigest()
    assert json.loads(body)["clauses"][1]["ordinal"] == 1
    assert edition.code == f"{edition.digest[:4]}-{edition.digest[4:8]}".upper()
    with pytest.raises(Conflict) as refused:
        import_text(SYSTEM, alliance_id, edition_id, TEXT)
    assert refused.value.code == "edition_frozen"


def test_an_empty_draft_is_not_tabled_and_a_text_without_articles_not_taken(house: Flask) -> None:
    alliance_id = make_alliance().id
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    edition_id = editions_of(alliance_id)[0].id
    with pytest.raises(Conflict):
        table_edition(SYSTEM, alliance_id, edition_id)
    with pytest.raises(Invalid):
        import_text(SYSTEM, alliance_id, edition_id, "只有一句话。")


def test_adopting_supersedes_what_else_was_tabled(house: Flask) -> None:
    alliance_id = make_alliance().id
    first = make_charter(alliance_id)
    charter = charter_of(alliance_id)
    assert charter is not None
    second = draft_edition(SYSTEM, alliance_id, charter.id).id
    assert articles(second) == articles(first)
    table_edition(SYSTEM, alliance_id, second)
    adopt(SYSTEM, second, basis="outcome:1:x")
    states = {row.id: row.state for row in editions_of(alliance_id)}
    assert states == {first: EditionState.SUPERSEDED, second: EditionState.ADOPTED}
    in_force = adopted_edition(alliance_id)
    assert in_force is not None
    assert in_force.basis == "outcome:1:x"
    with pytest.raises(Conflict):
        reject(SYSTEM, second, basis="outcome:2:x")


def test_a_draft_that_somebody_else_changed_is_not_overwritten(house: Flask) -> None:
    alliance_id = make_alliance().id
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    edition = editions_of(alliance_id)[0]
    import_text(SYSTEM, alliance_id, edition.id, TEXT, version=edition.version)
    with pytest.raises(Conflict) as refused:
        import_text(SYSTEM, alliance_id, edition.id, TEXT, version=edition.version)
    assert refused.value.code == "draft_changed"


def test_another_alliance_has_no_such_edition(house: Flask) -> None:
    mine, theirs = make_alliance().id, make_alliance().id
    edition_id = make_charter(mine)
    with pytest.raises(NotFound):
        edition_in(theirs, edition_id)
    with pytest.raises(NotFound):
        table_edition(SYSTEM, theirs, edition_id)
