"""The record of a ballot, and how somebody who does not trust us does the sum again.

A record is one JSON object with the frozen definition, the electorate, the text that was voted
on, the whole chain of voting records of the meeting and the outcome. Every digest covers the
very bytes that stand in it, so a check needs SHA-256 and nothing of this house.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from eventapp.voting.rules.kinds import Choice, CountedAt, Mode
from eventapp.voting.rules.outcome import Outcome, decide_outcome
from eventapp.voting.rules.paper import PaperCount
from eventapp.voting.rules.tally import Cast, Snapshot, count_given, count_votes
from eventapp.voting.rules.threshold import Rule

GENESIS = "0" * 64


@dataclass(slots=True)
class Replay:
    """What the records of one ballot add up to."""

    opening: Snapshot | None = None
    closing: Snapshot | None = None
    votes: dict[int, Cast] = field(default_factory=dict[int, Cast])
    said: dict[Choice, int] = field(default_factory=dict[Choice, int])
    paper: PaperCount | None = None
    closed: Mapping[str, Any] | None = None

    def read(self, body: Mapping[str, Any]) -> None:
        """Take one more record into account."""
        kind = body["kind"]
        if kind in {"opened", "recount"}:
            self.opening = Snapshot.from_record(body["presence"])
        elif kind == "cast":
            cast = Cast(Choice(body["choice"]), body["mandate"], body["by_proxy"])
            self.votes[body["organisation"]] = cast
        elif kind == "confirmed":
            self.said = {choice: body[choice.value] for choice in Choice}
            papers = body["paper"]
            self.paper = papers and PaperCount(
                papers["issued"], papers["returned"], papers["invalid"]
            )
        elif kind == "closed":
            self.closing = Snapshot.from_record(body["presence"])
            self.closed = body

    def outcome(self, definition: Mapping[str, Any], electorate: frozenset[int]) -> Outcome:
        """Decide again from the records alone."""
        rule = Rule.from_record(definition["rule"])
        counted = self.closing if rule.counted_at is CountedAt.CLOSING else self.opening
        if counted is None:
            counted = Snapshot(frozenset(), frozenset())
        if definition["mode"] == Mode.NAMED:
            counts = count_votes(rule, electorate, counted, self.votes)
        else:
            counts = count_given(rule, electorate, counted, self.said)
        return decide_outcome(rule, counts, self.paper)


def verify_record(record: Mapping[str, Any]) -> list[str]:
    """Tell everything in a ballot's record that does not hold; nothing when all of it does.

    Checked are the digests of the text, of the electorate and of the definition, the chain of
    records from its first to its head, every vote against the electorate, and the outcome,
    which is decided again from the records. What cannot be read is a finding, never an error.
    """
    try:
        return [*_digests(record), *_chain(record), *_outcome(record)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"unreadable: {error!r}"]


def _sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _digests(record: Mapping[str, Any]) -> Iterator[str]:
    definition = json.loads(record["definition"]["body"])
    for name in ("text", "electorate", "definition"):
        if _sha(record[name]["body"]) != record[name]["digest"]:
            yield f"{name}: the digest does not fit its bytes"
    if definition["motion"]["digest"] != record["text"]["digest"]:
        yield "definition: names another text"
    if definition["electorate"] != record["electorate"]["digest"]:
        yield "definition: names another electorate"
    outcome = record.get("outcome")
    if outcome and _sha(outcome["body"]) != outcome["digest"]:
        yield "outcome: the digest does not fit its bytes"


def _chain(record: Mapping[str, Any]) -> Iterator[str]:
    before = GENESIS
    for place, entry in enumerate(record["records"], start=1):
        if entry["seq"] != place or json.loads(entry["body"])["seq"] != place:
            yield f"record {place}: out of its place"
        if _sha(f"{before}\n{entry['body']}") != entry["hash"]:
            yield f"record {place}: does not follow the one before"
        before = entry["hash"]
    if record["head"] != {"seq": len(record["records"]), "hash": before}:
        yield "head: is not the last record"


def _outcome(record: Mapping[str, Any]) -> Iterator[str]:
    definition = json.loads(record["definition"]["body"])
    units = json.loads(record["electorate"]["body"])["units"]
    electorate = frozenset(unit["organisation"] for unit in units)
    replay = Replay()
    for entry in record["records"]:
        body = json.loads(entry["body"])
        if body["ballot"] != definition["ballot"]:
            continue
        if replay.closed is not None and body["kind"] in {"cast", "confirmed", "recount"}:
            yield f"record {entry['seq']}: stands after the closing"
        if body["kind"] == "opened" and body["definition"] != record["definition"]["digest"]:
            yield f"record {entry['seq']}: opens another definition"
        if body["kind"] == "cast" and body["organisation"] not in electorate:
            yield f"record {entry['seq']}: is cast by a unit outside the electorate"
        replay.read(body)
    stored = record.get("outcome")
    if replay.closed is None:
        if stored:
            yield "outcome: without a record of closing"
        return
    if not stored or replay.closed["outcome"] != stored["digest"]:
        yield "outcome: is not the one that the closing recorded"
        return
    again = replay.outcome(definition, electorate).to_record()
    if json.loads(stored["body"])["decision"] != again:
        yield "outcome: the sum gives another result"
