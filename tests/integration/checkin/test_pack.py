"""The pack of a device: what is in it, what is not, and that changes bring it up to date."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask
from flask.testing import FlaskClient

from eventapp.core.db import db
from eventapp.registration.models import Pass
from eventapp.registration.rules import from_text
from tests.factories_checkin import (
    Door,
    make_door,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    scan,
)
from tests.factories_devices import bearer, make_device

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def door(app: Flask) -> Door:
    with app.app_context():
        return make_door()


@pytest.fixture
def ask(app: Flask, client: FlaskClient, door: Door) -> Ask:
    """Ask as a device: the pack, or what changed since a version."""
    with app.app_context():
        _, token = make_device(door)

    def asked(since: str | None = None, *, at: Door = door) -> dict[str, Any]:
        here = f"/api/v1/meetings/{at.slug}"
        if since is None:
            return client.get(f"{here}/pack", headers=bearer(token)).get_json()
        sent = {"since": since, "unsent": 0}
        return client.post(f"{here}/sync", json=sent, headers=bearer(token)).get_json()

    return asked


def opened(text: str, sealed: str) -> list[str]:
    """Open a sealed name as a phone does that has seen the QR."""
    claims, signature = from_text(text)
    key = HKDF(SHA256(), 32, None, b"menghui door pack v1").derive(signature)
    raw = base64.b64decode(sealed)
    return json.loads(AESGCM(key).decrypt(raw[:12], raw[12:], claims))


def test_row_says_what_the_door_needs_and_names_only_to_whoever_has_the_qr(
    app: Flask, ask: Ask, door: Door
) -> None:
    with app.app_context():
        unit = make_unit()
        one = make_registration(door, "欧阳建国", organisation_id=unit)
        two = make_registration(door, "王磊")
        text, other = pass_text(one), pass_text(two)
        code = db.session.get_one(Pass, one).code
        scan(door, text)
    pack = ask()
    rows = {row[0]: row for row in pack["passes"]}
    row = rows[one]
    digest = hashlib.sha256(bytes.fromhex(pack["salt"]) + code.encode()).hexdigest()[:16]
    assert row[:7] == [one, 1, one, "approved", "delegate", digest, unit]
    session = pack["sessions"][0]["id"]
    assert (row[7][0], row[7][2:], row[8]) == (session, ["东门", "signin:9001", True], [])
    assert opened(text, row[9]) == ["欧阳建国", "黄蓝环保装备有限公司", "董事长", "B区 3排 12座"]
    with pytest.raises(InvalidTag):
        opened(other, row[9])
    assert "欧阳建国" not in json.dumps(pack, ensure_ascii=False)
    assert code not in json.dumps(pack)
    assert len(orjson.dumps(rows[two])) <= 300
    assert pack["gate"]["id"] == pack["device"]["gate_id"] == door.gate_id
    assert set(pack["keys"]) == {"1"}


def test_pass_of_another_meeting_leads_to_the_registration_here(
    app: Flask, ask: Ask, door: Door
) -> None:
    with app.app_context():
        other = make_door(door.alliance_id)
        person = make_person(door.alliance_id)
        there = make_registration(other, person_id=person)
        here = make_registration(door, person_id=person)
        stranger = make_registration(other, "王磊")
        text = pass_text(there)
    rows = {row[0]: row for row in ask()["passes"]}
    assert rows[there][2] == here
    assert rows[there][5] == ""
    assert opened(text, rows[there][9])[0] == "欧阳建国"
    assert stranger not in rows


def test_pack_is_compressed_for_whoever_takes_it(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        make_registration(door)
        _, token = make_device(door)
    headers = {**bearer(token), "Accept-Encoding": "gzip"}
    answer = client.get(f"/api/v1/meetings/{door.slug}/pack", headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.data))["passes"]) == 1


def test_nothing_changed_is_nothing_sent(app: Flask, ask: Ask, door: Door) -> None:
    with app.app_context():
        make_registration(door)
    version = ask()["version"]
    told = ask(version)
    assert told["version"] == version
    assert not told["full"]
    assert [told["passes"], told["gone"]] == [[], []]
    assert [told["gate"], told["sessions"], told["meeting"]] == [None, None, None]


@pytest.mark.parametrize("since", ["", "never", "d.1", "d.99999-1.2", "d.1x", "-", "d.٣"])
def test_unknown_version_asks_for_the_pack_anew(ask: Ask, since: str) -> None:
    assert ask(since)["full"]
