"""Passes: what the QR says, and what kills it."""

import io

import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.registration.queries import (
    pass_of,
    pass_token,
    read_token,
    registration_by_code,
    registration_in,
)
from eventapp.registration.rules import code_is_plausible
from eventapp.registration.service import cancel_registration, reissue_pass
from eventapp.web.qr import qr_png
from tests.factories_registration import make_meeting, make_registration


def test_a_printed_qr_reads_back_to_the_registration(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting)
    token = pass_token(registration.id)
    picture = Image.open(io.BytesIO(qr_png(token))).convert("L")
    found = zxingcpp.read_barcodes(picture)
    assert [one.text for one in found] == [token]
    claims = read_token(found[0].text)
    assert (claims.registration_id, claims.meeting_id) == (registration.id, meeting.id)
    assert (claims.generation, len(token)) == (1, 122)


def test_a_pass_changed_by_one_letter_is_refused(house: Flask):
    token = pass_token(make_registration(make_meeting()).id)
    other = "B" if token[60] == "A" else "A"
    with pytest.raises(Invalid, match="不是本系统签发"):
        read_token(token[:60] + other + token[61:])


def test_a_typed_code_finds_its_registration_in_its_meeting_only(house: Flask):
    meeting, elsewhere = make_meeting(), make_meeting()
    registration = make_registration(meeting)
    code = pass_of(registration.id).code
    assert code_is_plausible(code)
    assert registration_by_code(meeting.id, code) == registration.id
    assert registration_by_code(elsewhere.id, code) is None


def test_a_new_pass_kills_the_old_qr_and_the_old_code(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting)
    old_token, old_code = pass_token(registration.id), pass_of(registration.id).code
    reissue_pass(SYSTEM, meeting.id, registration.id)
    found = pass_of(registration.id)
    assert read_token(old_token).generation < found.generation
    assert read_token(pass_token(registration.id)).generation == found.generation
    assert registration_by_code(meeting.id, old_code) is None
    assert registration_by_code(meeting.id, found.code) == registration.id


def test_cancelling_kills_the_pass(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting)
    old_code = pass_of(registration.id).code
    cancel_registration(SYSTEM, meeting.id, registration.id)
    with pytest.raises(NotFound):
        pass_token(registration.id)
    assert registration_by_code(meeting.id, old_code) is None
    assert registration_in(meeting.id, registration.id).code == ""
    with pytest.raises(Conflict):
        reissue_pass(SYSTEM, meeting.id, registration.id)


def test_a_registration_of_another_meeting_does_not_exist(house: Flask):
    registration = make_registration(make_meeting())
    elsewhere = make_meeting()
    with pytest.raises(NotFound):
        registration_in(elsewhere.id, registration.id)
    with pytest.raises(NotFound):
        reissue_pass(SYSTEM, elsewhere.id, registration.id)
