"""Reads the packaged YAML into a Programme: reported facts first, invention laid over them.

A reported thing is never written twice: the invented files point at it by its position, so the
facts stay in one file that can be held against the report.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from eventapp.desk.rules.programme import (
    Absence,
    Agreement,
    Alliance,
    Article,
    Ballot,
    Byline,
    Chapter,
    Charter,
    Count,
    Delegate,
    Guest,
    Item,
    Meeting,
    OutsideUnit,
    Papers,
    Procedure,
    Programme,
    Room,
    Signatory,
    Stage,
    Unit,
    Venue,
)

Row = Mapping[str, Any]
Clock = Callable[[str], datetime]


def load_programme() -> Programme:
    """Give the whole demo programme, all instants in UTC.

    Reads only files of this package, so the demo needs no network. Raises KeyError, TypeError
    or ValueError for data that does not fit together; the tests keep that from being shipped.
    """
    facts, units, people, plan = (
        _read(name) for name in ("founding-2024", "units", "people", "meetings")
    )
    charter, procedure, stages = (_read(name) for name in ("charter", "procedure", "stages"))
    clock = _clock_of(plan["date"], plan["timezone"])
    reported = {meeting["key"]: meeting for meeting in facts["meetings"]}
    meetings = {row["key"]: _meeting(row, reported[row["key"]], clock) for row in plan["meetings"]}
    founding = reported["founding"]
    return Programme(
        alliance=_alliance(facts["alliance"]),
        timezone=plan["timezone"],
        units=tuple(Unit(**row) for row in units["units"]),
        outside_units=tuple(OutsideUnit(**row) for row in units["outside_units"]),
        guests=tuple(_guests(founding["guests"], people["guests"], clock)),
        delegates=tuple(_delegate(row, clock) for row in people["people"]),
        absences=tuple(Absence(**row) for row in plan["absent"]),
        venue=_venue(plan["venue"]),
        preparatory=meetings["preparatory"],
        founding=meetings["founding"],
        charter=_charter(charter),
        procedure=Procedure(procedure["title"], tuple(procedure["clauses"])),
        list_title=procedure["list_title"],
        scrutineers=tuple(plan["scrutineers"]),
        tellers=tuple(plan["tellers"]),
        ballots=tuple(_ballot(row, clock) for row in plan["ballots"]),
        agreements=tuple(_agreements(founding["items"], plan["signings"], clock)),
        plaque_seats=tuple(plan["plaque_seats"]),
        plates=tuple(_item_of(founding["items"], "unveiling")["plates"]),
        on_stage=tuple(plan["on_stage"]),
        byline=Byline(**facts["press"]),
        stages=tuple(_stage(row, plan["timezone"]) for row in stages["stages"]),
    )


def _read(name: str) -> Any:
    source = files("eventapp.desk.demo_data").joinpath(f"{name}.yaml")
    return yaml.safe_load(source.read_text(encoding="utf-8"))


def _clock_of(day: str, zone: str) -> Clock:
    on, where = date.fromisoformat(day), ZoneInfo(zone)

    def at(local: str) -> datetime:
        moment = datetime.combine(on, time.fromisoformat(local), tzinfo=where)
        return moment.astimezone(UTC)

    return at


def _alliance(row: Row) -> Alliance:
    return Alliance(row["name"], row["short_name"], tuple(row["aims"]), tuple(row["lead_units"]))


def _guests(reported: list[Row], invented: list[Row], clock: Clock) -> Iterator[Guest]:
    for fact, more in zip(reported, invented, strict=True):
        if fact["name"] != more["name"]:
            raise ValueError(more["name"])
        yield Guest(fact["name"], fact["title"], more["unit"], clock(more["founding"]))


def _delegate(row: Row, clock: Clock) -> Delegate:
    fields = dict(row)
    for meeting in ("preparatory", "founding"):
        if meeting in fields:
            fields[f"{meeting}_at"] = clock(fields.pop(meeting))
    return Delegate(**fields)


def _venue(row: Row) -> Venue:
    rooms = tuple(Room(**room) for room in row["rooms"])
    return Venue(row["name"], row["address"], rooms, tuple(row["gates"]), tuple(row["stages"]))


def _meeting(row: Row, fact: Row, clock: Clock) -> Meeting:
    return Meeting(
        slug=row["slug"],
        kind=fact["kind"],
        title=fact["title"],
        room=row["room"],
        doors_open_at=clock(row["doors_open"]),
        starts_at=clock(row["starts"]),
        ends_at=clock(row["ends"]),
        began_at=clock(row["began"]),
        ended_at=clock(row["ended"]),
        chair=row["chair"],
        host=row["host"],
        items=tuple(_item(item, fact["items"], clock) for item in row["items"]),
    )


def _item(row: Row, facts: list[Row], clock: Clock) -> Item:
    reported = "fact" in row
    said = {**row, **facts[row["fact"] - 1]} if reported else row
    return Item(
        kind=said["kind"],
        title=said["title"],
        minutes=row["minutes"],
        began_at=clock(row["began"]),
        ended_at=clock(row["ended"]),
        source="report" if reported else "invented",
        key=row.get("key"),
        speaker=said.get("speaker"),
        cue=row.get("cue", ""),
        responsible=row.get("responsible", ""),
    )


def _item_of(items: list[Row], kind: str) -> Row:
    return next(item for item in items if item["kind"] == kind)


def _ballot(row: Row, clock: Clock) -> Ballot:
    times = {f"{word}_at": clock(at) for word, at in row["times"].items()}
    return Ballot(
        motion=row["motion"],
        item=row["item"],
        mode=row["mode"],
        rule=row["rule"],
        count=Count(**row["count"]),
        abstaining=tuple(row.get("abstaining", ())),
        papers=Papers(**row["papers"]) if "papers" in row else None,
        **times,
    )


def _agreements(items: list[Row], signings: list[Row], clock: Clock) -> Iterator[Agreement]:
    for fact, row in zip(_item_of(items, "signing")["agreements"], signings, strict=True):
        yield Agreement(
            title=fact["title"],
            parties=tuple(fact["parties"]),
            batch=row["batch"],
            signed_at=clock(row["at"]),
            copies=row["copies"],
            signatories=tuple(
                Signatory(unit, row["signatories"][unit]) for unit in fact["parties"]
            ),
        )


def _charter(row: Row) -> Charter:
    return Charter(
        row["title"],
        tuple(
            Chapter(
                chapter["number"],
                chapter["title"],
                tuple(
                    Article(article["number"], tuple(article["paragraphs"]))
                    for article in chapter["articles"]
                ),
            )
            for chapter in row["chapters"]
        ),
    )


def _stage(row: Row, zone: str) -> Stage:
    local = datetime.fromisoformat(row["clock"]).replace(tzinfo=ZoneInfo(zone))
    return Stage(row["name"], row["title"], local.astimezone(UTC), row["description"])
