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
    "battery": "电池",
    "bedrooms": "卧室数",
    "brakes": "刹车",
    "brand": "品牌",
    "breakfast": "早餐",
    "budget": "预算",
    "builder": "制造者",
    "built": "建造年份",
    "capacity": "容量",
    "category": "类别",
    "center": "距市中心",
    "certificate": "分级",
    "charge": "充电",
    "chef": "主厨",
    "city": "城市",
    "cm": "",
    "color": "颜色",
    "colors": "颜色",
    "colour": "颜色",
    "colours": "颜色",
    "complexity": "复杂度",
    "cooperative": "合作",
    "country": "国家",
    "cuisine": "菜系",
    "date": "日期",
    "days": "天数",
    "delivery": "配送",
    "deposit": "押金",
    "designer": "设计师",
    "difficulty": "难度",
    "discount": "折扣",
    "distance": "距离",
    "district": "区域",
    "duration": "时长",
    "electric": "电动",
    "episodes": "集数",
    "equipment": "配备",
    "facilities": "设施",
    "features": "特点",
    "fee": "费用",
    "free": "免费",
    "from": "",
    "furnished": "家具",
    "gears": "变速",
    "guest": "住客",
    "guests": "人数",
    "heating": "供暖",
    "host": "主持",
    "hours": "小时数",
    "inches": "",
    "instructor": "讲师",
    "kg": "",
    "kind": "类型",
    "km": "",
    "landlord": "房东",
    "languages": "语言",
    "lease": "租期",
    "length": "时长",
    "level": "级别",
    "listed": "上架日期",
    "load": "载重",
    "location": "位置",
    "m2": "",
    "material": "材质",
    "max": "最多",
    "maximum": "最多",
    "mechanisms": "机制",
    "min": "最少",
    "minimum": "最少",
    "minutes": "时长",
    "mode": "模式",
    "model": "款式",
    "months": "",
    "neighborhood": "街区",
    "night": "每晚",
    "opened": "开业年份",
    "organizer": "主办方",
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
    "range": "续航",
    "rating": "评分",
    "region": "地区",
    "regions": "地区",
    "release": "发行",
    "rent": "租金",
    "review": "评论",
    "rider": "骑车人身高",
    "rooms": "房间数",
    "runtime": "时长",
    "score": "评分",
    "season": "季节",
    "seats": "座位数",
    "seller": "卖家",
    "servings": "份量",
    "shipping": "配送",
    "size": "大小",
    "skill": "技能",
    "speaker": "主讲人",
    "spice": "辣度",
    "stars": "星级",
    "start": "开始",
    "station": "车站",
    "stock": "库存",
    "style": "风格",
    "subject": "科目",
    "suspension": "避震",
    "tags": "类型",
    "tempo": "速度",
    "theme": "主题",
    "themes": "主题",
    "time": "时间",
    "topic": "话题",
    "type": "类型",
    "venue": "场馆",
    "walk": "步行",
    "warranty": "保修",
    "weight": "重量",
    "wheel": "车轮",
    "wheelchair": "轮椅",
    "wifi": "无线网络",
    "writer": "编剧",
    "year": "年份",
    "years": "年数",
}
_LASTS = {"walk", "time", "duration", "play", "cook", "prep", "travel", "drive"}  # before which "min" is minutes
_WHOLE_ZH = {
    "available from": "可入住日期",
    "model year": "年款",
    "warranty years": "保修年数",
    "min lease": "最短租期",
    "size m2": "面积",
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
    parts = tokens(name)
    if parts[-1] == "min" and _LASTS & {*parts}:
        parts[-1] = "minutes"
    words = [_ZH.get(token) or (_ZH.get(f"{token}s") if token not in _ZH else "") for token in parts]
    return "".join(word or "" for word in words) if all(word is not None for word in words) else ""


def usual(spec: FieldSpec) -> str:
    """The usual Chinese noun for a field of its kind; empty where there is none."""
    kind = kind_of(spec)
    return next((noun for noun in kind.nouns if not noun.isascii()), "") if kind else ""
