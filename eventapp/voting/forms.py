"""Forms of voting: put a question, say how it is taken, enter what was counted."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from eventapp.agenda.queries import Item
from eventapp.alliance.queries import ListRow
from eventapp.charter.queries import EditionRow
from eventapp.core.errors import N_
from eventapp.voting.rules import (
    BASE_LABELS,
    BOUND_LABELS,
    COUNTED_AT_LABELS,
    ELECTORATE_SOURCE_LABELS,
    MODE_LABELS,
    MOTION_KIND_LABELS,
    OFFERED_KINDS,
    OFFERED_MODES,
    PRESETS,
    Base,
    Bound,
    CountedAt,
    ElectorateSource,
    Mode,
    MotionKind,
    PaperCount,
    Rule,
    Threshold,
)
from eventapp.voting.rules.threshold import FRACTION
from eventapp.web.forms import BaseForm, long_field, needed, text_field

_: Any = lazy_gettext
OWN = "own"
NO_QUORUM = "none"
QUORUMS = {
    NO_QUORUM: None,
    "at_least_half": Threshold(Fraction(1, 2), Bound.AT_LEAST),
    "more_than_half": Threshold(Fraction(1, 2), Bound.MORE_THAN),
    "at_least_two_thirds": Threshold(Fraction(2, 3), Bound.AT_LEAST),
    "more_than_two_thirds": Threshold(Fraction(2, 3), Bound.MORE_THAN),
}
QUORUM_LABELS = {
    NO_QUORUM: N_("到会多少不限"),
    "at_least_half": N_("二分之一以上"),
    "more_than_half": N_("过半数"),
    "at_least_two_thirds": N_("三分之二以上"),
    "more_than_two_thirds": N_("超过三分之二"),
}
SOURCES = (
    ElectorateSource.COUNCIL_SEATS,
    ElectorateSource.PROPOSED_LIST,
    ElectorateSource.ALL_MEMBERS,
)


def _is_fraction(_form: Any, field: Any) -> None:
    if not FRACTION.fullmatch(field.data or ""):
        raise ValidationError(gettext("请写成分数，例如 2/3。"))


def _labelled(labels: Any, members: Sequence[Any]) -> list[Any]:
    return [SelectChoice(str(member), _(labels[member])) for member in members]


class PrepareBallotForm(BaseForm):
    """The question and how it will be voted on."""

    kind = RadioField(
        _("事项种类"),
        choices=_labelled(MOTION_KIND_LABELS, OFFERED_KINDS),
        validators=[needed],
        default="charter",
    )
    title = text_field(_("表决事项"), longest=200)
    charter_edition_id = SelectField(_("章程的一稿"), coerce=int, default=0)
    list_edition_id = SelectField(_("名单的一稿"), coerce=int, default=0)
    text = long_field(_("表决的文字"), longest=20000, required=False)
    item_id = SelectField(_("在哪个议程项审议"), coerce=int, default=0)
    mode = RadioField(
        _("表决方式"),
        choices=_labelled(MODE_LABELS, OFFERED_MODES),
        validators=[needed],
        default="named",
    )
    preset = SelectField(_("通过规则"), validators=[needed])
    quorum = SelectField(
        _("到会要求"),
        choices=_labelled(QUORUM_LABELS, tuple(QUORUM_LABELS)),
        default="at_least_two_thirds",
    )
    fraction = text_field(
        _("赞成比例"), longest=9, required=False, validators=[Optional(), _is_fraction]
    )
    bound = SelectField(_("是否含本数"), choices=_labelled(BOUND_LABELS, tuple(Bound)))
    base = SelectField(_("以什么为基数"), choices=_labelled(BASE_LABELS, tuple(Base)))
    counted_at = SelectField(
        _("何时清点人数"), choices=_labelled(COUNTED_AT_LABELS, tuple(CountedAt))
    )
    proxy_counts = BooleanField(_("受委托的单位计入到会"), default=True)
    source = RadioField(
        _("谁有表决权"),
        choices=_labelled(ELECTORATE_SOURCE_LABELS, SOURCES),
        validators=[needed],
        default="council_seats",
    )
    source_list_id = SelectField(_("拟任名单"), coerce=int, default=0)

    def offer(
        self, editions: Sequence[EditionRow], lists: Sequence[ListRow], items: Sequence[Item]
    ) -> None:
        """Offer what can be chosen in this meeting."""
        nothing = SelectChoice("0", gettext("不选"))
        self.charter_edition_id.choices = [nothing] + [
            SelectChoice(
                str(row.id),
                gettext("第 %(number)s 稿（%(code)s）", number=row.number, code=row.code),
            )
            for row in editions
            if row.digest
        ]
        named = [
            SelectChoice(
                str(one.id),
                gettext("%(title)s 第 %(number)s 稿", title=row.title, number=one.number),
            )
            for row in lists
            for one in row.editions
            if one.digest
        ]
        self.list_edition_id.choices = [nothing, *named]
        self.source_list_id.choices = [nothing, *named]
        self.item_id.choices = [nothing, *(SelectChoice(str(one.id), one.title) for one in items)]
        presets = [SelectChoice(key, gettext(row.title)) for key, row in PRESETS.items()]
        self.preset.choices = [*presets, SelectChoice(OWN, gettext("另定规则"))]

    def rule(self) -> Rule:
        """Give the rule that was chosen or written."""
        if self.preset.data != OWN:
            return PRESETS[str(self.preset.data)].rule
        return Rule(
            QUORUMS[str(self.quorum.data)],
            Threshold(Fraction(self.fraction.data or "1/2"), Bound(self.bound.data)),
            Base(self.base.data),
            CountedAt(self.counted_at.data),
            proxy_counts_as_present=bool(self.proxy_counts.data),
        )

    def motion(self) -> dict[str, Any]:
        """Give the question as the service takes it."""
        return {
            "kind": MotionKind(self.kind.data),
            "title": self.title.data or "",
            "text": self.text.data or "",
            "charter_edition_id": self.charter_edition_id.data or None,
            "list_edition_id": self.list_edition_id.data or None,
            "item_id": self.item_id.data or None,
        }

    def ballot(self) -> dict[str, Any]:
        """Give the manner of voting as the service takes it."""
        return {
            "mode": Mode(self.mode.data),
            "rule": self.rule(),
            "source": ElectorateSource(self.source.data),
            "list_edition_id": self.source_list_id.data or None,
        }


def _number(label: Any, *, required: bool = True) -> IntegerField:
    first = InputRequired(_("请填写票数。")) if required else Optional()
    return IntegerField(
        label,
        validators=[first, NumberRange(0, 9999, _("票数应在 0 到 9999 之间。"))],
        render_kw={"inputmode": "numeric"},
    )


class EnterCountForm(BaseForm):
    """Hands or papers as a teller counted them."""

    issued = _number(_("发出票数"), required=False)
    returned = _number(_("收回票数"), required=False)
    invalid = _number(_("无效票数"), required=False)
    yes = _number(_("赞成"))
    no = _number(_("反对"))
    abstain = _number(_("弃权"))

    def counted(self) -> dict[str, Any]:
        """Give the count as the service takes it."""
        papers = None
        if self.issued.data is not None and self.returned.data is not None:
            papers = PaperCount(self.issued.data, self.returned.data, self.invalid.data or 0)
        return {
            "yes": self.yes.data or 0,
            "no": self.no.data or 0,
            "abstain": self.abstain.data or 0,
            "papers": papers,
        }


class AskAnnulmentForm(BaseForm):
    """Why a ballot should be annulled."""

    reason = text_field(_("作废的原因"), longest=200)


class OpenBallotForm(BaseForm):
    """Open a ballot, with a reason where nothing was deliberated."""

    override_reason = text_field(_("未审议而表决的原因"), longest=200, required=False)
