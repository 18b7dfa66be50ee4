"""An answer as staff see it: in words, with the person's name, in the meeting's own time."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from eventapp.checkin.queries import Scanned
from eventapp.checkin.rules import DESK_STEP, SAYING, VERDICT_LABEL, Tone, Verdict
from eventapp.core.errors import N_
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.web.language import html_lang


def exact_time(instant: datetime, zone: str) -> str:
    """Write a time of day with its seconds: 9:12:40."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.hour}:{local.minute:02d}:{local.second:02d}"


@lru_cache(maxsize=64)
def _words(lang: str, verdict: str) -> dict[str, str]:  # noqa: ARG001 - the words depend on it
    """Word a verdict in the language of the request; catalogues never change while we run."""
    saying = SAYING[Verdict(verdict)]
    return {
        "verdict": verdict,
        "tone": saying.tone,
        "word": gettext(VERDICT_LABEL[Verdict(verdict)]),
        "sentence": gettext(saying.sentence),
        "next_step": gettext(saying.next_step),
    }


@lru_cache(maxsize=64)
def _category(lang: str, category: str) -> str:  # noqa: ARG001 - the word depends on it
    return gettext(CATEGORY_LABEL[Category(category)])


def show_answer(answer: dict[str, Any]) -> dict[str, Any]:
    """Word a stored verdict for the door's screen, the same words for the same verdict."""
    zone = answer["zone"]
    person = answer["person"] or {}
    first = answer["first"]
    category = person.get("category")
    return {
        **_words(html_lang(), answer["verdict"]),
        "registration_id": answer["registration_id"] if person else None,
        "name": person.get("name", ""),
        "unit": person.get("unit", ""),
        "title": person.get("titles", ""),
        "category": _category(html_lang(), category) if category else "",
        "place": person.get("place", ""),
        "unit_arrived": answer.get("unit_arrived"),
        "unit_total": answer.get("unit_total"),
        "sign": answer.get("sign", False),
        "at": exact_time(datetime.fromisoformat(answer["at"]), zone),
        "first": first
        and {
            "gate": first["gate"] or gettext("会场点名"),
            "time": exact_time(datetime.fromisoformat(first["at"]), zone),
        },
        "rehearsal": answer.get("rehearsal", False),
        "counts": {"arrived": answer["arrived"], "expected": answer["expected"]},
    }


def show_at_desk(answer: dict[str, Any]) -> dict[str, Any]:
    """Word a verdict for the help desk, which sends nobody to the help desk."""
    shown = show_answer(answer)
    step = DESK_STEP.get(Verdict(answer["verdict"]))
    return {**shown, "next_step": gettext(step)} if step else shown


KIOSK_SAYING: dict[Tone, tuple[str, str]] = {
    Tone.OK: (N_("签到成功，请入场。"), ""),
    Tone.NEUTRAL: (N_("您已经签到过，请入场。"), ""),
    Tone.STOP: ("", N_("请到服务台，工作人员会帮您办理。")),
}
SPEAKS = N_("您代表本单位表决：请再到有人值守的入口扫一次码，由工作人员确认到场。")


def show_at_kiosk(answer: dict[str, Any], *, speaks: bool) -> dict[str, Any]:
    """Word a verdict for the person who stands there alone: themselves, and nobody else's count.

    `speaks`: somebody of the staff has to see them before their unit may vote.
    """
    shown = show_answer(answer)
    sentence, next_step = KIOSK_SAYING[shown["tone"]]
    kept = (
        "verdict",
        "tone",
        "word",
        "name",
        "unit",
        "title",
        "place",
        "sign",
        "rehearsal",
    )
    return {
        **{name: shown[name] for name in kept},
        "sentence": gettext(sentence) if sentence else shown["sentence"],
        "next_step": gettext(SPEAKS) if speaks else gettext(next_step) if next_step else "",
    }


def show_scan(scan: Scanned, zone: str) -> dict[str, Any]:
    """Word a scan of the list in one line."""
    return {
        "seq": scan.seq,
        "verdict": scan.verdict,
        "tone": SAYING[scan.verdict].tone,
        "word": gettext(VERDICT_LABEL[scan.verdict]),
        "name": scan.name,
        "unit": scan.unit,
        "time": exact_time(scan.received_at, zone),
    }


def recall(scan: Scanned) -> dict[str, Any]:
    """Turn a scan of the list back into its stored answer, with the person as known now."""
    person = None
    if scan.name:
        person = {
            "name": scan.name,
            "unit": scan.unit,
            "titles": scan.titles,
            "category": scan.category,
            "place": scan.place,
        }
    return {**scan.answer, "person": person}
