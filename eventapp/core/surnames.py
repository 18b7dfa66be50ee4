"""Surnames that are read otherwise than their characters, and those of two characters.

Sources: 汉语大词典 for the readings, 百家姓 for the compounds. Traditional forms stand beside the
simplified ones where both are written.
"""

SURNAME_READINGS = {
    "单": "shan4", "單": "shan4", "曾": "zeng1", "仇": "qiu2", "区": "ou1", "區": "ou1",
    "查": "zha1", "解": "xie4", "朴": "piao2", "盖": "ge3", "蓋": "ge3", "翟": "zhai2",
    "缪": "miao4", "繆": "miao4", "冼": "xian3", "洗": "xian3", "任": "ren2", "华": "hua4",
    "華": "hua4", "卜": "bu3", "尉": "wei4", "折": "she2", "繁": "po2", "员": "yun4",
    "召": "shao4", "种": "chong2", "黑": "he4", "秘": "bi4", "覃": "qin2", "谌": "chen2",
    "乐": "yue4", "燕": "yan1", "宁": "ning4", "纪": "ji3", "訾": "zi1", "祭": "zhai4",
    "逄": "pang2", "哈": "ha3", "车": "che1", "葛": "ge3", "应": "ying1", "乜": "nie4",
    "佘": "she2", "撒": "sa4", "那": "na1", "句": "gou1", "过": "guo1", "阚": "kan4",
    "柏": "bai3", "干": "gan1", "盛": "sheng4", "石": "shi2", "仉": "zhang3", "角": "jue2",
    "尉迟": "yu4 chi2", "尉遲": "yu4 chi2", "万俟": "mo4 qi2", "单于": "chan2 yu2",
    "澹台": "tan2 tai2", "长孙": "zhang3 sun1", "乐正": "yue4 zheng4", "子车": "zi3 ju1",
    "皇甫": "huang2 fu3", "令狐": "ling2 hu2", "長孫": "zhang3 sun1",
    "單于": "chan2 yu2", "澹臺": "tan2 tai2", "樂正": "yue4 zheng4", "萬俟": "mo4 qi2",
    "亓官": "qi2 guan1", "樂": "yue4", "應": "ying1", "寧": "ning4", "車": "che1", "過": "guo1",
    "員": "yun4", "贠": "yun4", "貟": "yun4", "紀": "ji3", "闞": "kan4", "諶": "chen2",
    "佴": "nai4", "颉": "xie2", "頡": "xie2",
}  # fmt: skip

_COMPOUNDS = (
    "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 令狐 尉迟 尉遲 万俟 萬俟 单于 單于 皇甫 "
    "长孙 長孫 慕容 司徒 司空 司寇 夏侯 东方 東方 独孤 獨孤 南宫 南宮 西门 西門 "
    "东门 東門 公孙 公孫 端木 闻人 聞人 澹台 澹臺 濮阳 濮陽 宇文 轩辕 軒轅 钟离 "
    "鍾離 呼延 申屠 太史 太叔 赫连 赫連 拓跋 鲜于 鮮于 闾丘 閭丘 公冶 公西 公良 "
    "公羊 宗政 淳于 东郭 東郭 百里 仲孙 仲孫 颛孙 顓孫 乐正 樂正 漆雕 左丘 梁丘 "
    "子车 子車 南门 南門 羊舌 巫马 巫馬 谷梁 穀梁 亓官 壤驷 壤駟 段干 微生 宰父 "
    "完颜 完顏 耶律 纳兰 納蘭 第五"
)
COMPOUND_SURNAMES = frozenset(_COMPOUNDS.split())
