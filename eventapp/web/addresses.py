"""What may stand in an address."""

from flask import Flask
from werkzeug.routing import IntegerConverter


class RowNumber(IntegerConverter):
    """The number of a row, of nine digits at most: what no column holds is an unknown address."""

    regex = r"\d{1,9}"


def register(app: Flask) -> None:
    """Read `<int:…>` in every address as the number of a row."""
    app.url_map.converters["int"] = RowNumber
