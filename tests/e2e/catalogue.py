"""Every page that somebody looks at, on the morning of the demo, and who looks at it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext

from eventapp.accounts.models import PersonalLink, SignIn, User
from eventapp.accounts.queries import actors_of, link_of
from eventapp.accounts.service import (
    link_token,
    make_device,
    note_device,
    offer_device,
    open_link,
    pairing_token,
)
from eventapp.agenda.rules import Kind as ItemKind
from eventapp.agenda.service import PersonIn, add_item, start_item
from eventapp.alliance.models import Person
from eventapp.alliance.service import add_person
from eventapp.badges.rules import Paper
from eventapp.badges.service import ask_for_print
from eventapp.checkin.queries import roll_in, sessions_of
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.service import (
    Upload,
    finish_calling,
    keep_uploads,
    note_answer,
    open_roll_call,
    record_scan,
    set_signing,
)
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import db
from eventapp.desk.service.demo_book import Book, Hall
from eventapp.meetings.queries import meeting_of, rooms_of
from eventapp.meetings.rules import Kind as MeetingKind
from eventapp.meetings.service import create_meeting
from eventapp.minutes.queries import editions_of
from eventapp.minutes.service import start_minutes
from eventapp.notices.service import compose_notice, send_notice
from eventapp.registration.models import Registration
from eventapp.registration.queries import pass_token
from eventapp.registration.rules import Category, Preset, State
from eventapp.registration.service import add_preset, delegate_link, register_person
from eventapp.roster.service import check_roster, open_roster
from eventapp.roster.service.drafts import add_sheet
from eventapp.roster.service.sheets import read_pasted
from eventapp.voting.rules import ElectorateSource, Mode, MotionKind, Rule
from eventapp.voting.service import create_motion, open_ballot, prepare_ballot
from tests.e2e.conftest import Live

SCAN = "0190-look-scan"
CLASHING = "general-2024"


@dataclass
class Morning:
    """The demo at half past eight, with one ballot open, one to come and minutes begun."""

    live: Live
    book: Book
    open_ballot_id: int = 0
    next_ballot_id: int = 0
    print_id: int = 0
    session_id: int = 0
    notice_id: int = 0
    unit: str = ""
    code: str = ""
    field_id: int = 0
    roster_id: int = 0
    device_id: int = 0
    known_id: int = 0
    twin_id: int = 0
    calling_id: int = 0
    called_id: int = 0

    @property
    def slugs(self) -> dict[str, object]:
        """Give what the addresses of the catalogue leave open."""
        book, hall = self.book, self.book.founding
        return {
            "m": f"/m/{hall.plan.slug}",
            "p": f"/m/{book.preparatory.plan.slug}",
            "clashing": f"/m/{CLASHING}",
            "a": "/a/gaoduan-huagong",
            "registration": next(iter(hall.registrations.values())),
            "item": hall.items[0],
            "field": self.field_id,
            "roster": self.roster_id,
            "agreement": hall.agreements[0],
            "podium": hall.plans[0],
            "audience": hall.plans[1],
            "chosen": f"r{hall.registrations[book.programme.guests[0].name]}",
            "act": hall.acts["plaque"][0],
            "signing": hall.item("signing"),
            "gate": hall.gates[0],
            "session": self.session_id,
            "device": self.device_id,
            "pairing": pairing_token(self.device_id),
            "open": self.open_ballot_id,
            "next": self.next_ballot_id,
            "print": self.print_id,
            "decided": book.preparatory.ballots["charter"],
            "edition": book.charter_edition_id,
            "list": book.list_edition_id,
            "organisation": next(iter(book.units.values())),
            "person": next(iter(book.people.values())),
            "known": self.known_id,
            "twin": self.twin_id,
            "calling": self.calling_id,
            "called": self.called_id,
            "meeting": hall.id,
            "code": self.code,
            "notice": self.notice_id,
            "delegation": self.book.founding.delegations[self.unit],
            "link": self.token,
            "scan": SCAN,
        }

    @property
    def token(self) -> str:
        """Give the text of a representative's link."""
        return link_token(self._link(Role.REPRESENTATIVE))

    def _link(self, role: Role) -> PersonalLink:
        hall = self.book.founding
        subjects: dict[Role, Callable[[], int]] = {
            Role.DELEGATE: lambda: next(iter(hall.registrations.values())),
            Role.LIAISON: lambda: hall.delegations[self.unit],
            Role.REPRESENTATIVE: lambda: hall.representatives[self.unit].subject_id,
        }
        if role is Role.DELEGATE:
            delegate_link(self.book.staff["organiser"], subjects[role]())
        link = link_of(hall.scope_id, role, subjects[role]())
        assert link is not None
        return link

    def open(self, browser: Browser, who: str, **options: object) -> BrowserContext:
        """Open a browser as somebody: `visitor`, a word of the demo's staff, or a link's role.

        `kiosk` is a browser that is locked to self check-in.
        """
        hall = self.book.founding
        context = browser.new_context(**options)  # pyright: ignore[reportArgumentType]
        with self.live.app.test_request_context():
            if who == "kiosk":
                user = db.session.get_one(User, self.book.staff["door"].id)
                place = {"meeting": hall.plan.slug, "place": hall.gates[0]}
                self.live.enter(context, user, locked_to=place)
            elif who in self.book.staff:
                self.live.enter(context, db.session.get_one(User, self.book.staff[who].id))
                if who == "door":
                    self._scan()
            elif who != "visitor":
                link = self._link(Role(who))
                if who not in self._tokens:
                    self._tokens[who] = open_link(link_token(link), link.code)
                self.live.hold(context, {f"{link.role}:{link.id}": self._tokens[who]})
        return context

    def _scan(self) -> None:
        """Let the browser that has just come in scan somebody of a unit."""
        hall = self.book.founding
        browser = db.session.scalars(sa.select(SignIn).order_by(SignIn.id.desc())).first()
        registration = db.session.scalars(
            sa.select(Registration)
            .where(Registration.meeting_id == hall.id, Registration.state == State.APPROVED)
            .where(Registration.organisation_id.is_not(None))
            .order_by(Registration.id)
        ).first()
        assert browser is not None
        assert registration is not None
        record_scan(
            replace(self.book.staff["door"], sign_in_id=browser.id),
            hall.id,
            gate_id=hall.gates[0],
            scan_id=SCAN,
            text=pass_token(registration.id),
            method=Method.QR,
            claimed_at=clock.now(),
        )

    def __post_init__(self) -> None:
        """Begin with nobody let in by a link: one link opens one browser."""
        self._tokens: dict[str, str] = {}


def prepare(live: Live, book: Book) -> Morning:
    """Let something be under way on every page; needs an app context."""
    hall, staff = book.founding, book.staff
    morning = Morning(live, book, unit=book.programme.listed_units[0].name)
    start_item(staff["stage"], hall.id, hall.items[0])
    morning.open_ballot_id = _ballot(book, hall, "《联合体2024年度工作要点》")
    morning.next_ballot_id = _ballot(book, hall, "《联合体会费管理办法》")
    open_ballot(
        staff["chair"], hall.id, morning.open_ballot_id, override_reason="会前已书面征求意见"
    )
    for preset in (Preset.MEALS, Preset.ROOMS):
        morning.field_id = add_preset(staff["organiser"], hall.id, preset)[0]
    morning.session_id = sessions_of(hall.id)[0].id
    morning.print_id = ask_for_print(staff["organiser"], hall.id, Paper.BADGES)
    start_minutes(staff["organiser"], hall.id)
    morning.device_id = _devices(staff["organiser"], hall)
    list_sent = (
        "姓名,单位,手机\n慕容　知秋,新到的公司,１３９１１１１０００３\n乔木,,1391111\n合计,,2"
    )
    morning.roster_id = open_roster(
        staff["organiser"], hall.id, data=list_sent.encode(), file_name="参会人员名单.csv"
    )
    check_roster(hall.id, morning.roster_id)
    typed = read_pasted("姓名\t手机\t单位\n慕容知夏\t1391111\n乔木\t13911110002\t外单位")
    add_sheet(staff["organiser"], hall.id, hall.delegations[morning.unit], typed)
    first = compose_notice(staff["organiser"], hall.id).id
    send_notice(staff["organiser"], hall.id, first, late_reason="会期早已商定")
    morning.notice_id = compose_notice(staff["organiser"], hall.id).id
    morning.code = editions_of(book.preparatory.id)[0].code
    morning.known_id, morning.twin_id = _double(book, hall)
    morning.calling_id = _roll_call(book, hall)
    morning.called_id = _roll_call(book, book.preparatory, to_the_end=True)
    set_signing(staff["organiser"], hall.id, signs=True)
    _clashing(book, hall)
    return morning


def _clashing(book: Book, hall: Hall) -> None:
    """Plan a further meeting in two rooms with something of each severity wrong."""
    organiser, this = book.staff["organiser"], meeting_of(hall.id)
    starts = this.starts_at + timedelta(days=200)
    plan = create_meeting(
        organiser,
        this.alliance_id,
        slug=CLASHING,
        kind=MeetingKind.GENERAL,
        title="会员大会（编排中）",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=150),
        rooms=("报告厅", "二号厅"),
    )
    hall_id, side_id = [room.id for room in rooms_of(plan.id)]
    who = [PersonIn("speaker", "王志安", "", next(iter(book.people.values())))]
    for title, kind, room_id, minutes, fixed in (
        ("工作报告", ItemKind.REPORT, hall_id, 60, None),
        ("审议", ItemKind.DELIBERATION, hall_id, 90, None),
        ("合影", ItemKind.GROUP_PHOTO, hall_id, 10, starts + timedelta(minutes=140)),
        ("青年论坛", ItemKind.SPEECH, side_id, 40, starts + timedelta(minutes=20)),
        ("致辞", ItemKind.ADDRESS, side_id, 10, None),
    ):
        add_item(
            organiser,
            plan.id,
            kind=kind,
            title=title,
            minutes=minutes,
            room_id=room_id,
            fixed_at=fixed,
            people=who if title in {"工作报告", "青年论坛"} else (),
        )


def _devices(organiser: Actor, hall: Hall) -> int:
    """Offer a phone, and let one that holds scans let somebody in whom the door let in too."""
    until = clock.now() + timedelta(hours=8)
    gate = hall.gates[0]
    offered = offer_device(organiser, hall.scope_id, gate, "东门 小李的手机", expires_at=until)
    token = make_device(organiser, hall.scope_id, gate, "东门平板", expires_at=until)
    (device,) = actors_of([token])
    note_device(device.id, unsent=3, version="1.0")
    text = pass_token(next(iter(hall.registrations.values())))
    at = clock.now() - timedelta(minutes=5)
    for number in range(2):
        scan = Upload(
            gate,
            f"of-the-morning-{number}",
            text,
            Method.QR,
            Direction.ENTRY,
            at + number * timedelta(minutes=1),
            Verdict.ADMITTED,
            at,
            0,
        )
        keep_uploads(device, hall.scope_id, [scan])
    return offered.id


def _double(book: Book, hall: Hall) -> tuple[int, int]:
    """Register somebody of a unit once more, with another phone; tell who are one person."""
    known = db.session.scalars(
        sa.select(Person)
        .where(Person.id.in_(book.people.values()), Person.organisation_id.is_not(None))
        .order_by(Person.id)
    ).first()
    assert known is not None
    organiser, person_id, unit = book.staff["organiser"], known.id, known.organisation_id
    twin = add_person(
        organiser,
        known.alliance_id,
        name=known.name,
        phone="13911110009",
        titles="主任",
        organisation_id=unit,
    )
    twin_id = twin.id
    register_person(
        organiser,
        hall.id,
        person_id=twin_id,
        category=Category.GUEST,
        organisation_id=unit,
        channel="desk",
    )
    return person_id, twin_id


def _roll_call(book: Book, hall: Hall, *, to_the_end: bool = False) -> int:
    """Call the first units of an alliance, or all of them and hand it on."""
    organiser = book.staff["organiser"]
    units = list(book.units.items())[:8]
    call = open_roll_call(organiser, hall.id, [(unit, name) for name, unit in units]).id
    lines = roll_in(hall.id, call).lines
    for line in lines if to_the_end else lines[:2]:
        who = line.answerers[0].registration_id if line.answerers else None
        note_answer(
            organiser,
            hall.id,
            call,
            line.organisation_id,
            present=who is not None,
            registration_id=who,
        )
    if to_the_end:
        finish_calling(organiser, hall.id, call)
    return call


def _ballot(book: Book, hall: Hall, title: str) -> int:
    organiser = book.staff["organiser"]
    motion = create_motion(
        organiser, hall.id, kind=MotionKind.TEXT, title=title, text="一、做好开局。\n二、办好实事。"
    )
    ballot = prepare_ballot(
        organiser,
        hall.id,
        motion_id=motion.id,
        mode=Mode.NAMED,
        rule=Rule.from_record(book.programme.ballots[0].rule),
        source=ElectorateSource.COUNCIL_SEATS,
    )
    return ballot.id


@dataclass(frozen=True)
class Look:
    """A page and who looks at it; `often` marks the pages that are looked at every way."""

    name: str
    path: str
    who: str = "organiser"
    often: bool = False
    missing: bool = False


DESK, ALLIANCE = "{m}/desk", "{a}"
CATALOGUE = (
    Look("front", "/", "visitor"),
    Look("public", "{m}", "visitor", often=True),
    Look("register", "{m}/register", "visitor", often=True),
    Look("received", "{m}/register/received", "visitor"),
    Look("slip-code", "{m}/link", "visitor"),
    Look("closed", "{p}/register", "visitor"),
    Look("link", "/l/{link}", "visitor"),
    Look("login", "/account/login", "visitor"),
    Look("forgot", "/account/reset", "visitor"),
    Look("verify", "/verify", "visitor"),
    Look("verify-found", "/verify/{code}", "visitor"),
    Look("missing", "/m/nowhere", "visitor", missing=True),
    Look("projector", "{m}/projector", "visitor"),
    Look("projector-result", "{p}/projector", "visitor"),
    Look("pass", "{m}/pass", "delegate", often=True),
    Look("own-erasure", "{m}/pass/erasure", "delegate"),
    Look("own-details", "{m}/pass/details", "delegate", often=True),
    Look("delegation", "{m}/delegation", "liaison", often=True),
    Look("notice", "{m}/delegation/notice", "liaison", often=True),
    Look("delegation-list", "{m}/delegation/list", "liaison", often=True),
    Look("booth", "{m}/vote", "representative", often=True),
    Look("review", "{m}/vote/{open}/review?choice=yes", "representative"),
    Look("question", "{m}/vote/text/{open}", "representative"),
    Look("press", "{p}/press", "press"),
    Look("press-empty", "{m}/press", "press"),
    Look("pairing", "/pair/{pairing}"),
    Look("gates-door", "{m}/door", "door"),
    Look("door", "{m}/door?gate={gate}", "door", often=True),
    Look("find-at-door", "{m}/door/find?gate={gate}&text=w", often=True),
    Look("person-at-door", "{m}/door/people/{registration}?gate={gate}", often=True),
    Look("walk-in", "{m}/door/walk-in?gate={gate}&name=慕容", often=True),
    Look("substitute", "{m}/door/people/{registration}/substitute?gate={gate}", often=True),
    Look("unit-at-door", "{m}/door/scans/{scan}/unit", "door", often=True),
    Look("open-kiosk", "{m}/kiosk", "door"),
    Look("kiosk", "{m}/kiosk", "kiosk", often=True),
    Look("leave-kiosk", "{m}/kiosk/leave", "kiosk"),
    Look("home", "/desk"),
    Look("today", DESK, often=True),
    Look("registrations", DESK + "/registrations", often=True),
    Look("registration", DESK + "/registrations/{registration}"),
    Look("new-registration", DESK + "/registrations/new"),
    Look("import", DESK + "/registrations/import"),
    Look("import-checked", DESK + "/registrations/import/{roster}", often=True),
    Look("invitations", DESK + "/invitations"),
    Look("waitlist", DESK + "/registrations?state=waitlisted"),
    Look("categories", DESK + "/categories"),
    Look("consent", DESK + "/consent"),
    Look("fields", DESK + "/fields"),
    Look("field", DESK + "/fields/{field}"),
    Look("new-field", DESK + "/fields/new"),
    Look("answers", DESK + "/registrations/{registration}/answers"),
    Look("delegations", DESK + "/delegations"),
    Look("notices", DESK + "/notices", often=True),
    Look("notice-draft", DESK + "/notices/{notice}"),
    Look("reply", DESK + "/notices/replies/{delegation}"),
    Look("letter", DESK + "/mails/preview?kind=reminder", often=True),
    Look("letter-to-unit", DESK + "/mails/preview?kind=liaison_link"),
    Look("mails", DESK + "/mails"),
    Look("paper", DESK + "/paper", often=True),
    Look("print", DESK + "/paper/{print}"),
    Look("agenda", DESK + "/agenda"),
    Look("agenda-clashing", "{clashing}/desk/agenda", often=True),
    Look("item", DESK + "/agenda/{item}"),
    Look("new-item", DESK + "/agenda/new"),
    Look("editions", DESK + "/agenda/editions"),
    Look("publish", DESK + "/agenda/publish"),
    Look("papers", DESK + "/agenda/papers"),
    Look("booklet", DESK + "/agenda/booklet"),
    Look("agenda-news", DESK + "/agenda-news"),
    Look("announcements", DESK + "/announcements"),
    Look("run", DESK + "/run"),
    Look("run-papers", DESK + "/run/papers"),
    Look("run-speaking", DESK + "/run/speaking"),
    Look("acts", DESK + "/run/acts"),
    Look("ceremony", DESK + "/ceremony"),
    Look("agreement", DESK + "/ceremony/agreements/{agreement}"),
    Look("seatings", DESK + "/seating"),
    Look("new-seating", DESK + "/seating/new"),
    Look("seating-podium", DESK + "/seating/{podium}?chosen={chosen}", often=True),
    Look("seating-audience", DESK + "/seating/{audience}", often=True),
    Look("act", DESK + "/ceremony/acts/{act}"),
    Look("signing", DESK + "/ceremony/signing/{signing}"),
    Look("proposal", DESK + "/ceremony/signing/{signing}/proposal"),
    Look("captions", DESK + "/run/captions"),
    Look("presence", DESK + "/presence"),
    Look("missing", DESK + "/presence/missing"),
    Look("roll-calls", DESK + "/roll-calls"),
    Look("roll-call", DESK + "/roll-calls/{calling}", "chair", often=True),
    Look("roll-called", "{p}/desk/roll-calls/{called}", "chair"),
    Look("gates", DESK + "/gates"),
    Look("gate", DESK + "/gates/{gate}"),
    Look("session", DESK + "/gates/sessions/{session}"),
    Look("devices", DESK + "/devices"),
    Look("device", DESK + "/devices/{device}"),
    Look("conflicts", DESK + "/conflicts"),
    Look("ballots", DESK + "/ballots"),
    Look("ballot-open", DESK + "/ballots/{open}", "chair"),
    Look("ballot-draft", DESK + "/ballots/{next}"),
    Look("ballot-decided", "{p}/desk/ballots/{decided}"),
    Look("new-ballot", DESK + "/ballots/new"),
    Look("minutes", DESK + "/minutes"),
    Look("minutes-released", "{p}/desk/minutes"),
    Look("settings", DESK + "/settings"),
    Look("staff", DESK + "/staff"),
    Look("alliance", ALLIANCE),
    Look("alliance-form", ALLIANCE + "/edit"),
    Look("units", ALLIANCE + "/units"),
    Look("unit", ALLIANCE + "/units/{organisation}"),
    Look("paste-units", ALLIANCE + "/units/paste"),
    Look("people", ALLIANCE + "/people"),
    Look("person", ALLIANCE + "/people/{person}"),
    Look("people-found", ALLIANCE + "/people?text=w"),
    Look("duplicates", ALLIANCE + "/people/duplicates", often=True),
    Look("merger", ALLIANCE + "/people/{known}/merge/{twin}"),
    Look("paste-people", ALLIANCE + "/people/paste"),
    Look("data-requests", ALLIANCE + "/privacy"),
    Look("erasure", ALLIANCE + "/privacy/people/{person}"),
    Look("data-terms", ALLIANCE + "/privacy/terms"),
    Look("lists", ALLIANCE + "/lists"),
    Look("list", ALLIANCE + "/lists/{list}"),
    Look("seats", ALLIANCE + "/seats"),
    Look("meetings", ALLIANCE + "/meetings"),
    Look("new-meeting", ALLIANCE + "/meetings/new"),
    Look("copy-meeting", ALLIANCE + "/meetings/{meeting}/copy"),
    Look("charter", ALLIANCE + "/charter"),
    Look("edition", ALLIANCE + "/charter/{edition}"),
    Look("alliance-staff", ALLIANCE + "/staff"),
)
