"""How many pieces somebody would have to guess to get a password.

A list of common passwords never ends, because people make them by rule: a name in pinyin and a birth year, a word and
`@123`, a walk over the keyboard. So the rules are written down instead. A password is cut into the fewest pieces: a
known word, a name, a date, a telephone number, a walk, a repetition and two digits are one piece each, and so is any
other single character. `zhangwei1990` is two pieces and `admin@123` is three; twelve random letters are twelve.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from django.contrib.auth.password_validation import CommonPasswordValidator
from pypinyin import Style, lazy_pinyin

ENOUGH_PIECES = 5
_LONGEST_LOOKED_AT = 128
_TIMES_PER_PIECE = 8
_LONGEST_PIECE = 24
_SHORTEST_WALK = 3
_SHORTEST_COMMON = 4

# The hundred most frequent surnames, in pinyin, compound ones included.
_SURNAMES = (
    "wang|li|zhang|liu|chen|yang|zhao|huang|zhou|wu|xu|sun|hu|zhu|gao|lin|he|guo|ma|luo|liang|song|zheng|xie|han|tang|"
    "feng|yu|dong|xiao|cheng|cao|yuan|deng|fu|shen|zeng|peng|lv|lu|su|jiang|cai|jia|ding|wei|xue|ye|yan|pan|du|dai|xia|"
    "zhong|tian|ren|fan|fang|shi|yao|tan|liao|zou|xiong|jin|hao|kong|bai|cui|kang|mao|qiu|qin|gu|hou|shao|meng|long|wan|"
    "duan|qian|yin|yi|chang|wen|niu|lai|gong|pang|shan|ouyang|zhuge|sima|shangguan"
)
_SYLLABLE = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ong|ian|iao|ing|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|ve|a|o|e|i|u|v))"
)
# A surname, a person's name of two or three characters in pinyin, or a courtesy: zhangwei, ouyangna, xiaoli, liulaoshi.
_NAME = re.compile(f"(?:{_SURNAMES}){_SYLLABLE}{{0,2}}|(?:xiao|lao|a)(?:{_SURNAMES})|(?:{_SURNAMES})(?:laoshi|zhuren)")
_NUMBERS = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"  # a date
    r"|\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"  # a date without its century
    r"|(?:19|20)\d\d|\d\d"
    r"|1[3-9]\d{9}|0\d{2,3}-?\d{7,8}"  # a mobile and a landline number
    r"|\d{17}[\dx]|\d{6}"  # an ID number; its head or its tail
    r"|(\w)\1+|([^\w])\2+"  # one character again and again
    r"|5201314|1314|520|521|1314520|147258369|159357"
)
_LINES = (
    "`1234567890-=",
    "1234567890",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    *"1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik, 9ol. 0p;/".split(),
    *"qaz wsx edc rfv tgb yhn ujm".split(),
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qawsedrftgyhujikolp",
    "147 258 369 789456123 321654987".replace(" ", ""),
)
_WALKS = "\n".join([*_LINES, *(line[::-1] for line in _LINES)])
_WORDS = frozenset(
    """
    admin administrator root guest user username test demo pass passwd password login welcome hello sys system server
    super manager master secret changeme letmein default temp office school teacher student child children family love
    mima yonghu yonghuming zhanghao denglu xitong guanli guanliyuan ceshi jisuanji diannao bangong bangongshi
    liushou ertong liushouertong kunjing guanai guanhu tongxin xueji xuesheng laoshi jiaoshi xuexiao xiaoxue zhongxue
    youeryuan banzhuren xiaozhang zhuren cunwei cunweihui cunzhang shequ jiedao minzheng minzhengju jiaoyu jiaoyuju
    fulian tuanwei zhengfu zhongxin taizhang dangan caseworks registry
    woaini aini woaiwojia baobao baobei laopo laogong mama baba erzi nver yeye nainai pengyou haohao nihao meinv
    shuaige tianshi zhongguo china zuguo beijing shanghai guangzhou shenzhen chongqing sichuan chengdu hunan hubei
    wuhan guizhou guangxi yunnan henan anhui jiangxi fujian jiangsu zhejiang hangzhou shandong hebei shanxi gansu
    xinnian kuaile facai fadacai gongxi jixiang ruyi pingan xingfu wansui dajia jiayou
    qwerty qwert asdf zxcv iloveyou abc aaa woshi
    密码 管理员 用户 登录 系统 测试 留守 留守儿童 儿童 困境 关爱 监护 学生 老师 教师 学校 小学 中学 幼儿园 班主任
    校长 主任 村委会 村委 社区 街道 民政 民政局 教育 教育局 妇联 政府 中心 台账 档案 我爱你 我爱我家 宝宝 宝贝
    妈妈 爸爸 中国 祖国 北京 上海 重庆 四川 你好 加油 平安 幸福 快乐 新年
    """.split()
)
# The symbols above the digits are typed as the same walk: qwe!@# is qwe123.
_UNSHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_LETTERS_FOR_SIGNS = str.maketrans("@403$51!7", "aaoessiit")


@functools.cache
def _common() -> frozenset[str]:
    """The words in Django's list of 20,000 passwords."""
    return frozenset(word for word in CommonPasswordValidator().passwords if len(word) >= _SHORTEST_COMMON)


def forms_of(name: str) -> set[str]:
    """The ways a Chinese name is written in a password: characters, pinyin, initials."""
    name = name.strip().casefold()
    syllables, initials = lazy_pinyin(name), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    surname = syllables[0] if syllables else ""
    forms = (name, "".join(syllables), initials, surname + initials[1:], initials[1:] + surname)
    return {form for form in forms if len(form) > 1}


_GENERIC = re.compile(
    r"(?:(?:中心)?(?:小学|中学|学校|幼儿园)|村委会|居委会|民政局|教育局|街道|社区|[省市县区镇乡村局])+$"
)


def forms_of_place(name: str) -> set[str]:
    """The same for an office, also without what kind of office it is: 石门 and shimen for 石门镇中心小学."""
    return forms_of(name) | forms_of(_GENERIC.sub("", name))


def pieces(password: str, context: Iterable[str] = ()) -> int:
    """The fewest pieces the password can be cut into. `context` are words that somebody who knows the person tries."""
    text = unicodedata.normalize("NFKC", password).casefold()[:_LONGEST_LOOKED_AT]
    words = frozenset(unicodedata.normalize("NFKC", word).casefold() for word in context if len(word) > 1)
    spellings = {text, text.translate(_LETTERS_FOR_SIGNS), text.translate(_UNSHIFTED)}
    return min(_fewest(spelling, words) for spelling in spellings)


def _fewest(text: str, words: frozenset[str]) -> int:
    again = (text + text).find(text, 1)
    if again < len(text):
        return _fewest(text[:again], words) + max(1, len(text) // again // _TIMES_PER_PIECE)
    best = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - _LONGEST_PIECE), end)
        best[end] = min(best[start] for start in starts if _is_one_piece(text, start, end, words)) + 1
    return best[-1]


def _is_one_piece(text: str, start: int, end: int, words: frozenset[str]) -> bool:
    piece = text[start:end]
    return (
        len(piece) == 1
        or (len(piece) >= _SHORTEST_WALK and piece in _WALKS)
        or piece in _WORDS
        or piece in words
        or piece in _common()
        or _NUMBERS.fullmatch(piece) is not None
        or _NAME.fullmatch(piece) is not None
    )
