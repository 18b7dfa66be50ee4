"""The rules in real use, by body; a meeting picks one or states its own."""

from dataclasses import dataclass
from fractions import Fraction

from eventapp.core.errors import N_
from eventapp.voting.rules.kinds import Base, Bound
from eventapp.voting.rules.threshold import Rule, Threshold

AT_LEAST_HALF = Threshold(Fraction(1, 2), Bound.AT_LEAST)
AT_LEAST_TWO_THIRDS = Threshold(Fraction(2, 3), Bound.AT_LEAST)
MORE_THAN_HALF = Threshold(Fraction(1, 2), Bound.MORE_THAN)
MORE_THAN_TWO_THIRDS = Threshold(Fraction(2, 3), Bound.MORE_THAN)


@dataclass(frozen=True)
class Preset:
    """A rule with the name of the body and matter that it is used for."""

    key: str
    title: str
    rule: Rule


PRESETS = {
    preset.key: preset
    for preset in (
        Preset(
            "alliance_charter",
            N_("联合体章程"),
            Rule(None, AT_LEAST_TWO_THIRDS, Base.ALL),
        ),
        Preset(
            "alliance_council",
            N_("联合体理事会"),
            Rule(AT_LEAST_TWO_THIRDS, AT_LEAST_TWO_THIRDS, Base.PRESENT),
        ),
        Preset(
            "procedure",
            N_("预备会议通过表决办法"),
            Rule(None, MORE_THAN_HALF, Base.PRESENT),
        ),
        Preset(
            "general_meeting",
            N_("会员（代表）大会"),
            Rule(AT_LEAST_TWO_THIRDS, MORE_THAN_HALF, Base.PRESENT),
        ),
        Preset(
            "association_council",
            N_("社会团体理事会"),
            Rule(AT_LEAST_TWO_THIRDS, AT_LEAST_TWO_THIRDS, Base.PRESENT),
        ),
        Preset(
            "foundation_ordinary",
            N_("基金会理事会：一般事项"),
            Rule(AT_LEAST_TWO_THIRDS, MORE_THAN_HALF, Base.PRESENT),
        ),
        Preset(
            "foundation_important",
            N_("基金会理事会：重要事项"),
            Rule(AT_LEAST_TWO_THIRDS, AT_LEAST_TWO_THIRDS, Base.PRESENT),
        ),
        Preset(
            "private_non_enterprise_ordinary",
            N_("民办非企业单位理事会：一般事项"),
            Rule(AT_LEAST_HALF, MORE_THAN_HALF, Base.ALL),
        ),
        Preset(
            "private_non_enterprise_important",
            N_("民办非企业单位理事会：重要事项"),
            Rule(AT_LEAST_HALF, AT_LEAST_TWO_THIRDS, Base.ALL),
        ),
        Preset(
            "peoples_congress",
            N_("人民代表大会"),
            Rule(MORE_THAN_TWO_THIRDS, MORE_THAN_HALF, Base.ALL),
        ),
    )
}
