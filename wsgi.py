"""The only place where settings and application meet."""

from config import Config
from eventapp.app import create_app

app = create_app(Config.from_env())
