"""Which part of a text is which: ids that survive editing, and the code of the whole."""

from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from eventapp.charter.rules.text import Clause, ClauseKind


def short_code(digest: str) -> str:
    """Return the first eight hex digits of an edition's digest in two groups: 7F3A-91C2."""
    return f"{digest[:4]}-{digest[4:8]}".upper()


def keep_ids(old: Sequence[Clause], new: Sequence[Clause]) -> list[Clause]:
    """Return `new` under the ids that the same parts had in `old`.

    What an article says makes it the same article, so one that only moved to another number
    keeps its id; an article that was amended keeps it by its number, if nothing else claims it.
    Parts that are really new keep the ids they came with.
    """
    before, after = _blocks(old), _blocks(new)
    kept: list[Clause] = []
    for index, other in _same_blocks(before, after).items():
        kept += _keep_in_block(before[other] if other is not None else [], after[index])
    return kept


def _blocks(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """Cut a text into its chapters' headings, its articles with all they say, and the rest."""
    blocks: list[list[Clause]] = []
    for clause in clauses:
        inside = clause.kind in (ClauseKind.PARAGRAPH, ClauseKind.ITEM, ClauseKind.SUBITEM)
        if inside and blocks and blocks[-1][0].kind is ClauseKind.ARTICLE:
            blocks[-1].append(clause)
        else:
            blocks.append([clause])
    return blocks


def _same_blocks(before: list[list[Clause]], after: list[list[Clause]]) -> dict[int, int | None]:
    pairs: dict[int, int | None] = dict.fromkeys(range(len(after)))
    for found in _match([_said(one) for one in before], [_said(one) for one in after]):
        pairs[found[1]] = found[0]
    claimed = set(pairs.values())
    free: dict[tuple[ClauseKind, int | None], int] = {
        (block[0].kind, block[0].ordinal): index
        for index, block in enumerate(before)
        if index not in claimed and block[0].ordinal is not None
    }
    for index, block in enumerate(after):
        if pairs[index] is None:
            pairs[index] = free.pop((block[0].kind, block[0].ordinal), None)
    return pairs


def _keep_in_block(before: Sequence[Clause], after: Sequence[Clause]) -> list[Clause]:
    if not before:
        return list(after)
    pairs = {
        two: one for one, two in _match([_said([c]) for c in before], [_said([c]) for c in after])
    }
    claimed = set(pairs.values())
    kept: list[Clause] = []
    for index, clause in enumerate(after):
        other = pairs.get(index)
        alike = index < len(before) and before[index].kind is clause.kind
        if other is None and alike and index not in claimed:
            other = index
        uid = clause.id if other is None else before[other].id
        kept.append(Clause(uid, clause.kind, clause.ordinal, clause.text))
    return kept


def _said(block: Sequence[Clause]) -> Hashable:
    return tuple((clause.kind, clause.text) for clause in block)


def _match(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for one, two, size in matcher.get_matching_blocks():
        yield from ((one + step, two + step) for step in range(size))
