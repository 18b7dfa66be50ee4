"""Forms: what was typed comes back, trimmed and bounded; times are the meeting's own."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from flask import flash
from flask_babel import get_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from wtforms import (
    DateTimeLocalField,
    Field,
    Form,
    HiddenField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.csrf.core import CSRFTokenField
from wtforms.i18n import messages_path
from wtforms.validators import Length

from eventapp.core.errors import DomainError, Invalid
from eventapp.web.errors import text_of


def lazy(text: str) -> str:
    """Translate a label when it is shown; import it as `_` in rooms of forms."""
    return cast("str", lazy_gettext(text))


_ = lazy
LARGEST = 2**31 - 1
"""The largest number of an INTEGER column of PostgreSQL."""


class _TokenField(CSRFTokenField):
    """The field of a form's token, which is made when the form is drawn and not when it is read."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read what was sent."""
        HiddenField.process(self, *args, **kwargs)

    def _value(self) -> str:
        return self.csrf_impl.generate_csrf_token(self)


class _FormToken(_FlaskFormCSRF):
    field_class = _TokenField


class BaseForm(FlaskForm):
    """A form that refuses what no database can keep and says so beside the field."""

    class Meta(FlaskForm.Meta):
        """Where the form's token and the library's own words come from."""

        csrf_class = _FormToken

        def get_translations(self, form: Any) -> Any:  # noqa: ARG002 - WTForms' signature
            """Give the library's words in the language of the request."""
            return _words_of(str(get_locale()))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; what no column holds is a mistake at its field, not an error page."""
        valid = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, str) and not _is_storable(field.data):
                field.errors = [*field.errors, gettext("含有无法保存的字符，请删除后重新输入。")]
                valid = False
            if isinstance(field.data, int) and abs(field.data) > LARGEST:
                field.errors = [*field.errors, gettext("这个数字太大，请改小。")]
                valid = False
        return valid

    def refuse(self, error: DomainError) -> None:
        """Show a domain error at the field that it names, else above the form."""
        field = self._fields.get(error.field or "") if isinstance(error, Invalid) else None
        text = text_of(error)
        if field is not None:
            field.errors = [*field.errors, text]
        else:
            self.form_errors = [*self.form_errors, text]


@cache  # the library itself would read its catalogue for every request
def _words_of(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def strip(value: Any) -> Any:
    """Trim what was typed, full-width spaces included."""
    return value.strip().strip("\u3000") if isinstance(value, str) else value


def text_field(label: Any, *, longest: int, required: bool = True, **more: Any) -> StringField:
    """A line of text of at most `longest` characters."""
    return StringField(
        label, filters=[strip], validators=_rules(longest, required=required, **more), **_kw(more)
    )


def long_field(label: Any, *, longest: int, required: bool = True, **more: Any) -> TextAreaField:
    """Several lines of text of at most `longest` characters."""
    return TextAreaField(
        label, filters=[strip], validators=_rules(longest, required=required, **more), **_kw(more)
    )


def _rules(longest: int, *, required: bool, **more: Any) -> list[Any]:
    limit = Length(max=longest, message=_("不能超过 %(max)d 个字。"))
    first = [needed] if required else []
    return [*first, limit, *more.get("validators", [])]


def _kw(more: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in more.items() if key != "validators"}


def needed(_form: Form, field: Field) -> None:
    """Ask for a value in words that name the field."""
    if not field.data or (isinstance(field.data, str) and not field.data.strip()):
        raise ValidationError(gettext("请填写%(label)s。", label=field.label.text))


needed.field_flags = {"required": True}  # type: ignore[attr-defined]


class LocalTimeField(DateTimeLocalField):
    """A date and time as the clocks in the meeting's zone show it; `data` is naive local time."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs
        )


def to_utc(local: datetime, zone: str) -> datetime:
    """Turn a zone's clock time into an instant."""
    return local.replace(tzinfo=ZoneInfo(zone))


def to_local(instant: datetime, zone: str) -> datetime:
    """Turn an instant into a zone's naive clock time, for a form."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def attempt(form: BaseForm, act: Callable[[], Any]) -> bool:
    """Run a verb for a valid form; show its refusal in the form, where all that was typed is."""
    if not form.validate_on_submit():
        return False
    try:
        act()
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def say(message: str, **params: Any) -> None:
    """Tell the next page to show a sentence."""
    flash(gettext(message, **params), "success")


def local_target(target: str | None, otherwise: str = "/") -> str:
    """Accept a place of this site to go on to; anything else becomes `otherwise`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(ord(char) < 33 for char in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
