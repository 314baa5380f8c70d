"""What the fields of a catalogue are called in front of a reader: `players max` is never said in Chinese."""

from __future__ import annotations

from tools.catalogue import FieldSpec
from tools.domain import Language
from tools.reading.fields import glossary, own_names, tokens
from tools.reading.kinds import kind_of

_ZH = {
    "access": "通行",
    "age": "年龄",
    "amenities": "设施",
    "area": "面积",
    "available": "有货",
    "average": "平均",
    "bedrooms": "卧室数",
    "breakfast": "早餐",
    "budget": "预算",
    "capacity": "容量",
    "category": "类别",
    "center": "距市中心",
    "certificate": "分级",
    "chef": "主厨",
    "city": "城市",
    "complexity": "复杂度",
    "cooperative": "合作",
    "cuisine": "菜系",
    "date": "日期",
    "delivery": "配送",
    "designer": "设计师",
    "difficulty": "难度",
    "discount": "折扣",
    "distance": "距离",
    "duration": "时长",
    "episodes": "集数",
    "facilities": "设施",
    "features": "特点",
    "free": "免费",
    "guest": "住客",
    "guests": "人数",
    "kind": "类型",
    "languages": "语言",
    "length": "时长",
    "level": "级别",
    "location": "位置",
    "max": "最多",
    "maximum": "最多",
    "mechanisms": "机制",
    "min": "最少",
    "minimum": "最少",
    "minutes": "时长",
    "mode": "模式",
    "neighborhood": "街区",
    "night": "每晚",
    "opened": "开业年份",
    "pages": "页数",
    "parking": "停车",
    "per": "",
    "pets": "宠物",
    "pieces": "件数",
    "players": "人数",
    "playing": "游戏",
    "playtime": "时长",
    "pool": "泳池",
    "price": "价格",
    "published": "发布",
    "rating": "评分",
    "region": "地区",
    "regions": "地区",
    "release": "发行",
    "review": "评论",
    "rooms": "房间数",
    "runtime": "时长",
    "score": "评分",
    "season": "季节",
    "seats": "座位数",
    "servings": "份量",
    "shipping": "配送",
    "skill": "技能",
    "spice": "辣度",
    "stars": "星级",
    "stock": "库存",
    "style": "风格",
    "tags": "类型",
    "tempo": "速度",
    "theme": "主题",
    "themes": "主题",
    "time": "时间",
    "topic": "话题",
    "type": "类型",
    "weight": "重量",
    "wifi": "无线网络",
    "writer": "编剧",
    "year": "年份",
}
_WHOLE_ZH = {
    "max players": "最多人数",
    "min age": "最低年龄",
    "min players": "最少人数",
    "players max": "最多人数",
    "players min": "最少人数",
    "playing time": "时长",
    "price per night": "每晚价格",
    "published at": "发布日期",
    "release date": "发行日期",
}


def field_name(name: str, language: Language) -> str:
    """What a field is called on a line of its own."""
    spaced = " ".join(tokens(name))
    return chinese(name) or spaced if language == "zh" else spaced


def chinese(name: str) -> str:
    """A field's name in Chinese; empty where some of it has none."""
    if not name.isascii():
        return name
    listed = glossary()
    for spaced in dict.fromkeys((" ".join(tokens(name)), *own_names(name))):
        if known := _WHOLE_ZH.get(spaced):
            return known
        if spaced in _ZH:
            return _ZH[spaced]
        usual = [*listed["fields"].get(spaced, ()), *listed["flags"].get(spaced, ())]
        if known := next((word for word in usual if not word.isascii()), ""):
            return known
    words = [_ZH.get(token) or (_ZH.get(f"{token}s") if token not in _ZH else "") for token in tokens(name)]
    return "".join(word or "" for word in words) if all(word is not None for word in words) else ""


def usual(spec: FieldSpec) -> str:
    """The usual Chinese noun for a field of its kind; empty where there is none."""
    kind = kind_of(spec)
    return next((noun for noun in kind.nouns if not noun.isascii()), "") if kind else ""
