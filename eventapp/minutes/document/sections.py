"""The minutes' sections: facts in their order, with prose in its slots between them."""

from collections.abc import Sequence
from datetime import datetime

from eventapp.minutes.document.words import Json, chinese, fill, run
from eventapp.minutes.rules import (
    Content,
    Facts,
    Item,
    Named,
    Presence,
    Signing,
    SolemnAct,
    StandIn,
    Vote,
    paragraphs_of,
)
from eventapp.web.filters import clock_time, local, long_time


def sections_of(content: Content) -> list[Json]:
    """Lay the minutes out: facts in their order with the prose in its slots between them."""
    facts, prose = content.facts, content.prose
    zone = facts.overview.zone
    parts: list[tuple[str, list[Json], list[Json]]] = [
        ("会议概况", [_block(_overview(facts)), _slot("introduction", prose.introduction)], []),
        ("会议议程", _item_blocks(facts.items, prose.items, zone), []),
    ]
    if facts.votes:
        parts.append(("表决情况", [_block(_votes(facts.votes, zone))], [_vote_table(facts.votes)]))
    acts = [
        *_launches(facts.launches),
        *_signings(facts.signings),
        *_given(facts.plaques, "授牌"),
        *_given(facts.appointments, "颁发聘书"),
        *_unveilings(facts.unveilings),
    ]
    if acts:
        parts.append(("签约、授牌与揭牌", [_block(acts)], []))
    ending = [_slot("closing", prose.closing), _block(_byline(content))]
    sections = [
        _section(f"{chinese(n)}、{heading}", blocks, tables)
        for n, (heading, blocks, tables) in enumerate(parts, start=1)
    ]
    return [*sections, _section(None, ending, [])]


def _section(heading: str | None, blocks: list[Json], tables: list[Json]) -> Json:
    flat = [paragraph for block in blocks for paragraph in block["paragraphs"]]
    return {"heading": heading, "blocks": blocks, "paragraphs": flat, "tables": tables}


def _block(paragraphs: list[Json]) -> Json:
    return {"slot": None, "paragraphs": paragraphs}


def _slot(name: str, text: str) -> Json:
    written = [{"runs": [run(line)]} for line in paragraphs_of(text)]
    return {"slot": name, "paragraphs": written}


def _overview(facts: Facts) -> list[Json]:
    about = facts.overview
    began = datetime.fromisoformat(about.began_at)
    ended = datetime.fromisoformat(about.ended_at)
    same_day = local(began, about.zone).date() == local(ended, about.zone).date()
    until = clock_time(ended, about.zone) if same_day else long_time(ended, about.zone)
    held = "{began}至{ended}，{meeting}在{venue}召开。"
    planned = "{meeting}定于{began}至{ended}在{venue}召开，实际起止时间未记录。"
    lines = [
        fill(
            planned if about.as_planned else held,
            began=long_time(began, about.zone),
            ended=until,
            meeting=about.meeting,
            venue=about.venue or "（地点未登记）",
        )
    ]
    if about.host:
        lines.append(fill("会议由{host}主持。", host=about.host))
    lines.append(
        fill(
            "应到单位{entitled}家，实到{present}家，请假{leave}家，缺席{absent}家；"
            "通过报名{registered}人，实到{arrived}人。",
            entitled=about.units_entitled,
            present=about.units_present,
            leave=len(facts.of(Presence.LEAVE)),
            absent=len(facts.of(Presence.ABSENT)),
            registered=about.people_entitled,
            arrived=about.people_present,
        )
    )
    return lines


def _item_blocks(items: Sequence[Item], prose: dict[str, str], zone: str) -> list[Json]:
    blocks: list[Json] = []
    for n, item in enumerate(items, start=1):
        heading = fill(f"（{chinese(n)}）" + "{title}", title=item.title)
        stand_ins = [_stand_in(one, zone) for one in item.stand_ins]
        people = [*map(_person, item.people), *stand_ins]
        lines = [{**heading, "heading": True}, *people, _course(item, zone)]
        blocks += [_block(lines), _slot(f"item-{item.id}", prose.get(str(item.id), ""))]
    return blocks


def _person(person: Named) -> Json:
    title = f"{person.title} " if person.title else ""
    return fill("{role}：{who}", role=person.role, who=f"{title}{person.name}")


def _stand_in(one: StandIn, zone: str) -> Json:
    """Say who took whose part, when, and why."""
    return fill(
        "{role}原为{left}，{at}改由{came}担任{reason}。",
        role=one.role,
        left=one.left,
        at=clock_time(datetime.fromisoformat(one.at), zone),
        came=one.came,
        reason=f"（{one.reason.rstrip('。')}）" if one.reason else "",
    )


def _course(item: Item, zone: str) -> Json:
    """Say when an item really ran, or that it did not and why."""
    if item.state == "skipped":
        return fill("本项未进行：{reason}。", reason=item.reason.rstrip("。") or "未注明原因")
    if not item.began_at:
        return fill("本项实际时间未记录。")
    began = clock_time(datetime.fromisoformat(item.began_at), zone)
    if not item.ended_at:
        return fill("{began}开始。", began=began)
    ended = clock_time(datetime.fromisoformat(item.ended_at), zone)
    return fill("{began}开始，{ended}结束。", began=began, ended=ended)


def _votes(votes: Sequence[Vote], zone: str) -> list[Json]:
    lines: list[Json] = []
    for n, vote in enumerate(votes, start=1):
        heading = fill(f"（{chinese(n)}）" + "{title}", title=vote.title)
        lines.append({**heading, "heading": True})
        lines.append(fill("表决方式：{mode}。通过规则：{rule}", mode=vote.mode, rule=vote.rule))
        lines.append(fill("{sentence}", sentence=vote.sentence))
        if vote.roll_called_at:
            at = clock_time(datetime.fromisoformat(vote.roll_called_at), zone)
            lines.append(fill("实到以{at}的点名为依据，并计入此后的入场和离场。", at=at))
        if vote.declared_at:
            at = clock_time(datetime.fromisoformat(vote.declared_at), zone)
            who = vote.declared_by or "会议主持人"
            lines.append(fill("{who}于{at}宣布表决结果。", who=who, at=at))
        if vote.resolution:
            lines.append(fill("据此形成决议{number}。", number=vote.resolution))
        codes = "表决文本校验码{text}，表决记录校验码{record}。"
        lines.append(fill(codes, text=vote.text_code, record=vote.record_code))
    return lines


def _vote_table(votes: Sequence[Vote]) -> Json:
    figures = ("应到", "实到", "赞成", "反对", "弃权", "须")
    return {
        "caption": None,
        "columns": [
            {"label": "表决事项", "kind": "text"},
            *({"label": label, "kind": "num"} for label in figures),
            {"label": "结果", "kind": "name"},
        ],
        "rows": [
            [
                vote.title,
                *map(str, (vote.entitled, vote.present, vote.yes, vote.no, vote.abstain)),
                str(vote.needed),
                vote.result,
            ]
            for vote in votes
        ],
        "total": None,
        "note": None,
    }


def _signings(signings: Sequence[Signing]) -> list[Json]:
    lines: list[Json] = []
    for signing in signings:
        parties = "；".join(
            f"{party.role}{party.unit}，由{party.title}{party.signatory}签署"
            if party.signatory
            else f"{party.role}{party.unit}"
            for party in signing.parties
        )
        text = (
            "签署《{title}》：{parties}。{rest}"
            if signing.title
            else "签署一份协议：{parties}。{rest}"
        )
        title, rest = signing.title, _beside(signing)
        lines.append(fill(text, title=title, parties=parties, rest=rest))
    return lines


def _beside(signing: Signing) -> str:
    """Say who witnessed, and who signed in whose stead."""
    changed = [
        f"{one.unit}原定由{one.gone}签署，改由{one.come}签署。" if one.gone else ""
        for one in signing.substitutions
    ]
    seen = f"{'、'.join(signing.witnesses)}见证。" if signing.witnesses else ""
    return "".join([*changed, seen])


def _launches(acts: Sequence[SolemnAct]) -> list[Json]:
    return [
        fill("{people}共同启动：{object}。", people=act.people, object=act.object)
        if act.people
        else fill("启动：{object}。", object=act.object)
        for act in acts
    ]


def _given(acts: Sequence[SolemnAct], verb: str) -> list[Json]:
    return [
        fill(
            "{people}为{unit}{verb}：{object}。",
            people=act.people,
            unit=act.unit,
            verb=verb,
            object=act.object,
        )
        if act.people
        else fill("为{unit}{verb}：{object}。", unit=act.unit, verb=verb, object=act.object)
        for act in acts
    ]


def _unveilings(acts: Sequence[SolemnAct]) -> list[Json]:
    return [
        fill("{people}为{object}揭牌。", people=act.people, object=act.object)
        if act.people
        else fill("{object}揭牌。", object=act.object)
        for act in acts
    ]


def _byline(content: Content) -> list[Json]:
    named = (
        ("供稿", content.byline.writer),
        ("责编", content.byline.editor),
        ("审签", content.byline.approver),
    )
    words = "；".join(f"{label}：{name}" for label, name in named if name)
    return [{"runs": [run(f"（{words}）")]}] if words else []
