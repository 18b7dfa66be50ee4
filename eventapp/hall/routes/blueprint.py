"""What the doors of the hall share."""

from datetime import timedelta

from flask import Blueprint

bp = Blueprint("hall", __name__)


def minutes_of(length: timedelta) -> int:
    """Give a length in whole minutes, towards zero: who is 59 seconds late is not late."""
    return int(length / timedelta(minutes=1))


@bp.app_template_filter("figure")
def figure(seconds: int) -> str:
    """Write a number of seconds as a clock does, whatever its sign: 12:05."""
    minutes, rest = divmod(abs(seconds), 60)
    return f"{minutes}:{rest:02d}"
