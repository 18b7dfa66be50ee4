"""What the doors of seating share."""

from flask import Blueprint

from eventapp.core.access import Permission
from eventapp.web.doors import requires

bp = Blueprint("seating", __name__)
MANAGE = requires(Permission.MANAGE_CEREMONY)
HERE = "/m/<meeting>/desk/seating"
ONE = f"{HERE}/<int:plan_id>"
