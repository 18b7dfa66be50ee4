"""What is wrong with a signing as it is arranged: each finding a sentence and what mends it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventapp.agenda.rules import Severity
from eventapp.ceremony.rules.agreements import Check, Problem, Somebody
from eventapp.ceremony.rules.batches import Place
from eventapp.core.errors import N_

WAITING = timedelta(minutes=15)
"""How long before a signing those who sign should be there."""


def is_due(starts_at: datetime, at: datetime) -> bool:
    """Answer whether those who sign should be there by now."""
    return at >= starts_at - WAITING


@dataclass(frozen=True, slots=True)
class StagedAgreement:
    """An agreement as it stands on the stage's plan; `unsigned` may still be mended."""

    id: int
    title: str
    place: Place | None
    signatories: tuple[Somebody, ...]
    witnesses: tuple[Somebody, ...] = ()
    after_id: int | None = None
    unsigned: bool = True
    unready: tuple[Problem, ...] = ()
    without_capacity: int = 0
    ticked: frozenset[Check] = frozenset()


@dataclass(frozen=True, slots=True)
class Staging:
    """A signing as it is arranged; `here` are the people who were let in, None: not asked yet."""

    agreements: tuple[StagedAgreement, ...]
    tables: int
    here: Collection[int] | None = None


def find_problems(staging: Staging) -> list[Problem]:
    """Find everything that is wrong with a signing; what stops it stands first."""
    found = [problem for check in CHECKS for problem in check(staging)]
    return sorted(found, key=lambda problem: list(Severity).index(problem.severity))


def order_problems(agreements: Sequence[StagedAgreement], tables: int) -> list[Problem]:
    """Find what is wrong with an order of batches alone."""
    staging = Staging(tuple(agreements), tables)
    return [problem for check in ORDER_CHECKS for problem in check(staging)]


def _batches(staging: Staging) -> Iterator[tuple[int, list[StagedAgreement]]]:
    rows: defaultdict[int, list[StagedAgreement]] = defaultdict(list)
    for one in staging.agreements:
        if one.place:
            rows[one.place.batch].append(one)
    yield from sorted(rows.items())


def _pairs(rows: Sequence[StagedAgreement]) -> Iterator[tuple[StagedAgreement, StagedAgreement]]:
    for place, first in enumerate(rows):
        for second in rows[place + 1 :]:
            yield first, second


def two_tables_at_once(staging: Staging) -> Iterator[Problem]:
    """Nobody signs two agreements of one batch."""
    for batch, rows in _batches(staging):
        for first, second in _pairs(rows):
            for one in _both(first.signatories, second.signatories):
                yield Problem(
                    "two_tables",
                    N_("%(who)s在第%(batch)s批要同时签署“%(first)s”和“%(second)s”。"),
                    {
                        "who": one.name,
                        "batch": batch,
                        "first": first.title,
                        "second": second.title,
                    },
                    N_("请把其中一份移到别的批次，或采用排序建议。"),
                )


def one_table_twice(staging: Staging) -> Iterator[Problem]:
    """No two agreements of one batch are at one table, and none at a table that is not there."""
    for batch, rows in _batches(staging):
        taken: dict[int, str] = {}
        for one in rows:
            table = one.place.table if one.place else 0
            words = {"table": table, "batch": batch, "title": one.title}
            if table in taken:
                yield Problem(
                    "table_taken",
                    N_("第%(batch)s批的%(table)s号台上有“%(other)s”，又排了“%(title)s”。"),
                    {**words, "other": taken[table]},
                    N_("请换一张签约台，或移到别的批次。"),
                )
            if table > staging.tables:
                yield Problem(
                    "table_absent",
                    N_("“%(title)s”排在%(table)s号台，台上只有 %(tables)s 张。"),
                    {**words, "tables": staging.tables},
                    N_("请换一张签约台，或增加台数。"),
                )
            taken.setdefault(table, one.title)


def too_early(staging: Staging) -> Iterator[Problem]:
    """Nothing is signed before what it must not come before."""
    by_id = {one.id: one for one in staging.agreements}
    for one in staging.agreements:
        first = by_id.get(one.after_id or 0)
        if first and first.place and one.place and one.place.batch < first.place.batch:
            yield Problem(
                "too_early",
                N_("“%(title)s”应在“%(first)s”之后，或与它同批。"),
                {"title": one.title, "first": first.title},
                N_("请移到后面的批次，或取消先后要求。"),
            )


def not_placed(staging: Staging) -> Iterator[Problem]:
    """Each agreement has its batch."""
    for one in staging.agreements:
        if one.place is None:
            yield Problem(
                "not_placed",
                N_("“%(title)s”还没有排入批次。"),
                {"title": one.title},
                N_("请采用排序建议，或按按钮排入。"),
                Severity.BLOCK_PUBLISH,
            )


def not_ready(staging: Staging) -> Iterator[Problem]:
    """Each agreement has all that it needs by itself."""
    for one in staging.agreements:
        if one.unsigned:
            yield from one.unready


def witness_who_signs(staging: Staging) -> Iterator[Problem]:
    """Nobody witnesses one agreement while signing another of the batch."""
    for batch, rows in _batches(staging):
        for witnessed in rows:
            for signed in rows:
                if signed is witnessed:
                    continue
                for one in _both(witnessed.witnesses, signed.signatories):
                    yield Problem(
                        "witness_busy",
                        N_("%(who)s在第%(batch)s批见证“%(first)s”，同时要签署“%(second)s”。"),
                        {
                            "who": one.name,
                            "batch": batch,
                            "first": witnessed.title,
                            "second": signed.title,
                        },
                        N_("请另请见证人，或把其中一份移到别的批次。"),
                    )


def capacity_untold(staging: Staging) -> Iterator[Problem]:
    """It is known by what right each signs."""
    for one in staging.agreements:
        if one.unsigned and one.without_capacity:
            yield Problem(
                "capacity_untold",
                N_("“%(title)s”有 %(count)s 位签署人没有注明签署身份。"),
                {"title": one.title, "count": one.without_capacity},
                N_("请注明是法定代表人还是授权代表。"),
                Severity.WARN,
            )


def list_unfinished(staging: Staging) -> Iterator[Problem]:
    """The check list has been gone through before people go on stage."""
    for one in staging.agreements:
        left = len(Check) - len(one.ticked)
        if one.unsigned and left:
            yield Problem(
                "list_unfinished",
                N_("“%(title)s”的核对单还有 %(count)s 项没有打勾。"),
                {"title": one.title, "count": left},
                N_("请逐项核对，打勾。"),
                Severity.WARN,
            )


def not_arrived(staging: Staging) -> Iterator[Problem]:
    """Fifteen minutes before, everybody who signs is there."""
    if staging.here is None:
        return
    named: set[int] = set()
    for one in staging.agreements:
        for person in one.signatories:
            if not one.unsigned or person.id is None or person.id in {*staging.here, *named}:
                continue
            named.add(person.id)
            yield Problem(
                "not_arrived",
                N_("%(who)s还没有签到，签约不到 15 分钟就要开始，或已经开始。"),
                {"who": person.name},
                N_("请联系本人，或由替签人签署。"),
            )


def _both(some: Iterable[Somebody], others: Iterable[Somebody]) -> list[Somebody]:
    keys = {one.key for one in others}
    return [one for one in some if one.key in keys]


ORDER_CHECKS: tuple[Callable[[Staging], Iterator[Problem]], ...] = (
    two_tables_at_once,
    one_table_twice,
    too_early,
)
CHECKS = (
    *ORDER_CHECKS,
    not_arrived,
    not_ready,
    witness_who_signs,
    not_placed,
    capacity_untold,
    list_unfinished,
)
"""Every check of a signing, each by itself."""
