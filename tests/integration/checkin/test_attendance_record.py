"""The signed attendance: it holds as it was signed, and every change to it is found."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from eventapp.checkin.cli import cli
from eventapp.checkin.document.attendance import PURPOSE, signed_attendance, verify_attendance
from eventapp.checkin.queries import attendance_of, presence_of
from eventapp.checkin.rules import Direction
from eventapp.checkin.service import undo_admission
from eventapp.core import keys
from eventapp.core.access import Role
from eventapp.core.errors import NotFound
from eventapp.core.ledger import canonical, link
from tests.factories import make_user, sign_in
from tests.factories_checkin import Door, make_door, make_registration, pass_text, scan

Record = dict[str, Any]


def our_keys() -> list[str]:
    ring = keys.ring()
    return [ring.public_text(number) for number in ring.public]


def make_evening() -> tuple[Door, list[int]]:
    """One who stays, one who leaves, one let in by mistake, and a text that nobody can read."""
    door = make_door()
    people = [make_registration(door, name) for name in ("张堃", "王磊", "刘雪梅")]
    for one in people:
        scan(door, pass_text(one))
    scan(door, pass_text(people[1]), direction=Direction.EXIT)
    undo_admission(door.supervisor, door.meeting_id, people[2], "误扫")
    scan(door, "nonsense")
    return door, people


def statement_of(record: Record) -> Record:
    return json.loads(record["statement"]["body"])


@pytest.mark.usefixtures("house")
def test_attendance_tells_who_came_and_who_stayed_and_holds() -> None:
    door, (stayed, left, _mistake) = make_evening()
    record = signed_attendance(attendance_of(door.meeting_id))
    said = statement_of(record)
    assert (said["came"], said["inside"]) == ([stayed, left], [stayed])
    assert [one["name"] for one in json.loads(record["people"]["body"])] == ["张堃", "王磊"]
    assert said["head"]["hash"] == presence_of(door.meeting_id).head_hash
    assert verify_attendance(record, our_keys()) == []


@pytest.mark.usefixtures("house")
def test_attendance_up_to_a_head_says_the_same_whatever_came_later() -> None:
    door, (stayed, left, mistake) = make_evening()
    record = signed_attendance(attendance_of(door.meeting_id, until_seq=3))
    assert statement_of(record)["inside"] == [stayed, left, mistake]
    assert verify_attendance(record, our_keys()) == []
    with pytest.raises(NotFound):
        attendance_of(door.meeting_id, until_seq=99)


@pytest.mark.usefixtures("house")
def test_names_can_be_taken_out_and_the_rest_still_holds() -> None:
    door, _ = make_evening()
    record = signed_attendance(attendance_of(door.meeting_id))
    del record["people"]
    assert verify_attendance(record, our_keys()) == []


def drop_the_last(record: Record) -> None:
    record["records"].pop()


def drop_one_and_link_again(record: Record) -> None:
    """Leave a record out and mend the chain, as somebody could who has no key."""
    rows = record["records"]
    del rows[1]
    before = "0" * 64
    for place, row in enumerate(rows, 1):
        row["body"] = canonical({**json.loads(row["body"]), "seq": place}).decode()
        row["seq"], row["hash"] = place, link(before, row["body"].encode())
        before = row["hash"]


def rename(record: Record) -> None:
    record["people"]["body"] = record["people"]["body"].replace("张堃", "张坤")


def say_another_inside(record: Record) -> None:
    said = statement_of(record)
    said["inside"] = said["came"]
    record["statement"]["body"] = canonical(said).decode()


def sign_with_another_key(record: Record) -> None:
    key = Ed25519PrivateKey.generate()
    body = record["statement"]["body"].encode()
    record["signature"]["public_key"] = key.public_key().public_bytes_raw().hex()
    record["signature"]["value"] = key.sign(PURPOSE + body).hex()


def make_nonsense(record: Record) -> None:
    record["records"] = 7


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (drop_the_last, "head: is not the last record"),
        (drop_one_and_link_again, "head: is not the last record"),
        (rename, "people: the digest does not fit its bytes"),
        (say_another_inside, "signature: does not fit the statement"),
        (sign_with_another_key, "signature: by a key that is not trusted"),
        (make_nonsense, "unreadable"),
    ],
)
def test_a_changed_attendance_is_found(change: Callable[[Record], None], finding: str) -> None:
    door, _ = make_evening()
    record = signed_attendance(attendance_of(door.meeting_id))
    changed = copy.deepcopy(record)
    change(changed)
    assert any(finding in one for one in verify_attendance(changed, our_keys()))


@pytest.mark.usefixtures("house")
def test_even_who_holds_the_key_cannot_sign_another_count_unseen() -> None:
    door, _ = make_evening()
    parts = attendance_of(door.meeting_id)
    record = signed_attendance({**parts, "inside": parts["came"]})
    assert verify_attendance(record, our_keys()) == ["inside: the records give others"]


def test_record_is_downloaded_and_checked_on_the_command_line(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    with app.app_context():
        door, _ = make_evening()
        sign_in(client, make_user(Role.DOOR_SUPERVISOR, door.scope_id))
    answer = client.get(f"/m/{door.slug}/desk/presence/record.json?until=4")
    assert f"{door.slug}-attendance-4.json" in answer.headers["Content-Disposition"]
    path = tmp_path / "record.json"
    path.write_bytes(answer.data)
    run = app.test_cli_runner()
    sound = run.invoke(cli, ["verify", str(path)])
    assert (sound.exit_code, sound.output.strip()) == (0, "Everything holds.")
    [shown] = run.invoke(cli, ["keys"]).output.splitlines()
    assert run.invoke(cli, ["verify", str(path), "--key", shown.split()[1]]).exit_code == 0
    assert run.invoke(cli, ["verify", str(path), "--key", "ab" * 32]).exit_code == 1
    path.write_text(path.read_text().replace('"admitted', '"left'))
    assert run.invoke(cli, ["verify", str(path)]).exit_code == 1
    for unknown in (99, -1, 2**31, 10**40):
        unknown_head = client.get(f"/m/{door.slug}/desk/presence/record.json?until={unknown}")
        assert unknown_head.status_code == 404
