"""What the doors of privacy share: the blueprint, and more sections of one's own data."""

from flask import Blueprint, Flask

from eventapp.privacy.queries.own import more_own_data

bp = Blueprint("privacy", __name__)


def register(app: Flask) -> None:
    """Let people's own data hold what the features above registration keep."""
    app.extensions.setdefault("own_data", []).append(more_own_data)
