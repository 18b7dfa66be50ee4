"""Who may pass which door: a literal table of endpoint × role, checked at every door.

Columns, in this order: A administrator, O organiser, C chair, K checker, S signer, D door staff,
V door supervisor, M stage manager, T teller, P press (accounts with that role in the meeting's
alliance), R representative, L liaison, E delegate (by personal link in the meeting),
X somebody with an account and no role here, N nobody.
A letter lets through; a dot is refused: 403 for whoever has a part in the scope, 404 for X,
the way to sign in for N. An endpoint that is not listed fails the test.
"""

from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from eventapp.accounts.service import (
    ensure_link,
    link_token,
    make_device,
    open_link,
    sign_in_user,
)
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.errors import Forbidden, NotFound
from eventapp.core.scope import ROOT
from eventapp.web.doors import SignInNeeded, guard
from tests.factories import make_user, put_token
from tests.factories_alliance import make_alliance, make_meeting

COLUMNS = "AOCKSDVMTPRLEXN"
STAFF = {
    "A": Role.ADMINISTRATOR,
    "O": Role.ORGANISER,
    "C": Role.CHAIR,
    "K": Role.CHECKER,
    "S": Role.SIGNER,
    "D": Role.DOOR_STAFF,
    "V": Role.DOOR_SUPERVISOR,
    "M": Role.STAGE_MANAGER,
    "T": Role.TELLER,
    "P": Role.PRESS,
}
LINKS = {"R": Role.REPRESENTATIVE, "L": Role.LIAISON, "E": Role.DELEGATE}
EVERYBODY = COLUMNS
ACCOUNTS = "AOCKSDVMTP...X."

MATRIX: dict[str, str] = {
    "accounts.invite_alliance_staff": "AO.............",
    "accounts.invite_meeting_staff": "AO.............",
    "accounts.open_personal_link": EVERYBODY,
    "accounts.revoke_alliance_staff": "AO.............",
    "accounts.revoke_meeting_staff": "AO.............",
    "accounts.show_alliance_invitation": "AO.............",
    "accounts.show_alliance_staff": "AO.............",
    "accounts.show_link": EVERYBODY,
    "accounts.show_meeting_invitation": "AO.............",
    "accounts.show_meeting_staff": "AO.............",
    "agenda.download_paper": "AOCKS..MT......",
    "agenda.show_papers": "AOCKS..MT......",
    "agenda.remove_paper": "AO.............",
    "agenda.change_paper": "AO.............",
    "agenda.add_paper": "AO.............",
    "agenda.add_item": "AO.............",
    "agenda.change_item": "AO.............",
    "agenda.copy_agenda": "AO.............",
    "agenda.mend_finding": "AO.............",
    "agenda.move_item": "AO.............",
    "agenda.new_item": "AO.............",
    "agenda.publish_agenda": "AO.............",
    "agenda.remove_item": "AO.............",
    "agenda.review_publishing": "AO.............",
    "agenda.show_agenda": "AO.............",
    "agenda.show_editions": "AO.............",
    "agenda.show_item": "AO.............",
    "agenda.undo_change": "AO.............",
    "alliance.add_list_edition": "AO.............",
    "alliance.add_people": "AO.............",
    "alliance.add_person": "AO.............",
    "alliance.add_seat": "AO.............",
    "alliance.add_unit": "AO.............",
    "alliance.add_units": "AO.............",
    "alliance.arrange_seats": "AO.............",
    "alliance.change_alliance": "AO.............",
    "alliance.change_person": "AO.............",
    "alliance.change_unit": "AO.............",
    "alliance.create_alliance": "A..............",
    "alliance.create_list": "AO.............",
    "alliance.edit_alliance": "AO.............",
    "alliance.edit_person": "AO.............",
    "alliance.edit_seats": "AO.............",
    "alliance.edit_unit": "AO.............",
    "alliance.export_people": "AO.............",
    "alliance.export_units": "AOCKS..MT......",
    "alliance.new_alliance": "A..............",
    "alliance.paste_people": "AO.............",
    "alliance.paste_units": "AO.............",
    "alliance.remove_seat": "AO.............",
    "alliance.remove_unit": "AO.............",
    "alliance.set_entries": "AO.............",
    "alliance.show_alliance": "AOCKS..MT......",
    "alliance.show_list": "AOCKS..MT......",
    "alliance.show_lists": "AOCKS..MT......",
    "alliance.show_contact": "AO.............",
    "alliance.show_people": "AO.............",
    "alliance.show_units": "AOCKS..MT......",
    "alliance.table_list": "AO.............",
    "badges.cancel_print": "AO.............",
    "badges.download_badge": "AO.............",
    "badges.download_names_csv": "AO.............",
    "badges.download_names_pdf": "AO.............",
    "badges.download_names_xlsx": "AO.............",
    "badges.download_print": "AO.............",
    "badges.download_sign_pdf": "AO.............",
    "badges.print_badges": "AO.............",
    "badges.print_cards": "AO.............",
    "badges.show_paper": "AO.............",
    "badges.show_print": "AO.............",
    "booklet.download_booklet": "AO.............",
    "booklet.print_booklet": "AO.............",
    "booklet.show_booklet": "AO.............",
    "booklet.show_print": "AO.............",
    "ceremony.add_act": "AO.............",
    "ceremony.add_agreement": "AO.............",
    "ceremony.apply_order": "AO.............",
    "ceremony.change_act": "AO.............",
    "ceremony.change_agreement": "AO.............",
    "ceremony.download_authority": "AO.............",
    "ceremony.mark_act": "AOC....M.......",
    "ceremony.mark_signed": "AOC....M.......",
    "ceremony.move_agreement": "AO.............",
    "ceremony.new_act": "AO.............",
    "ceremony.new_agreement": "AO.............",
    "ceremony.pin_agreement": "AO.............",
    "ceremony.rank_agreement": "AO.............",
    "ceremony.remove_act": "AO.............",
    "ceremony.set_authority": "AO.............",
    "ceremony.set_check": "AO.............",
    "ceremony.set_draft": "AO.............",
    "ceremony.set_ready": "AO.............",
    "ceremony.set_signing": "AO.............",
    "ceremony.show_act": "AO.............",
    "ceremony.show_acts": "AOC....M.......",
    "ceremony.show_acts_now": "AOC....M.......",
    "ceremony.show_agreement": "AO.............",
    "ceremony.show_captions": "AOC....M.......",
    "ceremony.show_ceremony": "AO.............",
    "ceremony.show_proposal": "AO.............",
    "ceremony.show_signing": "AO.............",
    "ceremony.substitute_signatory": "AOC....M.......",
    "ceremony.undo_order": "AO.............",
    "ceremony.withdraw_agreement": "AO.............",
    "charter.create_charter": "AO.............",
    "charter.draft_edition": "AO.............",
    "charter.edit_text": "AO.............",
    "charter.show_charter": "AOCKS..MT......",
    "charter.show_edition": "AOCKS..MT......",
    "charter.table_edition": "AO.............",
    "charter.write_text": "AO.............",
    "checkin.add_gate": "AO.............",
    "checkin.admit_by_hand": "AO....V........",
    "checkin.admit_found": "AO....V........",
    "checkin.admit_substitute": "AO....V........",
    "checkin.admit_unit": "AO...DV........",
    "checkin.admit_walk_in": "AO....V........",
    "checkin.change_gate": "AO.............",
    "checkin.download_sheet_pdf": "AOC...VMT......",
    "checkin.download_sheet_xlsx": "AOC...VMT......",
    "checkin.edit_gate": "AO.............",
    "checkin.find_people_at_door": "AO....V........",
    "checkin.list_gates": "AO.............",
    "checkin.add_session": "AO.............",
    "checkin.change_session": "AO.............",
    "checkin.edit_session": "AO.............",
    "checkin.end_rehearsal": "AO.............",
    "checkin.remove_session": "AO.............",
    "checkin.start_rehearsal": "AO.............",
    "checkin.choose_gate": "AO...DV........",
    "checkin.door_manifest": "AO...DV........",
    "checkin.door_worker": "AO...DV........",
    "checkin.confirm_device": "AO....V........",
    "checkin.leave_door": "AO...DV........",
    "checkin.list_conflicts": "AO....V........",
    "checkin.list_devices": "AO....V........",
    "checkin.offer_device": "AO....V........",
    "checkin.open_pairing": EVERYBODY,
    "checkin.rename_device": "AO....V........",
    "checkin.resolve_conflict": "AO....V........",
    "checkin.revoke_device": "AO....V........",
    "checkin.show_device": "AO....V........",
    "checkin.show_device_live": "AO....V........",
    "checkin.show_pairing": EVERYBODY,
    "checkin.show_pairing_state": EVERYBODY,
    "checkin.set_signing": "AO.............",
    "checkin.show_kiosk": "AO....V........",
    "checkin.open_kiosk": "AO....V........",
    "checkin.scan_at_kiosk": "AO....V........",
    "checkin.show_leaving": "AO....V........",
    "checkin.leave_kiosk": "AO....V........",
    "checkin.show_roll_calls": "AOC...V.T......",
    "checkin.open_roll_call": "AOC...V.T......",
    "checkin.show_roll_call": "AOC...V.T......",
    "checkin.note_answer": "AOC...V.T......",
    "checkin.finish_calling": "AOC...V.T......",
    "checkin.reopen_calling": "AOC...V.T......",
    "checkin.confirm_roll_call": "AOC...V.T......",
    "checkin.drop_roll_call": "AOC...V.T......",
    "checkin_api.record_kiosk_scan": "AO....V........",
    "checkin_api.sign_sheet": "AO...DV........",
    "checkin.show_door": "AO...DV........",
    "checkin.download_badge_at_door": "AO....V........",
    "checkin.download_slip_at_door": "AO....V........",
    "checkin.new_substitute": "AO....V........",
    "checkin.new_walk_in": "AO....V........",
    "checkin.reissue_pass_at_door": "AO....V........",
    "checkin.show_person_at_door": "AO....V........",
    "checkin.download_missing": "AOC...VMT......",
    "checkin.download_record": "AOC...VMT......",
    "checkin.show_liaison_phone": "AO.............",
    "checkin.show_missing": "AOC...VMT......",
    "checkin.show_missing_live": "AOC...VMT......",
    "checkin.show_presence": "AOC...VMT......",
    "checkin.show_presence_live": "AOC...VMT......",
    "checkin.show_unit_at_door": "AO...DV........",
    "checkin.type_code": "AO...DV........",
    "checkin.undo_admission": "AO...DV........",
    "checkin_api.record_scan": "AO...DV........",
    "checkin_api.show_openapi": EVERYBODY,
    "checkin_api.show_pack": "AO...DV........",
    "checkin_api.sync_device": "AO...DV........",
    "checkin_api.undo_admission": "AO...DV........",
    "checkin_api.upload_scans": "AO...DV........",
    "delegation.download_unit_paper": "...........L...",
    "delegation.add_rows": "...........L...",
    "delegation.cancel_delegate": "...........L...",
    "delegation.discard_list": "...........L...",
    "delegation.download_unit_calendar": "...........L...",
    "delegation.download_delegation_slips": "...........L...",
    "delegation.note_reply": "AO.............",
    "delegation.save_list": "...........L...",
    "delegation.save_noted_reply": "AO.............",
    "delegation.save_reply": "...........L...",
    "delegation.show_delegation": "...........L...",
    "delegation.show_list": "...........L...",
    "delegation.substitute": "...........L...",
    "desk.home": ACCOUNTS,
    "desk.merge_people": "AO.............",
    "desk.review_merger": "AO.............",
    "desk.show_duplicates": "AO.............",
    "desk.show_today": "AOCKS..MT......",
    "desk.show_today_now": "AOCKS..MT......",
    "desk.tell_people_apart": "AO.............",
    "hall.download_paper": EVERYBODY,
    "hall.download_agenda_calendar": EVERYBODY,
    "hall.download_calendar": EVERYBODY,
    "hall.download_run_sheet": "AOC....M.......",
    "hall.download_run_sheet_table": "AOC....M.......",
    "hall.download_script": "AOC....M.......",
    "hall.download_speaking": "AOC....M.......",
    "hall.download_template": "AOC....M.......",
    "hall.drop_template": "AO.............",
    "hall.finish_item": "AOC....M.......",
    "hall.home": EVERYBODY,
    "hall.save_cue": "AOC....M.......",
    "hall.save_template": "AO.............",
    "hall.set_screen": "AOC....M.......",
    "hall.show_meeting": EVERYBODY,
    "hall.show_meeting_now": EVERYBODY,
    "hall.show_projector": EVERYBODY,
    "hall.show_projector_now": EVERYBODY,
    "hall.show_run_sheet": "AOC....M.......",
    "hall.show_speaking": "AOC....M.......",
    "hall.show_stage": "AOC....M.......",
    "hall.show_stage_now": "AOC....M.......",
    "hall.skip_item": "AOC....M.......",
    "hall.start_item": "AOC....M.......",
    "hall.substitute_person": "AOC....M.......",
    "hall.undo_item": "AOC....M.......",
    "health.show_health": EVERYBODY,
    "health.show_readiness": EVERYBODY,
    "meetings.copy_meeting": "AO.............",
    "meetings.copy_settings": "AO.............",
    "meetings.create_meeting": "AO.............",
    "meetings.edit_settings": "AO.............",
    "meetings.new_meeting": "AO.............",
    "meetings.save_settings": "AO.............",
    "meetings.set_state": "AO.............",
    "meetings.show_meetings": "AOCKS..MT......",
    "minutes.check_minutes": "...K...........",
    "minutes.comment_minutes": "AOCKS..MT......",
    "minutes.download_minutes": "AOCKS....P.....",
    "minutes.end_comments": "...K...........",
    "minutes.release_minutes": "AOCKS..MT......",
    "minutes.save_draft": "AO.............",
    "minutes.send_back": "AOCKS..MT......",
    "minutes.show_minutes": "AOCKS..MT......",
    "minutes.show_press_room": "AOCKS....P.....",
    "minutes.show_preview": "AOCKS..MT......",
    "minutes.sign_minutes": "....S..........",
    "minutes.start_minutes": "AO.............",
    "minutes.submit_minutes": "AO.............",
    "minutes.verify": EVERYBODY,
    "minutes.verify_any": EVERYBODY,
    "notices.add_announcement": "AO.............",
    "notices.preview_announcement": "AO.............",
    "notices.put_up_announcement": "AO.............",
    "notices.send_announcement": "AO.............",
    "notices.send_news": "AO.............",
    "notices.show_announcements": "AO.............",
    "notices.show_news": "AO.............",
    "notices.take_down_announcement": "AO.............",
    "notices.begin_notice": "AO.............",
    "notices.download_notice": "AO.............",
    "notices.download_own_notice": "...........L...",
    "notices.download_own_paper": "...........L...",
    "notices.download_paper": "AO.............",
    "notices.drop_paper": "AO.............",
    "notices.export_letters": "AO.............",
    "notices.issue_notice": "AO.............",
    "notices.mail_link": "AO.............",
    "notices.mail_links": "AO.............",
    "notices.preview_letter": "AO.............",
    "notices.read_notice": "...........L...",
    "notices.remind_silent_units": "AO.............",
    "notices.renew_notice": "AO.............",
    "notices.save_notice": "AO.............",
    "notices.save_paper": "AO.............",
    "notices.send_again": "AO.............",
    "notices.show_letters": "AO.............",
    "notices.show_notice": "AO.............",
    "notices.show_notices": "AO.............",
    "notices.take_notice": "...........L...",
    "notices.write_letters": "AO.............",
    "privacy.erase": "AO.............",
    "privacy.note_request": "AO.............",
    "privacy.review_erasure": "AO.............",
    "privacy.send_erasure": "............E..",
    "privacy.show_erasure": "............E..",
    "privacy.show_reply": EVERYBODY,
    "privacy.show_requests": "AO.............",
    "privacy.show_terms": "AO.............",
    "privacy.withdraw_own_erasure": "............E..",
    "registration.download_own_paper": "............E..",
    "registration.accept_own_invitation": "............E..",
    "registration.add_registration": "AO.............",
    "registration.approve": "AO.............",
    "registration.ask_own_correction": "............E..",
    "registration.cancel": "AO.............",
    "registration.cancel_own_registration": "............E..",
    "registration.decide_registrations": "AO.............",
    "registration.decline": "AO.............",
    "registration.decline_own_invitation": "............E..",
    "registration.download_answer_file": "AO.............",
    "registration.download_mandate": "AO.............",
    "registration.download_own_data": "............E..",
    "registration.download_own_file": "............E..",
    "registration.download_own_calendar": "............E..",
    "registration.download_pass": "............E..",
    "registration.download_pass_picture": "............E..",
    "registration.download_printed_slips": "AO.............",
    "registration.download_slips": "AO.............",
    "registration.edit_answers": "AO.............",
    "registration.edit_field": "AO.............",
    "registration.edit_own": "............E..",
    "registration.end_leave": "AO.............",
    "registration.end_mandate": "AO.............",
    "registration.end_proxy": "AO.............",
    "registration.enter_link": EVERYBODY,
    "registration.export_registrations": "AO.............",
    "registration.follow_link": EVERYBODY,
    "registration.invite": "AO.............",
    "registration.mandate": "AO.............",
    "registration.new_field": "AO.............",
    "registration.new_registration": "AO.............",
    "registration.open_delegations": "AO.............",
    "registration.pass_worker": EVERYBODY,
    "registration.print_slips": "AO.............",
    "registration.rebind_mandate": "AO.............",
    "registration.register": EVERYBODY,
    "registration.reissue": "AO.............",
    "registration.remind": "AO.............",
    "registration.renew_delegate_link": "AO.............",
    "registration.renew_unit_link": "AO.............",
    "registration.resume_field": "AO.............",
    "registration.revoke_delegate_link": "AO.............",
    "registration.revoke_unit_link": "AO.............",
    "registration.save_answers": "AO.............",
    "registration.save_category": "AO.............",
    "registration.save_consent": "AO.............",
    "registration.save_delegation": "AO.............",
    "registration.save_field": "AO.............",
    "registration.save_leave": "AO.............",
    "registration.save_new_field": "AO.............",
    "registration.save_own": "............E..",
    "registration.save_preset": "AO.............",
    "registration.save_terms": "AO.............",
    "registration.save_unit_quotas": "AO.............",
    "registration.settle_correction": "AO.............",
    "registration.shift_field": "AO.............",
    "registration.show_categories": "AO.............",
    "registration.show_consent": "AO.............",
    "registration.show_contact": "AO.............",
    "registration.show_delegations": "AO.............",
    "registration.show_fields": "AO.............",
    "registration.show_invitations": "AO.............",
    "registration.show_pass": "............E..",
    "registration.show_received": EVERYBODY,
    "registration.show_registration": "AO.............",
    "registration.show_registrations": "AO.............",
    "registration.show_slips": "AO.............",
    "registration.stop_field": "AO.............",
    "registration.submit_registration": EVERYBODY,
    "registration.undo_decision": "AO.............",
    "roster.correct_columns": "AO.............",
    "roster.download_marked": "AO.............",
    "roster.download_template": "AO.............",
    "roster.drop_roster": "AO.............",
    "roster.match_people": "AO.............",
    "roster.match_units": "AO.............",
    "roster.send_roster": "AO.............",
    "roster.show_roster": "AO.............",
    "roster.show_rosters": "AO.............",
    "roster.take_roster": "AO.............",
    "seating.add_to_plan": "AO.............",
    "seating.change_plan": "AO.............",
    "seating.create_plan": "AO.............",
    "seating.delete_plan": "AO.............",
    "seating.download_cards": "AO.............",
    "seating.download_list_csv": "AO.............",
    "seating.download_list_xlsx": "AO.............",
    "seating.download_picture": "AO.............",
    "seating.download_plan": "AO.............",
    "seating.new_plan": "AO.............",
    "seating.place_by_hand": "AO.............",
    "seating.rank_at": "AO.............",
    "seating.release": "AO.............",
    "seating.renew_plan": "AO.............",
    "seating.show_plan": "AO.............",
    "seating.show_plans": "AO.............",
    "seating.take_out": "AO.............",
    "seating.undo": "AO.............",
    "security.change_password": ACCOUNTS,
    "security.forgot_password": EVERYBODY,
    "security.login": EVERYBODY,
    "security.logout": EVERYBODY,
    "security.mf_recovery": EVERYBODY,
    "security.mf_recovery_codes": ACCOUNTS,
    "security.reset_password": EVERYBODY,
    "security.static": EVERYBODY,
    "security.tf_select": EVERYBODY,
    "security.two_factor_rescue": EVERYBODY,
    "security.two_factor_setup": ACCOUNTS,
    "security.two_factor_setup_validate": ACCOUNTS,
    "security.two_factor_token_validation": EVERYBODY,
    "security.verify": ACCOUNTS,
    "static": EVERYBODY,
    "voting.annul_ballot": "AOC............",
    "voting.ask_annulment": "AOC............",
    "voting.cast_vote": "..........R....",
    "voting.close_ballot": "AOC............",
    "voting.confirm_count": "AO......T......",
    "voting.declare_outcome": "..C............",
    "voting.discard_ballot": "AO.............",
    "voting.enter_count": "AO......T......",
    "voting.export_votes": "AOCKS..MT......",
    "voting.new_ballot": "AO.............",
    "voting.open_ballot": "AOC............",
    "voting.poll_ballot": "AOCKS..MT......",
    "voting.poll_booth": "..........R....",
    "voting.prepare_ballot": "AO.............",
    "voting.read_text": "..........R....",
    "voting.recount_presence": "AOC............",
    "voting.repeat_ballot": "AO.............",
    "voting.review_vote": "..........R....",
    "voting.show_ballot": "AOCKS..MT......",
    "voting.show_ballots": "AOCKS..MT......",
    "voting.show_booth": "..........R....",
    "voting.show_receipt": "..........R....",
    "voting.show_record": "AOCKS..MT......",
    "web.set_language": EVERYBODY,
}
"""Endpoint → who passes, one letter for each column."""


def arguments_of(rule: Rule, alliance: str, meeting: str) -> dict[str, object]:
    """Fill a URL: real slugs, and numbers that name nothing."""
    values: dict[str, object] = {"alliance": alliance, "meeting": meeting}
    for name, converter in rule._converters.items():
        if name not in values:
            values[name] = 999_999 if isinstance(converter, IntegerConverter) else "none"
    return {name: values[name] for name in rule.arguments}


def tokens_of(alliance_scope: int, meeting_scope: int) -> dict[str, dict[str, str]]:
    """Sign one browser in for each column."""
    tokens: dict[str, dict[str, str]] = {"N": {}}
    for letter, role in STAFF.items():
        user = make_user(role, ROOT if letter == "A" else alliance_scope)
        tokens[letter] = {"account": sign_in_user(SYSTEM, user.id)}
    tokens["X"] = {"account": sign_in_user(SYSTEM, make_user().id)}
    for letter, role in LINKS.items():
        link = ensure_link(SYSTEM, role, meeting_scope, 1)
        tokens[letter] = {f"{role}:{link.id}": open_link(link_token(link))}
    return tokens


def knock(app: Flask, path: str, method: str, tokens: dict[str, str]) -> str:
    """Ask the door alone, as before every request; tells what it answers."""
    with app.test_request_context(path, method=method) as context:
        context.session["tokens"] = tokens
        try:
            guard()
        except SignInNeeded:
            return "sign in"
        except Forbidden:
            return "403"
        except NotFound:
            return "404"
        finally:
            g.pop("actors", None)
        return "pass"


def expected(rule: Rule, letter: str) -> str:
    """Tell what the table says a door answers to a column."""
    if MATRIX[rule.endpoint][COLUMNS.index(letter)] == letter:
        return "pass"
    if letter == "N" or (MATRIX[rule.endpoint] == ACCOUNTS and letter in LINKS):
        return "sign in"
    in_meeting, in_alliance = "meeting" in rule.arguments, "alliance" in rule.arguments
    has_part = in_meeting or (in_alliance and letter in STAFF) or letter == "A"
    return "403" if has_part and letter != "X" else "404"


def test_every_endpoint_stands_in_the_table(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(MATRIX) == set()
    assert set(MATRIX) - endpoints == set()


def test_every_door_lets_exactly_the_listed_roles_through(app: Flask) -> None:
    with app.app_context():
        alliance = make_alliance(slug="here")
        scope = alliance.scope_id
        meeting_scope = make_meeting(alliance, slug="here-1").scope_id
        tokens = tokens_of(scope, meeting_scope)
    wrong = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, arguments_of(rule, "here", "here-1"))
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        for letter in COLUMNS:
            answer = knock(app, path, method, tokens[letter])
            wanted = expected(rule, letter)
            if answer != wanted:
                wrong.append(f"{rule.endpoint} {letter}: {answer}, not {wanted}")
    assert wrong == []


def test_a_device_passes_what_door_staff_pass_in_its_meeting_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        alliance = make_alliance(slug="here")
        scope_id = make_meeting(alliance, slug="here-1").scope_id
        elsewhere = make_meeting(alliance, slug="here-2").scope_id
        until = clock.now() + timedelta(hours=1)
        made = [
            make_device(SYSTEM, one, 1, "门", expires_at=until) for one in (scope_id, elsewhere)
        ]
    wrong = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, arguments_of(rule, "here", "here-1"))
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        own, other = (knock(app, path, method, {"device:1": token}) for token in made)
        scans = "meeting" in rule.arguments and MATRIX[rule.endpoint][COLUMNS.index("D")] == "D"
        if MATRIX[rule.endpoint] == EVERYBODY:
            continue
        if (own == "pass") != scans or other == "pass":
            wrong.append(f"{rule.endpoint}: {own}, {other}")
    assert wrong == []


def test_a_role_in_one_alliance_opens_nothing_of_another(app: Flask) -> None:
    with app.app_context():
        mine = make_alliance(slug="mine")
        mine_scope = mine.scope_id
        mine_meeting = make_meeting(mine, slug="mine-1").scope_id
        theirs = make_alliance(slug="theirs")
        make_meeting(theirs, slug="theirs-1")
        tokens = tokens_of(mine_scope, mine_meeting)
    wrong = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if not {"alliance", "meeting"} & rule.arguments or MATRIX[rule.endpoint] == EVERYBODY:
            continue
        path = adapter.build(rule.endpoint, arguments_of(rule, "theirs", "theirs-1"))
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        wrong += [
            f"{rule.endpoint} {letter}"
            for letter in COLUMNS
            if letter not in "AN" and knock(app, path, method, tokens[letter]) != "404"
        ]
    assert wrong == []


@pytest.mark.parametrize("letter", sorted(set(COLUMNS) - {"A"}))
def test_the_refusal_is_what_a_browser_gets(app: Flask, client: FlaskClient, letter: str) -> None:
    with app.app_context():
        alliance = make_alliance(slug="here")
        scope = alliance.scope_id
        meeting_scope = make_meeting(alliance, slug="here-1").scope_id
        for slot, token in tokens_of(scope, meeting_scope)[letter].items():
            put_token(client, slot, token)
    wrong = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        row = MATRIX[rule.endpoint]
        if row[COLUMNS.index(letter)] == letter or not {"alliance", "meeting"} & rule.arguments:
            continue
        path = adapter.build(rule.endpoint, arguments_of(rule, "here", "here-1"))
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(path, method=method)
        wanted = {"403": 403, "404": 404, "sign in": 401 if "/api/" in path else 303}
        if answer.status_code != wanted[expected(rule, letter)]:
            wrong.append(f"{rule.endpoint}: {answer.status_code}")
    assert wrong == []
