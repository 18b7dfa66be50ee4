"""What staff may be shown: our own sentences, and never a word of the network or the database."""

from typing import Any

from babel.messages.pofile import read_po

from eventapp.checkin.rules import SAYING, VERDICT_LABEL, Verdict
from tests.live import HERE

CATALOGUE = HERE / "eventapp/translations/en/LC_MESSAGES/messages.po"


def our_sentences() -> set[str]:
    with CATALOGUE.open("rb") as file:
        return {message.id for message in read_po(file) if isinstance(message.id, str)}


OURS = our_sentences()


def is_ours(status: int, answer: Any) -> bool:
    """Tell whether staff would read our own words and nothing else."""
    if status == 200:
        saying = SAYING[Verdict(answer["verdict"])]
        said = (answer["word"], answer["sentence"], answer["next_step"])
        return said == (
            VERDICT_LABEL[Verdict(answer["verdict"])],
            saying.sentence,
            saying.next_step,
        )
    return bool(answer and answer["error"]["message"]) and answer["error"]["message"] in OURS
