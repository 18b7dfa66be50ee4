"""What the doors of alliances share: their blueprint, their way back, their pasted rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, request, url_for

from eventapp.alliance.forms import PasteRowsForm
from eventapp.alliance.models import Alliance
from eventapp.alliance.rules import Ordering, RowsRefused, split_rows
from eventapp.core.errors import Invalid
from eventapp.web.errors import text_of
from eventapp.web.forms import attempt

bp = Blueprint("alliance", __name__)


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A pasted row that was not taken: its number, what it says, what is wrong with it."""

    number: int
    text: str
    problem: str


def crumbs(slug: str, alliance: Alliance) -> list[tuple[str, str]]:
    """Give the way back from a page of an alliance."""
    name = alliance.short_name or alliance.name
    return [(url_for("alliance.show_alliance", alliance=slug), name)]


def chosen_ordering(default: Ordering = Ordering.PROTOCOL) -> Ordering:
    """Read the order that the address asks for; an unknown one is the usual one."""
    wanted = request.args.get("order", "")
    return Ordering(wanted) if wanted in set(Ordering) else default


def paste(
    form: PasteRowsForm, width: int, take: Callable[[list[list[str]]], object]
) -> tuple[bool, Sequence[WrongRow]]:
    """Read pasted rows, filled up to a width, and take them all; tell what is wrong at which."""
    wrong: list[WrongRow] = []

    def act() -> None:
        rows = [(row + [""] * width)[:width] for row in split_rows(form.rows.data or "")]
        try:
            take(rows)
        except RowsRefused as refused:
            for problem in refused.problems:
                text = text_of(Invalid("row", problem.message, **problem.params))
                row = rows[problem.row - 1]
                wrong.append(WrongRow(problem.row, " ".join(filter(None, row)), text))
            raise

    return attempt(form, act), wrong
