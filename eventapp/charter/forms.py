"""Forms of charters."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import HiddenField

from eventapp.web.forms import BaseForm, long_field, text_field

_: Any = lazy_gettext
LONGEST = 200_000


class CreateCharterForm(BaseForm):
    """The name of a new charter."""

    title = text_field(_("章程名称"), longest=160)


class ImportTextForm(BaseForm):
    """A draft as one text; `version` is the one that the text was taken from."""

    version = HiddenField()
    text = long_field(_("章程全文"), longest=LONGEST, render_kw={"rows": 30})
