"""All that a door may say, in the language of the request, for a phone that says it by itself."""

from typing import Any

from flask_babel import gettext

from eventapp.checkin.rules import SAYING, VERDICT_LABEL, Verdict
from eventapp.registration.rules import CATEGORY_LABEL

Words = tuple[dict[str, Any], dict[str, str]]


def door_words() -> Words:
    """Give the words of every verdict, and the word of every category."""
    verdicts = {
        verdict.value: {
            "tone": SAYING[verdict].tone,
            "word": gettext(VERDICT_LABEL[verdict]),
            "sentence": gettext(SAYING[verdict].sentence),
            "next_step": gettext(SAYING[verdict].next_step),
        }
        for verdict in Verdict
    }
    return verdicts, {one.value: gettext(word) for one, word in CATEGORY_LABEL.items()}
