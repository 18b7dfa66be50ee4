"""A browser without a screen that a test uses as a person does: by labels and by buttons.

It knows no field's name and no form's address: what a page does not offer cannot be done.
"""

from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

Value = str | bool


class Browser:
    """One person's browser: it opens pages, follows ways and presses buttons."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.path = "/"
        self.answer: TestResponse
        self.tree: Any = None

    def open(self, path: str) -> "Browser":
        """Open a page that is there."""
        parts = urlsplit(path)
        self._read(self.client.get(parts.path + (f"?{parts.query}" if parts.query else "")))
        return self

    def status(self, path: str) -> int:
        """Tell how a page answers, without going there."""
        return self.client.get(path).status_code

    @property
    def text(self) -> str:
        """What stands on the page, spaces as one reads them."""
        return " ".join(self.tree.text_content().split())

    def value(self, label: str) -> str:
        """Read what a field shows."""
        control = self._control(self.tree, label)
        return (control.text if control.tag == "textarea" else control.get("value")) or ""

    def follow(self, words: str) -> "Browser":
        """Follow the first way whose words are these."""
        for way in self.tree.iter("a"):
            if words in _words(way) and way.get("href"):
                return self.open(urljoin(self.path, way.get("href")))
        msg = f"no way “{words}” on {self.path}: {self.text[:600]}"
        raise AssertionError(msg)

    def press(
        self, button: str, fields: dict[str, Value] | None = None, *, about: str = ""
    ) -> TestResponse:
        """Fill the form of a button and press it; `about` are words in the form or beside it."""
        form, pressed = self._form(button, about)
        data: MultiDict[str, Any] = MultiDict(form.form_values())
        for label, value in (fields or {}).items():
            self._fill(form, data, label, value)
        if pressed.get("name"):
            data[pressed.get("name")] = pressed.get("value") or ""
        target = urlsplit(urljoin(self.path, pressed.get("formaction") or form.get("action") or ""))
        where = target.path + (f"?{target.query}" if target.query else "")
        if (form.get("method") or "get").lower() == "get":
            answer = self.client.get(where, query_string=data)
        else:
            answer = self.client.post(where, data=data, follow_redirects=True)
        problems = []
        if answer.mimetype == "text/html":
            self._read(answer)
            problems = [_words(line) for line in self.tree.find_class("field-error")]
        assert answer.status_code == 200, (button, answer.status_code, problems, self.text[:900])
        return answer

    def _read(self, answer: TestResponse) -> None:
        self.answer, self.path = answer, answer.request.path
        if answer.request.query_string:
            self.path += f"?{answer.request.query_string.decode()}"
        self.tree = html.fromstring(answer.get_data(as_text=True))
        if answer.request.method == "GET":
            assert answer.status_code == 200, (self.path, answer.status_code, self.text[:600])

    def _form(self, button: str, about: str) -> tuple[Any, Any]:
        for form in self.tree.forms:
            around = form.getparent()
            while around is not None and around.tag not in {"tr", "li", "section", "main"}:
                around = around.getparent()
            near = _words(form) + (_words(around) if around is not None else "")
            for one in form.iter("button"):
                if _words(one) == button and about in near:
                    return form, one
        buttons = sorted({_words(one) for one in self.tree.iter("button")})
        msg = f"no button “{button}” about “{about}” on {self.path}: {buttons} {self.text[:900]}"
        raise AssertionError(msg)

    def _control(self, form: Any, label: str, *, radio: bool = False) -> Any:
        for one in form.iter("label"):
            if _words(one).removesuffix("（选填）").strip() != label:
                continue
            for_id = one.get("for")
            found = (
                form.xpath(".//*[@id=$id]", id=for_id)
                if for_id
                else list(one.iter("input", "select", "textarea"))
            )
            if found and (found[0].get("type") == "radio") is radio:
                return found[0]
        labels = [_words(one) for one in form.iter("label")]
        raise AssertionError(f"no field “{label}” on {self.path}: {labels}")

    def _fill(self, form: Any, data: MultiDict[str, Any], label: str, value: Value) -> None:
        """Fill one field; a choice is named by the words that it shows."""
        path = ".//fieldset[starts-with(normalize-space(legend), $words)]"
        group = form.xpath(path, words=label)
        if group:
            chosen = self._control(group[0], str(value), radio=True)
            data[chosen.get("name")] = chosen.get("value")
            return
        control = self._control(form, label)
        name = control.get("name")
        if control.tag == "select":
            offered = {_words(option): option.get("value") for option in control.iter("option")}
            found = [key for words, key in offered.items() if str(value) in words]
            assert found, (label, value, list(offered))
            data[name] = found[0]
        elif control.get("type") == "checkbox":
            data.poplist(name)
            if value:
                data[name] = control.get("value") or "on"
        else:
            data[name] = str(value)


def _words(element: Any) -> str:
    """Read what an element says; what is drawn for the eye alone says nothing."""
    parts = element.xpath(".//text()[not(ancestor::*[@aria-hidden='true'])]")
    return " ".join("".join(parts).split())
