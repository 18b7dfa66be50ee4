"""`python -m tests.bench.people`: how long looking for people takes among 20,000 of them.

The query alone, as pages call it, on SQLite and on PostgreSQL if one answers: the wall clock of
the statement and its rows, with one client. A page of fifty people is asked for, and in the list
of a meeting, where all 20,000 are registered, a page of a hundred.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.models import Person
from eventapp.alliance.queries import search_people
from eventapp.alliance.queries.duplicates import duplicates_of, likely_same_as
from eventapp.alliance.rules import Described
from eventapp.alliance.service.people import PersonIn, ensure_people
from eventapp.core.db import db, transaction
from eventapp.core.names import initials_of, pinyin_of
from eventapp.registration.models import Registration
from eventapp.registration.queries.lists import Choice, page_of
from eventapp.registration.rules import Category, State
from tests.arena import open_app
from tests.bench.__main__ import POSTGRES, postgres_answers
from tests.factories_alliance import make_alliance, make_meeting, make_units
from tests.live import postgres_database

COUNT = 20_000
QUERIES = 60
"""So many of each kind."""
BUDGET = 30
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰萍红晓建国文志海云飞春梅秀珍东辉鹏浩然子涵宇轩思雨欣怡"
    "佳琪博文俊熙梓萱一诺天佑昊晨曦泽瑞雪婷雅慧淑贞德胜利民安康福来永庆长青松柏"
)


def main() -> None:
    """Print a table for each database that is there."""
    with TemporaryDirectory() as folder:
        report("SQLite", Path(folder), f"sqlite:///{folder}/bench.db")
    if not postgres_answers():
        print("\nPostgreSQL does not answer on 127.0.0.1:5432: left out.")
        return
    with (
        TemporaryDirectory() as folder,
        postgres_database(POSTGRES, f"menghui_bench_{os.getpid()}") as url,
    ):
        report("PostgreSQL", Path(folder), url)


def report(name: str, var: Path, url: str) -> None:
    """Make the people, ask, and print how long it took."""
    app = open_app(var, url)
    with app.app_context():
        alliance_id, meeting_id, people = populate()
        db.session.remove()
        print(f"\n{name}: {COUNT} people, {QUERIES} queries of each kind\n")
        print("| looked for by | p50 ms | p95 ms | p95 in a meeting's list |\n|---|---:|---:|---:|")
        everything: list[float] = []
        for kind, texts in kinds(people).items():
            taken = timed(texts, lambda text: search_people(alliance_id, text, most=50))
            listed = timed(texts, lambda text: page_of(meeting_id, Choice(text=text), 0, 100))
            everything += taken
            print(f"| {kind} | {p50(taken):.1f} | {p95(taken):.1f} | {p95(listed):.1f} |")
        verdict = "held" if p95(everything) <= BUDGET else "NOT HELD"
        print(
            f"| all | {p50(everything):.1f} | {p95(everything):.1f} | budget {BUDGET}: {verdict} |"
        )
        duplicates(app, alliance_id, people)
    sys.stdout.flush()


def populate() -> tuple[int, int, list[str]]:
    """Note 20,000 people of 200 units and register all of them for one meeting."""
    chance = random.Random(20240119)  # noqa: S311 - the same people in every run
    names = [_name(chance) for _ in range(COUNT)]
    with transaction():
        alliance = make_alliance()
        units = [unit.organisation_id for unit in make_units(alliance, 200)]
        meeting_id, alliance_id = make_meeting(alliance).id, alliance.id
        at = make_meeting(alliance).created_at
        people = ensure_people(
            alliance_id,
            [
                PersonIn(name, f"13{number:09d}", organisation_id=units[number % 200])
                for number, name in enumerate(names, start=1)
            ],
        )
        db.session.execute(
            sa.insert(Registration),
            [
                {
                    "meeting_id": meeting_id,
                    "person_id": one.id,
                    "organisation_id": units[place % 200],
                    "category": Category.DELEGATE,
                    "state": State.APPROVED,
                    "submitted_at": at,
                }
                for place, one in enumerate(people, start=1)
            ],
        )
    with db.engines[None].connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
    return alliance_id, meeting_id, names


def _name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def kinds(people: Sequence[str]) -> dict[str, list[str]]:
    """Choose what is typed, of every kind and length."""
    chance = random.Random(9)  # noqa: S311
    some = chance.sample(list(people), QUERIES)
    return {
        "surname (one character)": [name[0] for name in some],
        "whole name": some,
        "beginning of pinyin": [
            pinyin_of(name).lower()[: chance.choice((1, 2, 4))] for name in some
        ],
        "whole pinyin": [pinyin_of(name).lower() for name in some],
        "first letter": [initials_of(name)[0] for name in some],
        "initials": [initials_of(name) for name in some],
        "last four digits": [f"{chance.randint(1, COUNT):04d}"[-4:] for _ in some],
        "whole phone": [f"13{chance.randint(1, COUNT):09d}" for _ in some],
        "nobody": [f"zq{number}x" for number in range(QUERIES)],
    }


def timed(texts: Sequence[str], ask: Callable[[str], object]) -> list[float]:
    """Return how many milliseconds each took, after a first one that nobody counts."""
    ask(texts[0])
    taken: list[float] = []
    for text in texts:
        before = time.perf_counter()
        ask(text)
        taken.append((time.perf_counter() - before) * 1000)
    return taken


def duplicates(app: Flask, alliance_id: int, people: Sequence[str]) -> None:
    """Print how long it takes to find who may be one person, of all and of 500 typed rows."""
    before = time.perf_counter()
    found = duplicates_of(alliance_id)
    all_of_them = (time.perf_counter() - before) * 1000
    rows = [Described(name, "", "") for name in people[:500]]
    before = time.perf_counter()
    likely_same_as(alliance_id, rows)
    typed = (time.perf_counter() - before) * 1000
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Person))
    print(f"\n{found.total} pairs among {count} people: {all_of_them:.0f} ms; ", end="")
    print(f"500 typed rows beside them: {typed:.0f} ms")


def p50(taken: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(taken)


def p95(taken: Sequence[float]) -> float:
    """Return what nineteen of twenty stay below."""
    return statistics.quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    main()
