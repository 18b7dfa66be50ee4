"""Captions of pictures: for each batch and each group of acts, who is seen from left to right."""

from collections import defaultdict
from dataclasses import dataclass

from eventapp.agenda.queries import items_of
from eventapp.agenda.rules import Kind
from eventapp.ceremony.queries.acts import ActRow, acts_of
from eventapp.ceremony.queries.agreements import AgreementRow, StageName, agreements_of
from eventapp.ceremony.rules import AgreementState, signing_line, standing_line


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody on a picture: the name, and the unit or title that goes with it."""

    name: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """A picture: what is on it, and the rows of people from left to right as the hall sees them.

    `number` is the batch or the group; `behind` are those who stand behind the table.
    """

    item_id: int
    item_title: str
    kind: str
    number: int
    titles: tuple[str, ...]
    row: tuple[Seen, ...]
    behind: tuple[Seen, ...] = ()


def captions_of(meeting_id: int) -> list[Caption]:
    """List the pictures of a meeting's ceremonies in order of its agenda; secret titles hidden."""
    agreements: defaultdict[int, list[AgreementRow]] = defaultdict(list)
    for row in agreements_of(meeting_id):
        if row.state is not AgreementState.WITHDRAWN and row.place:
            agreements[row.item_id].append(row)
    acts: defaultdict[int, list[ActRow]] = defaultdict(list)
    for act in acts_of(meeting_id):
        acts[act.item_id].append(act)
    found: list[Caption] = []
    for item in items_of(meeting_id):
        found += _of_signing(item.id, item.title, agreements[item.id])
        found += _of_acts(item.id, item.title, acts[item.id])
    return found


def _of_signing(item_id: int, title: str, rows: list[AgreementRow]) -> list[Caption]:
    batches: defaultdict[int, list[AgreementRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.place.table if row.place else 0):
        batches[row.place.batch if row.place else 0].append(row)
    return [
        Caption(
            item_id,
            title,
            Kind.SIGNING.value,
            number,
            tuple(dict.fromkeys(row.shown_title for row in batch)),
            tuple(
                Seen(party.signatory_name or party.name, party.name if party.signatory else "")
                for row in batch
                for party in signing_line(row.parties)
            ),
            tuple(_seen(one) for one in standing_line(_witnesses(batch))),
        )
        for number, batch in sorted(batches.items())
    ]


def _witnesses(batch: list[AgreementRow]) -> list[StageName]:
    """List those who witness anything of a batch, each once."""
    return list({one.somebody.key: one for row in batch for one in row.witnesses}.values())


def _of_acts(item_id: int, title: str, acts: list[ActRow]) -> list[Caption]:
    groups: defaultdict[tuple[int, str], list[ActRow]] = defaultdict(list)
    for act in acts:
        groups[act.group, act.kind.value].append(act)
    return [
        Caption(
            item_id,
            title,
            kind,
            number,
            tuple(dict.fromkeys(act.title for act in group)),
            tuple(_seen(one) for one in standing_line(_receiving(group) or _presenting(group))),
            tuple(_seen(one) for one in standing_line(_presenting(group)))
            if _receiving(group)
            else (),
        )
        for (number, kind), group in groups.items()
    ]


def _presenting(group: list[ActRow]) -> list[StageName]:
    return list({one.somebody.key: one for act in group for one in act.presenting}.values())


def _receiving(group: list[ActRow]) -> list[StageName]:
    return [one for act in group for one in act.receiving]


def _seen(one: StageName) -> Seen:
    return Seen(one.name or one.unit, (one.unit or one.title) if one.name else "")
