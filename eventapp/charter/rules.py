"""A charter as a text with numbered parts, and the states of its editions."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict


class EditionState(StrEnum):
    """Where an edition of a charter stands between draft and decision."""

    DRAFT = "draft"
    TABLED = "tabled"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


EDITION_STATE_LABEL: dict[EditionState, str] = {
    EditionState.DRAFT: N_("草案"),
    EditionState.TABLED: N_("审议稿"),
    EditionState.ADOPTED: N_("通过稿"),
    EditionState.REJECTED: N_("未通过"),
    EditionState.SUPERSEDED: N_("已被新稿取代"),
}

# An adopted edition stays adopted: that it was once decided remains true, and the newest
# adopted one is in force.
NEXT: dict[EditionState, frozenset[EditionState]] = {
    EditionState.DRAFT: frozenset({EditionState.TABLED}),
    EditionState.TABLED: frozenset(
        {EditionState.ADOPTED, EditionState.REJECTED, EditionState.SUPERSEDED}
    ),
    EditionState.ADOPTED: frozenset(),
    EditionState.REJECTED: frozenset(),
    EditionState.SUPERSEDED: frozenset(),
}


def may_become(old: EditionState, new: EditionState) -> bool:
    """Answer whether an edition in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: EditionState, new: EditionState) -> None:
    """Refuse, with Conflict, a step that an edition cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "edition_state",
            N_("章程这一稿现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


class ClauseKind(StrEnum):
    """What a part of a charter is; the names of the parts are those of Chinese statutes."""

    PREAMBLE = "preamble"
    CHAPTER = "chapter"
    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    SUBITEM = "subitem"


CLAUSE_KIND_LABEL: dict[ClauseKind, str] = {
    ClauseKind.PREAMBLE: N_("序言"),
    ClauseKind.CHAPTER: N_("章"),
    ClauseKind.ARTICLE: N_("条"),
    ClauseKind.PARAGRAPH: N_("款"),
    ClauseKind.ITEM: N_("项"),
    ClauseKind.SUBITEM: N_("目"),
}
