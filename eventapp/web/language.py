"""The language of a request: Chinese first, English complete."""

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from eventapp.web.doors import public
from eventapp.web.forms import local_target

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
bp = Blueprint("web", __name__)


def locale() -> str:
    """Choose what the browser's owner chose here, else what the browser prefers, else Chinese."""
    chosen = session.get("lang")
    if chosen in LANGUAGES:
        return LANGUAGES[chosen]
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"]) or "zh"
    return LANGUAGES["en" if best == "en" else "zh"]


def html_lang() -> str:
    """Tell the value of the page's lang attribute."""
    return "en" if locale() == "en" else "zh-CN"


@bp.post("/language")
@public
def set_language() -> Response:
    """Keep a language for this browser and go back to where it was."""
    if request.form.get("lang") in LANGUAGES:
        session["lang"] = request.form["lang"]
        session.permanent = True
    return redirect(local_target(request.form.get("next", "/")), 303)
