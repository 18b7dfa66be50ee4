"""Names: cleaned, padded, spelled and ordered as a formal list in China has them."""

import ast
import string
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eventapp.core.names as module
from eventapp.core.names import (
    KEY_LENGTH,
    clean_name,
    fits_pinyin,
    fits_strokes,
    initials_of,
    name_key,
    pad_name,
    pinyin_key,
    pinyin_of,
    plain_pinyin,
    short_joints,
    stroke_count,
    stroke_key,
    strokes_of,
    surname_length,
)

CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
PERSON = st.text(CHINESE, min_size=2, max_size=4)
KEY_CHARACTERS = set(string.digits + string.ascii_lowercase)

pinyin_of("王")  # loads the dictionaries now, not in an example that Hypothesis times


def rises(key: Callable[[str], str], names: Iterable[str]) -> bool:
    """Say whether every name sorts strictly before the next."""
    return all(key(first) < key(second) for first, second in pairwise(names))


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("王　磊", "王磊"),
        (" 王 磊\t", "王磊"),
        ("王\u200b磊\ufeff", "王磊"),
        ("王\x00磊\x07", "王磊"),
        ("葛\U000e0100城", "葛城"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("John   Smith", "John Smith"),
        ("１３８００", "13800"),
        ("Zoe\u0301", "Zoé"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 • 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉‧买买提", "阿卜杜拉·买买提"),
        ("东营港 （东营）", "东营港（东营）"),
        ("张 Mary", "张 Mary"),
        ("王\ud800磊", "王磊"),
        ("", ""),
    ],
)
def test_a_name_is_kept_in_one_way(raw: str, kept: str) -> None:
    assert clean_name(raw) == kept


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_name(text)
    assert clean_name(once) == once
    assert once == once.strip()
    assert "\x00" not in once


@given(st.text())
def test_padding_twice_changes_nothing(text: str) -> None:
    assert pad_name(pad_name(text)) == pad_name(text)
    assert clean_name(pad_name(text)) == clean_name(text)


def test_only_two_character_chinese_names_are_padded() -> None:
    assert pad_name("王磊") == "王　磊"
    assert pad_name("王 磊") == "王　磊"
    assert pad_name("王建国") == "王建国"
    assert pad_name("Al") == "Al"
    assert pad_name("王") == "王"


def test_variants_of_one_name_have_one_key() -> None:
    assert name_key("ＪＯＨＮ　smith") == name_key("John Smith") == "johnsmith"
    assert name_key("买买提・艾力") == name_key("买买提·艾力") == name_key("买买提艾力")
    assert name_key("王　磊") == "王磊"
    assert name_key("王磊") != name_key("王垒")


@given(st.text())
def test_the_key_of_a_cleaned_name_is_the_key_of_the_raw_one(text: str) -> None:
    assert name_key(clean_name(text)) == name_key(text)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("王磊", "Wang Lei"),
        ("王　磊", "Wang Lei"),
        ("单雄信", "Shan Xiongxin"),
        ("曾国藩", "Zeng Guofan"),
        ("仇和", "Qiu He"),
        ("区伟", "Ou Wei"),
        ("查良镛", "Zha Liangyong"),
        ("解缙", "Xie Jin"),
        ("朴成", "Piao Cheng"),
        ("盖叫天", "Ge Jiaotian"),
        ("翟志刚", "Zhai Zhigang"),
        ("缪荃孙", "Miao Quansun"),
        ("冼星海", "Xian Xinghai"),
        ("任杰", "Ren Jie"),
        ("尉迟恭", "Yuchi Gong"),
        ("尉强", "Wei Qiang"),
        ("万俟卨", "Moqi Xie"),
        ("单于飞", "Chanyu Fei"),
        ("令狐冲", "Linghu Chong"),
        ("尉遲恭", "Yuchi Gong"),
        ("單田芳", "Shan Tianfang"),
        ("樂嘉", "Yue Jia"),
        ("佴世", "Nai Shi"),
        ("贠小苏", "Yun Xiaosu"),
        ("亓官牧", "Qiguan Mu"),
        ("完颜希尹", "Wanyan Xiyin"),
        ("耶律楚材", "Yelü Chucai"),
        ("诸葛孔明", "Zhuge Kongming"),
        ("東方朔", "Dongfang Shuo"),
        ("欧阳修", "Ouyang Xiu"),
        ("司马相如", "Sima Xiangru"),
        ("诸葛亮", "Zhuge Liang"),
        ("吕西安", "Lü Xi'an"),
        ("东营职业学院", "Dong Ying Zhi Ye Xue Yuan"),
        ("重庆化工大学", "Chong Qing Hua Gong Da Xue"),
        ("买买提·艾力", "Maimaiti·Aili"),
        ("John Smith", "John Smith"),
        ("", ""),
    ],
)
def test_a_name_is_spelled_with_its_surname_read_as_a_surname(name: str, spelled: str) -> None:
    assert pinyin_of(name) == spelled


def test_a_surname_reading_is_not_used_in_a_unit() -> None:
    assert pinyin_of("区块链研究院").startswith("Qu Kuai Lian")
    assert pinyin_of("解放军总医院").startswith("Jie Fang Jun")


@pytest.mark.parametrize(
    ("name", "length"),
    [("王磊", 1), ("欧阳修", 2), ("欧阳", 1), ("司马相如", 2), ("东营职业学院", 0)],
)
def test_compound_surnames_are_two_characters_long(name: str, length: int) -> None:
    assert surname_length(name) == length


@pytest.mark.parametrize(
    ("name", "letters"),
    [("王磊", "wl"), ("王建国", "wjg"), ("单雄信", "sxx"), ("Élan Smith", "es"), ("3M公司", "3gs")],
)
def test_initials_are_what_a_receptionist_types(name: str, letters: str) -> None:
    assert initials_of(name) == letters


def test_pinyin_order_keeps_a_surname_together() -> None:
    expected = ["曹操", "单雄信", "汪精", "王安", "王磊", "王磊磊", "王强", "曾国藩"]
    assert rises(pinyin_key, expected)


def test_units_sort_by_pinyin_too() -> None:
    expected = ["滨州学院", "东营职业学院", "山东大学", "中国石油大学（华东）"]
    assert rises(pinyin_key, expected)


def test_tones_and_then_strokes_decide_between_equal_syllables() -> None:
    expected = ["李妈妈", "李麻麻", "李马马"]
    assert rises(pinyin_key, expected)
    assert pinyin_key("王磊") != pinyin_key("王蕾")


def test_four_stroke_surnames_sort_by_heng_shu_pie_dian_zhe() -> None:
    assert rises(stroke_key, "王韦毛文方孔")
    assert rises(stroke_key, [f"{char}伟" for char in "王韦毛文方孔"])


def test_surname_rule_puts_single_character_given_names_first() -> None:
    names = ["田大利", "田富", "田一"]
    assert sorted(names, key=stroke_key) == ["田一", "田富", "田大利"]


def test_full_name_rule_leaves_no_blank() -> None:
    names = ["田富", "田大利", "田一"]
    by_full_name = sorted(names, key=lambda name: stroke_key(name, full_name_rule=True))
    assert by_full_name == ["田一", "田大利", "田富"]


def test_the_blank_follows_a_compound_surname() -> None:
    assert sorted(["欧阳一大", "欧阳锋"], key=stroke_key) == ["欧阳锋", "欧阳一大"]


def test_units_and_padded_names_sort_by_strokes() -> None:
    assert stroke_key("王　磊") == stroke_key("王磊")
    assert rises(stroke_key, ["万华化学", "山东大学", "中国石油大学", "东营职业学院", "滨州学院"])


def test_characters_without_strokes_come_after_those_with_and_before_latin() -> None:
    assert stroke_count("\U00030000") is None
    expected = ["王磊", "龘磊", "\U00030000磊", "John Smith", "Wang"]
    assert rises(stroke_key, expected)


def test_characters_placed_by_hand_stand_among_their_neighbours() -> None:
    for row in ("虺䶮卼", "讹䜣论", "铌𬭎铍", "绬𬘭续", "昊𬀩昙", "枘㭎枧", "灻㧑抖"):
        assert rises(stroke_key, row)


@pytest.mark.parametrize(
    ("char", "strokes"),
    [("一", 1), ("巡", 6), ("廵", 5), ("邋", 18), ("䶮", 9), ("王", 4), ("龘", 48), ("A", None)],
)
def test_stroke_counts_are_the_official_ones(char: str, strokes: int | None) -> None:
    assert stroke_count(char) == strokes


def test_every_character_of_gb_13000_1_has_its_own_place() -> None:
    block = [chr(code) for code in range(0x4E00, 0x9FA6)]
    known = [char for char in block if stroke_count(char) is not None]
    assert len(known) >= 20_890
    assert len({stroke_key(char) for char in known}) == len(known)
    ordered = sorted(known, key=stroke_key)
    counts = [stroke_count(char) or 0 for char in ordered]
    assert all(first <= second for first, second in pairwise(counts))


@given(PERSON, PERSON)
def test_two_different_names_never_share_a_key(first: str, second: str) -> None:
    assert (stroke_key(first) == stroke_key(second)) == (first == second)
    assert (pinyin_key(first) == pinyin_key(second)) == (first == second)


@given(st.text())
def test_keys_of_any_text_are_plain_and_fit_their_column(text: str) -> None:
    for key in (stroke_key(text), pinyin_key(text), stroke_key(text, full_name_rule=True)):
        assert set(key) <= KEY_CHARACTERS
        assert len(key) <= KEY_LENGTH
    assert set(initials_of(text)) <= KEY_CHARACTERS
    assert isinstance(pinyin_of(text), str)


@given(st.text(CHINESE, min_size=300, max_size=400))
def test_keys_of_very_long_names_are_cut_to_their_column(text: str) -> None:
    assert len(stroke_key(text)) == len(pinyin_key(text)) == KEY_LENGTH


@given(st.text())
def test_keys_do_not_depend_on_how_a_name_was_typed(text: str) -> None:
    assert stroke_key(clean_name(text)) == stroke_key(text) == stroke_key(pad_name(text))
    assert pinyin_key(clean_name(text)) == pinyin_key(text)


@given(st.text(st.characters(max_codepoint=0x24F, categories=["L"]), min_size=1), PERSON)
def test_latin_text_sorts_after_chinese(latin: str, chinese: str) -> None:
    assert stroke_key(chinese) < stroke_key(latin)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "东营港经济开发区（东营综合保税区）高端化工产教联合体成立大会",
            ["东营港经济开发区", "（东营综合保税区）", "高端化工产教联合体", "成立大会"],
        ),
        ("高端化工产教联合体章程（草案）", ["高端化工产教联合体", "章程", "（草案）"]),
        (
            "高端化工产教联合体第一届理事会第一次会议",
            ["高端化工产教联合体", "第一届理事会", "第一次会议"],
        ),
        ("《章程》、《表决办法》（稿）", ["《章程》、", "《表决办法》", "（稿）"]),
        ("产教融合推进会暨联合体成立大会", ["产教融合推进会", "暨联合体", "成立大会"]),
        ("学校与企业合作协议", ["学校", "与企业合作协议"]),
        ("企业积极参与名单", ["企业积极参与名单"]),
        ("学院与会代表名单", ["学院与会代表名单"]),
        ("成立大会", ["成立大会"]),
        ("", []),
    ],
)
def test_a_title_breaks_at_its_joints(text: str, pieces: list[str]) -> None:
    assert short_joints(text) == pieces


@given(st.text(st.sampled_from("东营大会成立章程暨与参第一届（）《》、，AB ")))
def test_the_pieces_of_a_title_are_the_title(text: str) -> None:
    pieces = short_joints(text)
    assert "".join(pieces) == text
    assert all(pieces)
    assert not any(piece[0] in "）》、，" for piece in pieces[1:])


def test_nothing_but_the_standard_library_and_pypinyin_is_imported() -> None:
    tree = list(ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))))
    names = [node.module or "" for node in tree if isinstance(node, ast.ImportFrom)]
    names += [name.name for node in tree if isinstance(node, ast.Import) for name in node.names]
    foreign = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == {"pypinyin", "eventapp.core.surnames"}


def test_the_stroke_table_is_small_and_loads_quickly() -> None:
    table = Path(module.__file__).with_name("data") / "strokes.txt"
    assert table.stat().st_size <= 250_000
    code = (
        "import time; import eventapp.core.names as names; start = time.process_time();"
        "names.stroke_count('王'); print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.1


@pytest.mark.parametrize(
    ("name", "said", "spelled", "initials"),
    [
        ("单雄信", "dan xiong xin", "Dan Xiongxin", "dxx"),
        ("单雄信", "danxiongxin", "Dan Xiongxin", "dxx"),
        ("任贤", "Rèn Xián", "Ren Xian", "rx"),
        ("吕西安", "lv xi'an", "Lü Xi'an", "lxa"),
        ("陳大文", "Chan Tai Man", "Chan Taiman", "ctm"),
        ("买买提·艾力", "maimaiti aili", "Maimaiti·Aili", "mmtal"),
        ("张 Mary", "zhang mary", "Zhang Mary", "zm"),
        ("", "wang", "", ""),
    ],
)
def test_pinyin_said_by_hand_takes_the_place(
    name: str, said: str, spelled: str, initials: str
) -> None:
    assert pinyin_of(name, said) == spelled
    assert initials_of(name, said) == initials


def test_pinyin_that_cannot_be_shared_out_is_not_taken() -> None:
    assert not fits_pinyin("单雄信", "shan xiong")
    assert not fits_pinyin("单雄信", "xyz")
    assert pinyin_of("单雄信", "xyz") == "Shan Xiongxin"
    assert fits_pinyin("单雄信", "shan xiong xin")


def test_a_reading_said_by_hand_sorts_where_it_is_heard() -> None:
    heard = pinyin_key("单雄信", "dan xiong xin")
    assert pinyin_key("戴宗") < heard < pinyin_key("杜迁")
    assert pinyin_key("单雄信") == pinyin_key("单雄信", "shan xiong xin")
    assert pinyin_key("任贤", "Rèn Xián") == pinyin_key("任贤", "ren4 xian2") != pinyin_key("任贤")


def test_strokes_counted_by_hand_sort_behind_all_that_have_as_many() -> None:
    assert strokes_of("王磊") == "4 15"
    assert strokes_of("𠮷野堃") == "? 11 11"
    assert stroke_key("王磊", "4 15") == stroke_key("王磊")
    assert fits_strokes("𠮷野堃", "6 11 11")
    for wrong in ("6 11", "6 11 x", "0 11 11", "", "6 11 ³"):
        assert not fits_strokes("𠮷野堃", wrong)
        assert stroke_key("𠮷野堃", wrong) == stroke_key("𠮷野堃")
    placed = stroke_key("𠮷野堃", "6 11 11")
    assert stroke_key("吉野堃") < placed < stroke_key("李野堃") < stroke_key("𠮷野堃")
    assert set(placed) <= KEY_CHARACTERS


@given(PERSON)
def test_what_is_worked_out_and_said_again_changes_nothing_but_the_tone(name: str) -> None:
    spelled = pinyin_of(name)
    if all(char.isascii() or char in "üÜ" for char in spelled):
        assert plain_pinyin(pinyin_of(name, spelled)) == plain_pinyin(spelled)


def test_typed_pinyin_is_plain_letters() -> None:
    assert plain_pinyin("Lǚ Xī'ān") == plain_pinyin("lü xian") == "lvxian"
    assert plain_pinyin("José Müller") == "josemuller"
    assert plain_pinyin("ＺＨＡＮＧ　ｘｉａｏ") == "zhangxiao"
