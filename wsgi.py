"""The only place where settings and application meet."""

import gc

# What is made from here on lasts as long as the process. Looking through it for garbage, again and
# again while it grows, is a quarter of a start; later rounds need not look at it either.
gc.disable()

from config import Config  # noqa: E402
from eventapp.app import create_app  # noqa: E402

app = create_app(Config.from_env())

gc.freeze()
gc.enable()
