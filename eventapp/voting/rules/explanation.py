"""The rule and its sum in words: what is needed before the vote, what decided after it.

Whole sentences for every case, so that each language can order its words as it likes.
"""

from collections.abc import Mapping
from fractions import Fraction

from eventapp.core.errors import N_
from eventapp.voting.rules.kinds import RESULT_LABELS, Base, Bound, CountedAt, Result
from eventapp.voting.rules.outcome import Outcome
from eventapp.voting.rules.sentence import Sentence
from eventapp.voting.rules.threshold import Rule, Threshold, needed_votes, quorum_needed

FRACTION_WORDS = {
    Fraction(1, 2): N_("二分之一"),
    Fraction(1, 3): N_("三分之一"),
    Fraction(2, 3): N_("三分之二"),
    Fraction(3, 4): N_("四分之三"),
    Fraction(4, 5): N_("五分之四"),
}
AT_LEAST_WORDS = {
    Base.ALL: N_("须全体的%(fraction)s以上（含本数）赞成"),
    Base.PRESENT: N_("须到会的%(fraction)s以上（含本数）赞成"),
    Base.VALID: N_("须有效票的%(fraction)s以上（含本数）赞成"),
    Base.CAST: N_("须所投票的%(fraction)s以上（含本数）赞成"),
}
MORE_THAN_WORDS = {
    Base.ALL: N_("须超过全体的%(fraction)s赞成"),
    Base.PRESENT: N_("须超过到会的%(fraction)s赞成"),
    Base.VALID: N_("须超过有效票的%(fraction)s赞成"),
    Base.CAST: N_("须超过所投票的%(fraction)s赞成"),
}
MAJORITY_WORDS = {
    Base.ALL: N_("须全体的过半数赞成"),
    Base.PRESENT: N_("须到会的过半数赞成"),
    Base.VALID: N_("须有效票的过半数赞成"),
    Base.CAST: N_("须所投票的过半数赞成"),
}
UNANIMITY_WORDS = {
    Base.ALL: N_("须全体一致赞成"),
    Base.PRESENT: N_("须到会的全部赞成"),
    Base.VALID: N_("须有效票全部赞成"),
    Base.CAST: N_("须所投票全部赞成"),
}
QUORUM_WORDS = {
    Bound.AT_LEAST: N_("须有全体的%(fraction)s以上（含本数）到会"),
    Bound.MORE_THAN: N_("须有超过全体的%(fraction)s到会"),
}
QUORUM_MAJORITY = N_("须有全体的过半数到会")
QUORUM_EVERYBODY = N_("须全体到会")
QUORUM_NONE = N_("到会多少不限")

PASSED_SENTENCES = {
    Base.ALL: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，全体%(base)s，即%(needed)s票；得%(got)s票，通过。"
    ),
    Base.PRESENT: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，到会%(base)s，即%(needed)s票；得%(got)s票，通过。"
    ),
    Base.VALID: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，有效票%(base)s票（弃权不计），即%(needed)s票；得%(got)s票，通过。"
    ),
    Base.CAST: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，所投票%(base)s票（含弃权），即%(needed)s票；得%(got)s票，通过。"
    ),
}
FAILED_SENTENCES = {
    Base.ALL: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，全体%(base)s，即%(needed)s票；得%(got)s票，差%(missing)s票，未通过。"
    ),
    Base.PRESENT: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，到会%(base)s，即%(needed)s票；得%(got)s票，差%(missing)s票，未通过。"
    ),
    Base.VALID: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，有效票%(base)s票（弃权不计），即%(needed)s票；"
        "得%(got)s票，差%(missing)s票，未通过。"
    ),
    Base.CAST: N_(
        "应到%(entitled)s，实到%(present)s；赞成%(yes)s票，反对%(no)s票，弃权%(abstain)s票。"
        "%(rule)s，所投票%(base)s票（含弃权），即%(needed)s票；"
        "得%(got)s票，差%(missing)s票，未通过。"
    ),
}
NO_QUORUM_SENTENCE = N_(
    "应到%(entitled)s，实到%(present)s；%(quorum)s，即%(quorum_needed)s，差%(quorum_missing)s，"
    "不能表决。"
)
VOID_SENTENCE = N_("发出选票%(issued)s张，收回%(returned)s张，收回多于发出，表决无效，须重新表决。")
SHORT_SENTENCE = N_(
    "应到%(entitled)s，实到%(present)s，须%(needed)s票，赞成%(yes)s票，%(result)s。"
)
NEED_KNOWN = N_("应到%(entitled)s，实到%(present)s；%(rule)s，即%(needed)s票。")
NEED_AT_CLOSING = N_(
    "应到%(entitled)s，实到%(present)s；%(rule)s，按现在的到会数即%(needed)s票，"
    "以表决结束时的到会数为准。"
)
NEED_UNKNOWN = N_("应到%(entitled)s，实到%(present)s；%(rule)s，所需票数待表决结束后算出。")
RULE_SENTENCE = N_("%(quorum)s；%(threshold)s。")


def fraction_in_words(fraction: Fraction) -> Sentence:
    """Say a fraction: 三分之二, or with figures where no word is at hand: 7分之5."""
    if fraction in FRACTION_WORDS:
        return Sentence(FRACTION_WORDS[fraction])
    part, whole = fraction.numerator, fraction.denominator
    return Sentence(N_("%(whole)s分之%(part)s"), {"part": part, "whole": whole})


def threshold_in_words(threshold: Threshold, base: Base) -> Sentence:
    """Say what is needed to pass, as part of a sentence: 须到会的过半数赞成."""
    if _is_majority(threshold):
        return Sentence(MAJORITY_WORDS[base])
    if threshold.fraction == 1:
        return Sentence(UNANIMITY_WORDS[base])
    words = AT_LEAST_WORDS if threshold.bound is Bound.AT_LEAST else MORE_THAN_WORDS
    return Sentence(words[base], {"fraction": fraction_in_words(threshold.fraction)})


def quorum_in_words(quorum: Threshold | None) -> Sentence:
    """Say how many must be present, as part of a sentence."""
    if quorum is None:
        return Sentence(QUORUM_NONE)
    if _is_majority(quorum):
        return Sentence(QUORUM_MAJORITY)
    if quorum.fraction == 1:
        return Sentence(QUORUM_EVERYBODY)
    return Sentence(QUORUM_WORDS[quorum.bound], {"fraction": fraction_in_words(quorum.fraction)})


def rule_in_words(rule: Rule) -> Sentence:
    """Say the whole rule in one sentence."""
    return Sentence(
        RULE_SENTENCE,
        {
            "quorum": quorum_in_words(rule.quorum),
            "threshold": threshold_in_words(rule.threshold, rule.base),
        },
    )


def explain_need(rule: Rule, entitled: int, present: int) -> Sentence:
    """Say before the vote how many votes will be needed, or that no vote can be taken.

    Where the base depends on the votes themselves no number is promised.
    """
    quorum = quorum_needed(rule, entitled)
    if present < quorum:
        return _no_quorum(rule, entitled, present, quorum)
    params: dict[str, int | str | Sentence] = {
        "entitled": entitled,
        "present": present,
        "rule": threshold_in_words(rule.threshold, rule.base),
    }
    if rule.base in (Base.VALID, Base.CAST):
        return Sentence(NEED_UNKNOWN, params)
    base = entitled if rule.base is Base.ALL else present
    params["needed"] = needed_votes(rule.threshold, base)
    moves = rule.base is Base.PRESENT and rule.counted_at is CountedAt.CLOSING
    return Sentence(NEED_AT_CLOSING if moves else NEED_KNOWN, params)


def explain_outcome(outcome: Outcome) -> Sentence:
    """Say after the vote what was counted, what was needed, and so what follows."""
    rule, counts, paper = outcome.rule, outcome.counts, outcome.paper
    if outcome.result is Result.NO_QUORUM:
        return _no_quorum(rule, counts.entitled, counts.present, outcome.quorum_needed)
    if paper is not None and not paper.stands:
        return Sentence(VOID_SENTENCE, {"issued": paper.issued, "returned": paper.returned})
    passed = outcome.result is Result.PASSED
    sentences = PASSED_SENTENCES if passed else FAILED_SENTENCES
    return Sentence(sentences[rule.base], _sum(outcome))


def explain_in_short(outcome: Outcome) -> Sentence:
    """Say the result in one line for the projector; without a vote, the full reason."""
    if outcome.result not in (Result.PASSED, Result.FAILED):
        return explain_outcome(outcome)
    return Sentence(SHORT_SENTENCE, _sum(outcome))


def _sum(outcome: Outcome) -> Mapping[str, int | str | Sentence]:
    counts = outcome.counts
    return {
        "entitled": counts.entitled,
        "present": counts.present,
        "yes": counts.yes,
        "no": counts.no,
        "abstain": counts.abstain,
        "rule": threshold_in_words(outcome.rule.threshold, outcome.rule.base),
        "base": outcome.base_number,
        "needed": outcome.needed,
        "got": outcome.got,
        "missing": outcome.missing,
        "result": Sentence(RESULT_LABELS[outcome.result]),
    }


def _no_quorum(rule: Rule, entitled: int, present: int, quorum: int) -> Sentence:
    return Sentence(
        NO_QUORUM_SENTENCE,
        {
            "entitled": entitled,
            "present": present,
            "quorum": quorum_in_words(rule.quorum),
            "quorum_needed": quorum,
            "quorum_missing": quorum - present,
        },
    )


def _is_majority(threshold: Threshold) -> bool:
    """Answer whether it is 过半数, which has a word of its own."""
    return threshold.fraction == Fraction(1, 2) and threshold.bound is Bound.MORE_THAN
