"""What the desk decides without a database: the demo programme, read from its packaged data."""

from eventapp.desk.rules.load import load_programme
from eventapp.desk.rules.programme import Programme

__all__ = ["Programme", "load_programme"]
