"""How a plan is said in words: who it is, which place it is, who stands from left to right."""

from flask_babel import gettext

from eventapp.seating.queries import Line, Plan
from eventapp.seating.rules import Kind, Place, View, Whom, whom
from eventapp.web.filters import named


def name_of(line: Line) -> str:
    """Tell a line's name; a category's is a word of ours, and who was erased has none any more."""
    if whom(line.key)[0] is Whom.CATEGORY:
        return gettext(line.name)
    return named(line.name)


def place_words(plan: Plan, place: Place | None) -> str:
    """Say which place it is, counted from the left as the hall sees it."""
    if place is None:
        return gettext("没有位置")
    if plan.kind is Kind.AUDIENCE:
        return gettext("第 %(row)s 排左起第 %(column)s 区", row=place.row, column=place.column)
    if plan.places[-1].row == 1:
        return gettext("左起第 %(column)s 位", column=place.column)
    return gettext("第 %(row)s 排左起第 %(column)s 位", row=place.row, column=place.column)


def row_words(plan: Plan, view: View) -> list[str]:
    """Say each row in a sentence, as one side sees it, the front row first."""
    rows = sorted(plan.rows(view), key=lambda row: row[0].row)
    said: list[str] = []
    for row in rows:
        names = [name_of(line) for place in row for line, _count in plan.sitting(place.number)]
        listed = gettext("、").join(names)
        if plan.places[-1].row == 1:
            said.append(gettext("从左到右：%(names)s。", names=listed))
        else:
            said.append(
                gettext("第 %(row)s 排，从左到右：%(names)s。", row=row[0].row, names=listed)
            )
    return said
