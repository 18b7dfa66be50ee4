"""Devices at the desk, and the page by which a volunteer's phone becomes one."""

from datetime import datetime, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts import service as accounts
from eventapp.accounts.models import Device
from eventapp.accounts.queries import device_in, devices_of, hash_token, opened_by, state_of
from eventapp.accounts.rules import DEVICE_STATE_LABEL, DeviceState
from eventapp.checkin import queries
from eventapp.checkin.forms import OfferDeviceForm, RenameDeviceForm
from eventapp.checkin.routes.blueprint import bp
from eventapp.core import clock, feed
from eventapp.core.access import Permission
from eventapp.core.db import db
from eventapp.core.errors import N_, Conflict
from eventapp.core.scope import Scope
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import MeetingHere, meeting_here, meeting_of
from eventapp.web.doors import public, requires
from eventapp.web.forms import attempt, say
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.qr import qr_svg
from eventapp.web.session import actor, device_slot, held, remember

AFTER = timedelta(hours=6)
"""How long after a meeting's end a device still scans."""


def device_ends_at(meeting: Meeting) -> datetime:
    """Tell until when a device of a meeting scans, from now on."""
    return max(meeting.ends_at, clock.now()) + AFTER


@bp.get("/m/<meeting>/desk/devices")
@requires(Permission.SUPERVISE_DOOR)
def list_devices(meeting: str) -> str:
    """List the devices of a meeting, with a form to pair another."""
    return _devices_page(meeting_here(meeting))


def _devices_page(here: MeetingHere, form: OfferDeviceForm | None = None) -> str:
    gates = queries.gates_of(here.id)
    return render_template(
        "checkin/list_devices.html",
        here=here,
        devices=[(device, state_of(device)) for device in devices_of(here.scope_id)],
        gates={gate.id: gate.name for gate in gates},
        states=DEVICE_STATE_LABEL,
        form=form or OfferDeviceForm(gates, formdata=None),
    )


@bp.post("/m/<meeting>/desk/devices")
@requires(Permission.SUPERVISE_DOOR)
def offer_device(meeting: str) -> BaseResponse | tuple[str, int]:
    """Offer a phone to become a device, and show the code that opens once."""
    here = meeting_here(meeting)
    form = OfferDeviceForm(queries.gates_of(here.id))
    offered: list[Device] = []

    def act() -> None:
        gate = queries.gate_in(here.id, int(form.gate.data or 0))
        until = device_ends_at(meeting_of(here.id))
        label = form.label.data or ""
        device = accounts.offer_device(actor(), here.scope_id, gate.id, label, expires_at=until)
        offered.append(device)

    if not attempt(form, act):
        return _devices_page(here, form), 422
    return _to_device(meeting, offered[0].id)


@bp.get("/m/<meeting>/desk/devices/<int:device_id>")
@requires(Permission.SUPERVISE_DOOR)
def show_device(meeting: str, device_id: int) -> str:
    """Show a device: its code while it waits, its digits to compare, what it last told."""
    return render_template("checkin/show_device.html", **_device(meeting_here(meeting), device_id))


@bp.get("/m/<meeting>/desk/devices/<int:device_id>/live")
@requires(Permission.SUPERVISE_DOOR)
def show_device_live(meeting: str, device_id: int) -> BaseResponse:
    """Give the live part of that page; 304 while nothing changed."""
    here = meeting_here(meeting)
    found = _device(here, device_id)
    return conditional(found["version"], lambda: render_template("checkin/_device.html", **found))


def _device(here: MeetingHere, device_id: int) -> dict[str, Any]:
    device = device_in(here.scope_id, device_id)
    state, title = state_of(device), gettext("配对码")
    address = url_for(
        "checkin.show_pairing", token=accounts.pairing_token(device.id), _external=True
    )
    return {
        "here": here,
        "device": device,
        "state": state,
        "states": DEVICE_STATE_LABEL,
        "gate": queries.gate_in(here.id, device.subject_id),
        "address": address,
        "picture": qr_svg(address, title=title) if state is DeviceState.WAITING else None,
        "rename": RenameDeviceForm(formdata=None, label=device.label),
        "version": f"{feed.version_of(here.scope_id)}-{state}-{html_lang()}",
    }


@bp.post("/m/<meeting>/desk/devices/<int:device_id>/confirm")
@requires(Permission.SUPERVISE_DOOR)
def confirm_device(meeting: str, device_id: int) -> BaseResponse:
    """Let a phone scan whose four digits are the same."""
    accounts.confirm_device(actor(), meeting_here(meeting).scope_id, device_id)
    say(N_("已确认，这台设备可以开始扫码。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/devices/<int:device_id>/revoke")
@requires(Permission.SUPERVISE_DOOR)
def revoke_device(meeting: str, device_id: int) -> BaseResponse:
    """End a device, or refuse one that waits."""
    accounts.revoke_device(actor(), meeting_here(meeting).scope_id, device_id)
    say(N_("已停用，这台设备不能再扫码；它还没有上传的扫码会进入“待核对”。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/devices/<int:device_id>/rename")
@requires(Permission.SUPERVISE_DOOR)
def rename_device(meeting: str, device_id: int) -> BaseResponse | tuple[str, int]:
    """Give a device another name."""
    here = meeting_here(meeting)
    form = RenameDeviceForm()
    label = form.label.data or ""
    if not attempt(form, lambda: accounts.rename_device(actor(), here.scope_id, device_id, label)):
        found = {**_device(here, device_id), "rename": form}
        return render_template("checkin/show_device.html", **found), 422
    say(N_("名称已保存。"))
    return _to_device(meeting, device_id)


def _to_list(meeting: str) -> BaseResponse:
    return redirect(url_for("checkin.list_devices", meeting=meeting), 303)


def _to_device(meeting: str, device_id: int) -> BaseResponse:
    url = url_for("checkin.show_device", meeting=meeting, device_id=device_id)
    return redirect(url, 303)


@bp.get("/pair/<token>")
@public
def show_pairing(token: str) -> str:
    """Show the one button of a pairing, or its digits to whoever pressed it; opens nothing."""
    found = _pairing(accounts.paired_device(token), token)
    return render_template("checkin/show_pairing.html", **found)


@bp.post("/pair/<token>")
@public
def open_pairing(token: str) -> BaseResponse:
    """Let this phone, if it is the first, be the device once the desk confirms it."""
    device = accounts.paired_device(token)
    if not _is_mine(device):
        opened = accounts.open_device(token, request.user_agent.string)
        remember(device_slot(device.scope_id), opened)
    return redirect(url_for("checkin.show_pairing", token=token), 303)


@bp.get("/pair/<token>/state")
@public
def show_pairing_state(token: str) -> BaseResponse:
    """Give the live part of that page; 304 while nothing changed."""
    device = accounts.paired_device(token)
    found = _pairing(device, token)
    version = f"{device.id}-{found['state']}-{_is_mine(device)}-{html_lang()}"
    return conditional(version, lambda: render_template("checkin/_pairing.html", **found))


def _is_mine(device: Device) -> bool:
    token = held(device_slot(device.scope_id))
    return bool(token) and opened_by(device.id) == hash_token(token)


def _pairing(device: Device, token: str) -> dict[str, Any]:
    state, mine = state_of(device), _is_mine(device)
    if state is DeviceState.ENDED:
        raise Conflict("pairing_over", N_("这个配对码已经失效，请到会务组重新取码。"))
    if state is not DeviceState.WAITING and not mine:
        raise Conflict("pairing_taken", N_("这个配对码已在另一部手机上打开，请到会务组重新取码。"))
    slug = db.session.get_one(Scope, device.scope_id).slug
    here = meeting_here(slug)
    return {
        "here": here,
        "token": token,
        "device": device,
        "state": state,
        "gate": queries.gate_in(here.id, device.subject_id),
    }
