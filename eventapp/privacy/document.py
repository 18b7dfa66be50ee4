"""The answer to a wish to be erased, as a mail in the person's language."""

from flask import current_app
from flask_babel import force_locale, gettext

from eventapp.core import installation
from eventapp.core.errors import N_
from eventapp.privacy.models import Erasure
from eventapp.privacy.queries.erasures import code_of
from eventapp.privacy.rules import GROUND, KEPT_LABEL, kept_from
from eventapp.registration.document import CHINESE, base_url

SUBJECT = N_("您的个人信息已按申请删除")


def answer_letter(wish: Erasure) -> tuple[str, str]:
    """Write what was erased, what stays and on which ground: subject and text, without a name."""
    with force_locale(wish.language or CHINESE):
        text = current_app.jinja_env.get_template("mail/erasure_done.txt").render(
            demo=installation.is_demo(),
            kept=kept_from(wish.kept),
            label=KEPT_LABEL,
            ground=GROUND,
            link=f"{base_url()}/erasures/{code_of(wish.id)}",
        )
        return gettext(SUBJECT), text
