"""What people want of a flat, and how they say it."""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

from datetime import date, timedelta

from agent.evaluate.worlds.spoken import Asked, Ways, exactly, limit, mixed, plain, span, two
from agent.evaluate.worlds.traits import Trait, choice, flag

DISTRICTS = {
    "Harbourside": "港畔", "Old Mill": "老磨坊", "Canal Quarter": "运河区", "Hillcrest": "山顶区", "Riverside": "河滨区",
    "Weavers Row": "织工巷",
}  # fmt: skip
KINDS = {"studio": "单身公寓", "loft": "阁楼", "maisonette": "复式", "penthouse": "顶层公寓", "garden flat": "花园公寓"}
FEATURES = {
    "balcony": "阳台", "dishwasher": "洗碗机", "lift": "电梯", "cellar": "储藏室", "parking space": "停车位", "bathtub": "浴缸",
    "fireplace": "壁炉",
}  # fmt: skip
HEATING = {
    "gas heating": "燃气供暖",
    "district heating": "集中供暖",
    "heat pump heating": "热泵供暖",
    "electric heating": "电采暖",
}
LANDLORDS = {name: name for name in (
    "Agnes Thorvald", "Bruno Castell", "Dagmar Weiss", "Emil Sorensen", "Fatima Zahir", "Gordon Pike", "Hana Kobori",
    "Liu Meiling", "Oscar Brandao",
)}  # fmt: skip
TODAY = date(2026, 11, 24)


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


EUROS: dict[int, Ways] = {
    700: (("700 euros", "€700", "seven hundred euros"), ("700欧元", "七百欧")),
    850: (("850 euros", "€850"), ("850欧元", "八百五十欧")),
    1000: (("1,000 euros", "a thousand euros", "1k"), ("1000欧", "一千欧元")),
    1200: (("1200 euros", "twelve hundred euros", "€1,200"), ("1200欧元", "一千二百欧")),
    1500: (("1500 euros", "fifteen hundred euros", "1.5k"), ("1500欧", "一千五百欧元")),
    1800: (("1800 euros", "€1,800"), ("1800欧元", "一千八百欧")),
}
DEPOSITS: dict[int, Ways] = {
    1000: (("1000 euros", "a thousand euros"), ("1000欧元", "一千欧")),
    1500: (("1500 euros", "€1,500"), ("1500欧元", "一千五百欧")),
    2000: (("2,000 euros", "two thousand euros"), ("2000欧元", "两千欧")),
    3000: (("3000 euros", "3k"), ("3000欧元", "三千欧")),
}
ROOMS: dict[int, Ways] = {
    2: (("two", "2"), ("两", "2")), 3: (("three", "3"), ("三", "3")), 4: (("four", "4"), ("四", "4")),
}  # fmt: skip
MINUTES: dict[int, Ways] = {
    5: (("5 minutes", "five minutes"), ("5分钟", "五分钟")),
    10: (("10 minutes", "ten minutes"), ("10分钟", "十分钟")),
    15: (("15 minutes", "a quarter of an hour"), ("15分钟", "一刻钟")),
}
MONTHS: dict[int, Ways] = {
    3: (("3 months", "three months"), ("3个月", "三个月")),
    6: (("6 months", "half a year", "six months"), ("6个月", "半年")),
    9: (("9 months", "nine months"), ("9个月", "九个月")),
    12: (("12 months", "one year", "a year"), ("12个月", "一年")),
}
MOVING: dict[str, Ways] = {
    "2026-12-31": (("31 December 2026", "December 31st"), ("2026年12月31日", "12月底")),
    "2027-02-01": (("1 February 2027", "the first of February", "February 1st"), ("2027年2月1日", "2月1号")),
    "2027-03-15": (("15 March 2027", "March 15th"), ("2027年3月15日", "3月15号")),
    "2027-05-01": (("May 1, 2027", "the first of May"), ("2027年5月1日", "5月1号")),
}
LISTED: dict[str, Ways] = {
    day(7): (("in the last seven days", "within the past week"), ("最近七天", "过去一周")),
    day(14): (("in the past two weeks", "in the last 14 days"), ("最近两周", "过去14天")),
    day(30): (("in the last 30 days", "within the past month"), ("最近30天", "过去一个月")),
    "2026-10-01": (("since the first of October", "after 1 October 2026"), ("10月1日以来", "2026年10月1日以后")),
}
_RENT: Asked = {
    "en": r"\brent\b|price|budget|cost|spend|afford|cheap|expensive|how much",
    "zh": r"租金|房租|月租|价|预算|多少钱",
}
_SIZE: Asked = {"en": r"\bsize\b|square|m²|sqm|how (?:big|large|small)|area\b", "zh": r"面积|大小|尺寸|多大|平米|平方"}
_ROOMS: Asked = {"en": r"(?:bed)?rooms?\b", "zh": r"卧室|房间|几居|几室"}
_BUILT: Asked = {"en": r"built|how (?:old|new)|building|\byear\b", "zh": r"建|楼龄|年代|哪一?年|年份|新一?点"}
_DISTRICT: Asked = {
    "en": r"district|neighbou?rhood|area\b|where|location|part of town",
    "zh": r"地区|区域|哪里|哪个区|位置|地段",
}
_KIND: Asked = {"en": r"kind|type|sort of", "zh": r"类型|哪种|种类|什么样"}
_FEATURES: Asked = {
    "en": r"features?|amenit|equip|facilit|avoid|dislike|exclude",
    "zh": r"设施|配套|设备|特点|避开|不想要|不喜欢",
}
_HEATING: Asked = {"en": r"heat", "zh": r"供暖|采暖|暖气|取暖"}
_LANDLORD: Asked = {"en": r"landlord|landlady|owner|whom?\b", "zh": r"房东|业主|谁"}
_FURNISHED: Asked = {"en": r"furnish|furniture", "zh": r"家具"}


def _money() -> Trait:
    return mixed(
        limit("rent", "rent", "<=", EUROS, {
            "en": ("I don't want to pay more than {v} a month.", "My limit for the rent is {v} a month.",
                   "The rent can go up to {v}, but not a cent over.", "Rent: {v} tops.",
                   "Anything over {v} a month is out of my reach.",
                   "Let's say {w} a month. No, make that {v} at most.",
                   "We can afford {v} per month. A quiet street would be nice, but it isn't a must."),
            "zh": ("房租每月不能超过{v}。", "月租{v}以内。", "我每个月最多付得起{v}的房租。", "月租超过{v}的我负担不起。",
                   "先按每月{w}找吧……不对，最多{v}。", "房租别超过{v}。街道安静点更好，不安静也没关系。")}, _RENT),
        span("rent", "rent", ((600, 900), (800, 1200), (1000, 1500)), {
            "en": ("Something between {a} and {b} euros a month.", "The rent should be somewhere from {a} to {b}.",
                   "I'm looking at {a}-{b} a month in rent."),
            "zh": ("月租在{a}到{b}欧元之间。", "房租{a}至{b}欧一个月的。", "租金{a}-{b}欧都可以接受，其他的不行。")}, _RENT),
    )  # fmt: skip


def _size() -> Trait:
    return mixed(
        limit("size", "size_m2", ">=", plain((35, 45, 60, 75, 90)), {
            "en": ("I need at least {v} square metres.", "Nothing smaller than {v} m².", "It should have {v} square meters or more.",
                   "Less than {v} sqm would be too cramped for us.", "{v} m2 is the minimum."),
            "zh": ("面积至少{v}平米。", "不要小于{v}平方米的。", "{v}平以上。", "不到{v}平的住不下。", "至少得有{v}个平方。")}, _SIZE),
        limit("size", "size_m2", "<=", plain((50, 70)), {
            "en": ("It shouldn't be bigger than {v} square metres.", "I do the cleaning myself, so {v} m² at most."),
            "zh": ("不要超过{v}平米，大了打扫不过来。", "面积别大于{v}平方米。")}, _SIZE),
        span("size", "size_m2", ((30, 50), (40, 60), (50, 80), (70, 100)), {
            "en": ("Between {a} and {b} square metres.", "{a} to {b} sqm would be right for us."),
            "zh": ("面积{a}到{b}平米。", "大小在{a}-{b}平方米之间。")}, _SIZE),
    )  # fmt: skip


def _bedrooms() -> Trait:
    return mixed(
        limit("bedrooms", "bedrooms", ">=", ROOMS, {
            "en": ("At least {v} bedrooms.", "We need {v} bedrooms or more.", "Fewer than {v} bedrooms won't do.",
                   "I thought {w} bedrooms would do, but no, it has to be {v} or more."),
            "zh": ("至少{v}间卧室。", "卧室不能少于{v}间。", "最少要有{v}个卧室。", "原本想要{w}间卧室，不够，至少得{v}间。")}, _ROOMS),
        exactly("bedrooms", "bedrooms", ROOMS, {
            "en": ("Exactly {v} bedrooms.", "{v} bedrooms, no more and no fewer."),
            "zh": ("正好{v}间卧室。", "只要{v}个卧室，不多不少。")}, _ROOMS),
        span("bedrooms", "bedrooms", ((1, 2), (2, 3), (3, 4)), {
            "en": ("{a} or {b} bedrooms.", "Either {a} or {b} bedrooms is fine."),
            "zh": ("{a}到{b}间卧室。", "{a}个或者{b}个卧室都行。")}, _ROOMS),
    )  # fmt: skip


def _built() -> Trait:
    return mixed(
        limit("built", "built", ">=", plain((1960, 1990, 2000, 2010, 2015)), {
            "en": ("Built after {v}, please.", "The house should have gone up in {v} or later.", "No buildings from before {v}.",
                   "A newer building, from {v} onwards."),
            "zh": ("要{v}年以后建的楼。", "楼别太老，{v}年往后盖的。", "{v}年以前建的不要。")}, _BUILT),
        limit("built", "built", "<=", plain((1920, 1950, 1970)), {
            "en": ("An old building, built before {v}.", "I only like old houses, so nothing built after {v}."),
            "zh": ("要老房子，{v}年以前建的。", "{v}年以后盖的不要，我喜欢老房子。")}, _BUILT),
    )  # fmt: skip


def _where() -> Trait:
    return mixed(
        choice("district", "district", "==", DISTRICTS, {
            "en": ("It has to be in {v}.", "I work in {v} and want to live there too.", "Only {v}, please.", "I'm set on {v}."),
            "zh": ("要在{v}。", "我在{v}上班，就想住那儿。", "只考虑{v}。")}, _DISTRICT),
        two("district", "district", "in", DISTRICTS, {
            "en": ("{a} or {b}, I don't mind which.", "Either {a} or {b}.", "It can be in {a} or in {b}, nowhere else."),
            "zh": ("{a}或者{b}都行。", "只要在{a}或{b}就可以。", "{a}、{b}二选一，别的地方不要。")}, _DISTRICT),
        choice("district", "district", "!=", DISTRICTS, {
            "en": ("Anywhere but {v}.", "Not in {v}, I lived there once and hated it.", "Please leave out {v}."),
            "zh": ("除了{v}哪儿都行。", "别在{v}，以前住过，不喜欢。", "{v}的就不用给我看了。")}, _DISTRICT),
    )  # fmt: skip


def _kind() -> Trait:
    return mixed(
        choice("kind", "kind", "==", KINDS, {
            "en": ("I'm after a {v}.", "It should be a {v}.", "We want a {v} and nothing else."),
            "zh": ("想找{v}。", "只要{v}。", "类型要{v}。")}, _KIND),
        two("kind", "kind", "in", KINDS, {
            "en": ("A {a} or a {b}.", "Either a {a} or a {b} is fine, nothing else."),
            "zh": ("{a}或者{b}。", "{a}和{b}都可以，别的不要。")}, _KIND),
        choice("kind", "kind", "!=", KINDS, {
            "en": ("Anything except a {v}.", "I couldn't live in a {v}, so not that.", "No {v}s, please."),
            "zh": ("不要{v}。", "除{v}以外都行。")}, _KIND),
    )  # fmt: skip


def _features() -> Trait:
    return mixed(
        choice("features", "features", "contains", FEATURES, {
            "en": ("There must be a {v}.", "I can't do without a {v}.", "It needs a {v}.", "A {v} is a must for us."),
            "zh": ("必须有{v}。", "没有{v}不行。", "得带{v}。", "{v}是一定要的。")}, _FEATURES),
        two("features", "features", "contains", FEATURES, {
            "en": ("It has to have both a {a} and a {b}.", "A {a} and also a {b}, please.", "I need a {a} as well as a {b}."),
            "zh": ("{a}和{b}都要有。", "既要有{a}，也要有{b}。", "要带{a}，还要带{b}。")}, _FEATURES),
        two("features", "features", "contains_any", FEATURES, {
            "en": ("It needs a {a} or a {b}, one of the two is enough.", "A {a} or, failing that, a {b}."),
            "zh": ("{a}或{b}，有一样就行。", "要有{a}或者{b}。")}, _FEATURES),
        choice("features", "features", "not_contains", FEATURES, {
            "en": ("It mustn't have a {v}.", "I don't want a {v}, I'd only pay for something I never use.", "Not one with a {v}."),
            "zh": ("不要带{v}的。", "有{v}的不考虑。")}, _FEATURES),
        two("features", "features", "not_contains", FEATURES, {
            "en": ("Neither a {a} nor a {b}.", "No {a} and no {b}, please."),
            "zh": ("{a}和{b}都不要。", "既不要{a}也不要{b}。")}, _FEATURES),
    )  # fmt: skip


def _heating() -> Trait:
    return mixed(
        choice("heating", "heating", "==", HEATING, {
            "en": ("With {v}, please.", "It must have {v}.", "I only want {v}."),
            "zh": ("要{v}的。", "只要{v}。", "必须是{v}。")}, _HEATING),
        choice("heating", "heating", "!=", HEATING, {
            "en": ("No {v}.", "Anything but {v}.", "I've had enough of {v}, so not that."),
            "zh": ("不要{v}。", "除了{v}都行。")}, _HEATING),
    )  # fmt: skip


def _landlord() -> Trait:
    return mixed(
        choice("landlord", "landlord", "contains", LANDLORDS, {
            "en": ("I want to rent from {v}.", "{v} must be the landlord.", "My sister rents from {v} and is happy, so I want the same landlord."),
            "zh": ("房东要是{v}。", "我想租{v}的房子。")}, _LANDLORD),
        choice("landlord", "landlord", "not_contains", LANDLORDS, {
            "en": ("I don't want {v} as my landlord again.", "Not from {v}, please."),
            "zh": ("不要{v}当房东。", "{v}的房子不租。")}, _LANDLORD),
    )  # fmt: skip


TRAITS = (
    _money(),
    limit("deposit", "deposit", "<=", DEPOSITS, {
        "en": ("The deposit mustn't be more than {v}.", "I can put down {v} as a deposit, not more.", "No deposit above {v}, please.",
               "{v} is the most I can leave as a deposit."),
        "zh": ("押金最多{v}。", "押金别超过{v}。", "我最多能拿出{v}当押金。", "押金高于{v}的就算了。")},
        {"en": r"deposit", "zh": r"押金"}),
    _size(),
    _bedrooms(),
    limit("station", "station_walk_min", "<=", MINUTES, {
        "en": ("I don't want to walk more than {v} to the station.", "Walking to the station mustn't take longer than {v}.",
               "From the door to the station in {v} at most.", "I take the train every day, so {v} or less on foot to the station."),
        "zh": ("走到车站不超过{v}。", "步行去车站最多{v}。", "离车站走路{v}以内。", "我每天坐火车，走到车站别超过{v}。")},
        {"en": r"station|walk|train|minutes|distance|how far|close", "zh": r"车站|station|步行|走路|多远|分钟|距离"}),
    _built(),
    limit("lease", "min_lease_months", "<=", MONTHS, {
        "en": ("I'll only be here for {v}, so the minimum lease can't be longer than that.", "The minimum lease should be {v} or shorter.",
               "A minimum term of {v} at most.", "I can't commit to more than {v}."),
        "zh": ("我只住{v}，最短租期不能比这长。", "最短租期不超过{v}。", "起租期最多{v}。", "最短租期{v}以内的。")},
        {"en": r"lease|\bterm\b|how long|months|stay|commit", "zh": r"租期|起租|lease|多久|住多长|几个月"}),
    limit("moving in", "available_from", "<=", MOVING, {
        "en": ("I have to move in by {v}.", "It must be free by {v} at the latest.",
               "My old lease runs out on {v}, so the flat has to be available by then.", "I need to be in no later than {v}."),
        "zh": ("{v}之前要能入住。", "最晚{v}要搬进去。", "我现在的房子{v}到期，新房到时候得能住。", "入住时间不能晚于{v}。")},
        {"en": r"move in|moving|available|when\b|\bdate\b|how soon", "zh": r"入住|搬|什么时候|何时|日期|哪天"}),
    limit("listed", "listed", ">=", LISTED, {
        "en": ("It should have been listed {v}.", "Only ads put up {v}.", "Nothing stale: listed {v}, please."),
        "zh": ("要{v}上架的。", "只看{v}发布的房源。", "{v}挂出来的才看。")},
        {"en": r"listed|listing|posted|recent", "zh": r"上架|发布|挂出|最近"}),
    _where(),
    _kind(),
    _features(),
    _heating(),
    _landlord(),
    mixed(
        flag("furnished", "furnished", {
            "en": ("It must come furnished.", "I have no furniture of my own, so furnished only.", "Furnished, please."),
            "zh": ("要带家具的。", "我没有家具，必须是带家具的。", "家具要配好的。")}, _FURNISHED),
        flag("furnished", "furnished", {
            "en": ("Unfurnished, please, I have my own things.", "I'm bringing all my furniture, so it mustn't be furnished."),
            "zh": ("不要带家具的，我有自己的。", "要空房，不带家具。")}, _FURNISHED, wanted=False)),
    flag("wheelchair", "wheelchair_accessible", {
        "en": ("It must be wheelchair accessible.", "My mother is in a wheelchair, so it has to be accessible.",
               "A wheelchair has to be able to get in."),
        "zh": ("要轮椅能进出。", "必须方便轮椅出入。", "家里有人坐轮椅，要无障碍的。")},
        {"en": r"wheelchair|accessib|step-free", "zh": r"轮椅|无障碍"}),
    flag("agent fee", "agent_fee", {
        "en": ("No agent fee, please.", "I won't pay an agent fee.", "It has to be free of agent fees."),
        "zh": ("不要中介费。", "我不想付中介费。", "必须免中介费。")},
        {"en": r"agent|\bfees?\b|commission", "zh": r"中介"}, wanted=False),
    flag("smoking", "smoking_allowed", {
        "en": ("Smoking must be allowed.", "I smoke, so it has to be a flat where that's allowed.", "I want to be able to smoke at home."),
        "zh": ("要允许吸烟的。", "我抽烟，必须可以在家抽。", "得能抽烟。")},
        {"en": r"smok", "zh": r"烟"}),
)  # fmt: skip
