"""Telephone numbers, e-mail addresses and names of officials in a text, each replaced by a word that says so.

Only what is announced as such or has the shape of such is taken: a mobile number, a number with an area code, one
behind 电话： or 传真：, an e-mail address, a name behind 联系人： or at the foot of a table behind 填报人. Prose like
负责人及业务人员 or 接听电话1523次 is left alone; a name in running prose, without such a word before it, is not
known for one and stays. Which texts are masked, and where, is left to the caller.
"""

import json
import re
from typing import Any

PHONE, MAIL, NAME = "〔电话略〕", "〔邮箱略〕", "〔姓名略〕"
# A database that holds no contact details has this as its SQLite application_id: "NM" and the version of the rules
# here, which is raised with every change of them.
MASKED = 0x4E4D_0001

# \d takes full-width digits, too.
_DASH = r"[-－—–‐‑﹣]"
_MOBILE = (
    rf"(?<!\d)(?:[+＋]?[8８][6６][\s-]?)?[1１][3-9３-９]\d(?:{_DASH}|\s)?\d{{4}}(?:{_DASH}|\s)?\d{{4}}(?!\d)"
)
_AREA = r"[0０]\d{2,3}"
_LANDLINE = (
    rf"(?<!\d)(?:[（(〔\[]\s?{_AREA}\s?[)）〕\]]|{_AREA})(?:{_DASH}|\s){{0,2}}"
    rf"\d{{3,4}}(?:{_DASH}|\s)?\d{{4}}(?:(?:{_DASH}|转)\s?\d{{1,6}})?(?!\d)"
)
_FREE = rf"(?<!\d)[4４8８][0０]{{2}}{_DASH}\d{{3,4}}{_DASH}?\d{{3,4}}(?!\d)"
_NUMBER = re.compile(f"{_MOBILE}|{_LANDLINE}|{_FREE}")
# Behind a word for it a local number is one, too, and several may stand there; but not a number of calls.
_ANNOUNCED = re.compile(
    rf"((?:电话|電話|手机|手機|传真|傳真|热线|熱線|Tel|TEL|Fax|FAX)(?:号码|號碼|及传真|/传真)?\s?(?:[:：]|为|是|\s)\s?)"
    rf"((?:\d|{_DASH}|[（）()、，,；;/转\s]){{0,80}}\d{{3,4}}{_DASH}?\d{{4}}"
    rf"(?:(?:{_DASH}|转)\d{{1,6}})?(?!\d|\s?[余多]?[个次件条通人份万]))"
)
_MAIL = re.compile(r"[A-Za-z0-9][\w.+-]*\s?[@＠]\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)

_POSTS = (
    "联系人|聯繫人|联络人|联络员|负责人|負責人|负责同志|审核人|審核人|审签人|签发人|填报人|填報人|填表人|制表人|"
    "经办人|經辦人|承办人|报送人|撰稿人"
)
_HAN = r"[\u3400-\u9fff]"
# Characters that family names begin with: without a colon only such a name is taken for one.
_FAMILY = (
    "[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米"
    "贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支"
    "柯管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄曲封储靳段富巫乌焦巴弓牧隗山谷车侯宓蓬全"
    "班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶黎薄白怀蒲从索赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶"
    "冉宰雍桑桂牛寿通边扈燕冀尚农温庄晏柴瞿阎慕连茹习艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广欧沃利蔚越隆师"
    "巩聂敖冷辛阚那简饶曾沙鞠关相查后荆红游竺权肖付闫覃岳邸尉涂代佟苟祖麦仝佘闻]"
)
_ONE_NAME = rf"(?:{_HAN}[ \u3000]{{1,3}}{_HAN}(?!{_HAN})|{_HAN}{{2,8}}·{_HAN}{{2,8}}|{_HAN}{{2,4}}?)"
_END = (
    rf"(?=$|[^\u3400-\u9fff\w]|联系|聯繫|电话|電話|手机|传真|邮箱|审核|填报|填表|制表|单位|地址|日期|时间|职务|"
    rf"先生|女士|同志|主任|局长|科长|{_POSTS})"
)
_NO_NAME = r"(?!无|略|见|详|签|盖|姓名|电话|联系)"
_SIGNED = r"(?:姓名|[（(]?(?:签字|签名|签章)[）)]?)?"
_PERSON = re.compile(
    rf"((?:{_POSTS}))"
    rf"(?:({_SIGNED}\s?[:：]\s?){_NO_NAME}({_ONE_NAME}){_END}"
    rf"|({_SIGNED}[ \u3000\t]+|(?<=联系人|联络员|填报人|填表人|经办人))(?={_FAMILY})({_HAN}{{2,3}}){_END})",
    re.MULTILINE,
)
_FURTHER = re.compile(rf"(?<={NAME})([、/][ \u3000]?)({_ONE_NAME}){_END}", re.MULTILINE)
_OFFICE = re.compile(r"[室科处局办股部院所站厅委]$")

# Most texts hold nothing of the kind, and these find so fast: each begins with a set of characters, which `re` scans for.
_MAYBE_NUMBER = re.compile(r"[0-9０-９]\d\d[\s)）〕\]\-－—–‐‑﹣]{0,4}\d\d\d")
_MAYBE_PERSON = re.compile(_POSTS)


def masked(text: str) -> str:
    """`text` without contact details; masking twice changes nothing more."""
    if "@" in text or "＠" in text:
        text = _MAIL.sub(MAIL, text)
    if _MAYBE_NUMBER.search(text):
        text = _ANNOUNCED.sub(lambda found: found[1] + PHONE, text)
        text = _NUMBER.sub(PHONE, text)
    if not text.isascii() and _MAYBE_PERSON.search(text):
        text, count = _PERSON.subn(_without_name, text)
        while count:  # 联系人：甲、乙、丙
            text, count = _FURTHER.subn(lambda found: found[1] + NAME, text)
    return text


def masked_json(text: str) -> str:
    """A JSON text without contact details in its strings."""
    if "\\" not in text and masked(text) == text:  # no escapes: its strings stand in it as they are
        return text
    return json.dumps(_each_masked(json.loads(text)), ensure_ascii=False, separators=(",", ":"))


def _each_masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [_each_masked(one) for one in value]
    if isinstance(value, dict):
        return {name: _each_masked(one) for name, one in value.items()}
    return value


def _without_name(found: re.Match[str]) -> str:
    post, colon, after_colon, space, after_space = found.groups()
    name = after_colon or after_space
    return found[0] if _OFFICE.search(name) else post + (colon or space or "") + NAME
