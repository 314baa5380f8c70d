"""What people want of a bicycle, and how they say it."""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

from agent.evaluate.worlds.spoken import Asked, Ways, exactly, limit, mixed, plain, span, two, within
from agent.evaluate.worlds.traits import Trait, choice, flag

KINDS = {
    "city bike": "城市车", "touring bike": "旅行车", "mountain bike": "山地车", "gravel bike": "砾石车", "cargo bike": "货运车",
    "folding bike": "折叠车", "road bike": "公路车",
}  # fmt: skip
BRAKES = {"disc brakes": "碟刹", "rim brakes": "圈刹", "coaster brakes": "倒刹"}
COLOURS = {
    "red": "红色", "black": "黑色", "green": "绿色", "white": "白色", "blue": "蓝色", "yellow": "黄色", "silver": "银色",
}  # fmt: skip
EQUIPMENT = {
    "rack": "货架", "kickstand": "脚撑", "bell": "车铃", "basket": "车筐", "bottle cage": "水壶架", "child seat": "儿童座椅",
    "chain guard": "链罩",
}  # fmt: skip
BUILDERS = {name: name for name in (
    "Ottavio Renz", "Sylvie Marchand", "Bram Huizinga", "Keiko Arai", "Tobias Lund", "Wang Haoran", "Rosa Ibarra",
    "Callum Frew", "Petra Novak",
)}  # fmt: skip
EUROS: dict[int, Ways] = {
    500: (("500 euros", "five hundred euros", "€500"), ("500欧", "五百欧元")),
    800: (("800 euros", "eight hundred euros"), ("800欧元", "八百欧")),
    1200: (("1,200 euros", "twelve hundred euros", "1.2k"), ("1200欧", "一千二百欧元")),
    2000: (("2000 euros", "two grand", "2k"), ("2000欧", "两千欧元")),
    3000: (("3,000 euros", "three thousand euros"), ("3000欧元", "三千欧")),
}
KILOS: dict[int, Ways] = {
    12: (("12 kg", "twelve kilos"), ("12公斤", "十二公斤", "24斤")),
    15: (("15 kg", "15 kilos"), ("15公斤", "30斤", "三十斤")),
    18: (("18 kg", "18 kilos"), ("18公斤", "十八公斤")),
    22: (("22kg", "22 kilograms"), ("22公斤", "22kg")),
}
LOADS: dict[int, Ways] = {
    100: (("100 kg", "a hundred kilos"), ("100公斤", "一百公斤", "200斤")),
    120: (("120 kg", "120 kilos"), ("120公斤", "一百二十公斤")),
    150: (("150 kg", "150 kilos"), ("150公斤", "300斤")),
}
HEIGHTS: dict[int, Ways] = {
    155: (("155 cm", "1.55 m"), ("155厘米", "一米五五")),
    160: (("160 cm", "1.60 m"), ("160厘米", "一米六")),
    168: (("168 cm", "1.68 m"), ("168cm", "一米六八", "1米68")),
    172: (("172 cm", "1.72 m"), ("172厘米", "一米七二")),
    178: (("178 cm", "1.78 m", "1.78 metres"), ("178厘米", "一米七八", "1米78")),
    183: (("183 cm", "1.83 m"), ("183厘米", "一米八三")),
    188: (("188 cm", "1.88 m"), ("188cm", "一米八八")),
    192: (("192 cm", "1.92 m"), ("192厘米", "一米九二")),
}
RANGES: dict[int, Ways] = {
    50: (("50 km", "fifty kilometres"), ("50公里", "五十公里")),
    80: (("80 km", "80 kilometres"), ("80公里", "八十公里")),
    100: (("100 km", "a hundred kilometres"), ("100公里", "一百公里")),
    120: (("120 km", "120 kilometers"), ("120公里", "120千米")),
}
HOURS: dict[int, Ways] = {
    3: (("3 hours", "three hours"), ("3小时", "三个小时")),
    4: (("4 hours", "four hours"), ("4小时", "四个钟头")),
    6: (("6 hours", "six hours"), ("6小时", "六个小时")),
}
YEARS: dict[int, Ways] = {
    2: (("2 years", "two years", "24 months"), ("2年", "两年", "24个月")),
    3: (("3 years", "three years"), ("3年", "三年")),
    5: (("5 years", "five years"), ("5年", "五年")),
}
STARS: dict[float, Ways] = {
    3.5: (("3.5", "three and a half stars"), ("3.5分", "三分半")),
    4: (("4", "four stars"), ("4分", "四颗星")),
    4.5: (("4.5", "4.5 stars"), ("4.5分", "四分半")),
}
RECENT: dict[int, Ways] = {
    2021: (("It shouldn't be more than five years old.", "Not older than 5 years."), ("最近五年内出的款。", "车款不能超过5年。")),
    2023: (("No more than three years old.", "It should have come out in the last 3 years."), ("最近三年出的款。", "车款别超过3年。")),
    2025: (("This year's model or last year's, nothing older.", "A model from this year or last year."),
           ("今年或者去年的款，再早的不要。", "要今年或去年出的。")),
}  # fmt: skip
DAYS: dict[int, Ways] = {
    3: (("3 days", "three days"), ("3天", "三天")),
    7: (("a week", "7 days"), ("一周", "七天")),
    14: (("two weeks", "a fortnight"), ("两周", "十四天", "半个月")),
    30: (("a month", "30 days"), ("一个月", "30天")),
}
_PRICE: Asked = {"en": r"price|budget|cost|spend|afford|cheap|expensive|how much", "zh": r"价|预算|多少钱|花"}
_GEARS: Asked = {"en": r"gears?\b|speeds?\b", "zh": r"档|速|变速"}
_YEAR: Asked = {"en": r"\byear\b|how (?:old|new)|newer|older|recent", "zh": r"年份|年款|哪一?年|新一?点|多新|年代"}
_WHEEL: Asked = {"en": r"wheel|inch", "zh": r"轮|寸|wheel"}
_KIND: Asked = {"en": r"kind|type|sort of", "zh": r"类型|哪种|种类|车型"}
_BRAKES: Asked = {"en": r"brak", "zh": r"刹"}
_COLOURS: Asked = {"en": r"colou?r", "zh": r"颜色|色"}
_EQUIPMENT: Asked = {"en": r"equip|accessor|features?|extras?|fitted", "zh": r"配件|装备|配置|设备|附件"}
_BUILDER: Asked = {"en": r"builder|built|maker|made|who\b|brand", "zh": r"谁|工坊|制造|品牌|哪家|造"}
_ELECTRIC: Asked = {"en": r"electric|motor|e-bike", "zh": r"电动|电机|助力"}
_USED: Asked = {"en": r"second[- ]hand|used|brand new|\bnew\b", "zh": r"二手|全新|新车"}
_SUSPENSION: Asked = {"en": r"suspension", "zh": r"避震|减震"}


def _money() -> Trait:
    return mixed(
        limit("price", "price", "<=", EUROS, {
            "en": ("My budget is {v}.", "It mustn't cost more than {v}.", "I've got {v} to spend and that's it.", "Keep it under {v}.",
                   "I had planned on {w}, but {v} is really all I can spend.",
                   "{v} is my absolute maximum. Tubeless tyres would be great, but I don't insist."),
            "zh": ("预算{v}以内。", "价钱不能超过{v}。", "我手头只有{v}。", "最贵{v}，再贵就买不起了。",
                   "本来想花{w}，现在最多只能出{v}。", "最多{v}。真空胎更好，不过没有也无所谓。")}, _PRICE),
        limit("price", "price", ">=", plain((600, 1000), "{v} euros", "{v}欧元"), {
            "en": ("Nothing below {v}, the cheap ones break on me.", "I want to spend {v} or more, it's a gift."),
            "zh": ("低于{v}的不要，便宜的容易坏。", "是送人的，至少要{v}的。")}, _PRICE),
        span("price", "price", ((400, 800), (800, 1500), (1500, 2500)), {
            "en": ("Somewhere between {a} and {b} euros.", "In the {a} to {b} euro range."),
            "zh": ("价位在{a}到{b}欧之间。", "{a}-{b}欧元的。")}, _PRICE),
    )  # fmt: skip


def _gears() -> Trait:
    return mixed(
        limit("gears", "gears", ">=", plain((7, 11, 18, 21)), {
            "en": ("At least {v} gears.", "I want {v} gears or more, it's hilly here.", "Fewer than {v} gears is no good to me."),
            "zh": ("至少{v}速。", "变速不能少于{v}档。", "这边坡多，最少要{v}个档位。")}, _GEARS),
        limit("gears", "gears", "<=", plain((3, 8)), {
            "en": ("No more than {v} gears, I like it simple.", "{v} gears at most."),
            "zh": ("不超过{v}档，越简单越好。", "最多{v}速。")}, _GEARS),
        exactly("gears", "gears", {1: (("",), ("",))}, {
            "en": ("Just one gear, so that nothing breaks.", "A single-speed, please."),
            "zh": ("只要一个档位的。", "要单速的。")}, _GEARS),
    )  # fmt: skip


def _year() -> Trait:
    return mixed(
        limit("model year", "model_year", ">=", plain((2017, 2020, 2022, 2024)), {
            "en": ("A {v} model or newer.", "Nothing older than the {v} models.", "Model year {v} at the earliest."),
            "zh": ("{v}年或更新的款。", "{v}年以前的款不要。", "车款最早{v}年。")}, _YEAR),
        limit("model year", "model_year", ">=", RECENT, {"en": ("{v}",), "zh": ("{v}",)}, _YEAR),
    )  # fmt: skip


def _wheels() -> Trait:
    return mixed(
        exactly("wheels", "wheel_inches", plain((20, 24, 26, 27.5, 28, 29)), {
            "en": ("It needs {v}-inch wheels.", "Wheels of {v} inches.", 'The wheel size should be {v}".'),
            "zh": ("轮径{v}英寸。", "要{v}寸的车轮。")}, _WHEEL),
        limit("wheels", "wheel_inches", "<=", plain((24, 26)), {
            "en": ("Wheels no bigger than {v} inches.", "The wheels can be {v} inches at most, or it won't fit in my car."),
            "zh": ("车轮不能大于{v}英寸。", "轮子最大{v}寸，不然放不进车里。")}, _WHEEL),
    )  # fmt: skip


def _kind() -> Trait:
    return mixed(
        choice("kind", "kind", "==", KINDS, {
            "en": ("I'm looking for a {v}.", "It should be a {v}.", "Only a {v} will do."),
            "zh": ("想要{v}。", "只要{v}。", "买来当{v}骑的，必须是{v}。")}, _KIND),
        two("kind", "kind", "in", KINDS, {
            "en": ("A {a} or a {b}.", "Either a {a} or a {b}, both would be fine.", "I can't decide between a {a} and a {b}; show me either, nothing else."),
            "zh": ("{a}或者{b}都行。", "{a}、{b}，两种都可以，别的不要。")}, _KIND),
        choice("kind", "kind", "!=", KINDS, {
            "en": ("Not another {v}, I already have one.", "Anything but a {v}."),
            "zh": ("{v}家里已经有了，别再推荐。", "除了{v}都可以。")}, _KIND),
    )  # fmt: skip


def _brakes() -> Trait:
    return mixed(
        choice("brakes", "brakes", "==", BRAKES, {
            "en": ("With {v}.", "I insist on {v}.", "I only trust {v}."),
            "zh": ("要{v}的。", "刹车必须是{v}。", "我只信得过{v}。")}, _BRAKES),
        choice("brakes", "brakes", "!=", BRAKES, {
            "en": ("No {v}, please.", "I don't get on with {v}, so something else."),
            "zh": ("不要{v}。", "{v}我用不惯，换别的。")}, _BRAKES),
    )  # fmt: skip


def _colours() -> Trait:
    return mixed(
        choice("colours", "colours", "contains", COLOURS, {
            "en": ("A {v} one, please.", "There must be some {v} on it.", "I want something {v}, that's my favourite colour."),
            "zh": ("要{v}的。", "车身上得有{v}。", "我最喜欢{v}，就要这个颜色。")}, _COLOURS),
        two("colours", "colours", "contains_any", COLOURS, {
            "en": ("{a} or {b}, either is fine.", "It should be {a} or {b}."),
            "zh": ("{a}或者{b}都行。", "颜色要{a}或{b}。")}, _COLOURS),
        choice("colours", "colours", "not_contains", COLOURS, {
            "en": ("No {v} on it, please.", "I can't stand {v}, so there mustn't be any of it."),
            "zh": ("车身不要带{v}。", "我讨厌{v}，一点都不能有。")}, _COLOURS),
        two("colours", "colours", "not_contains", COLOURS, {
            "en": ("Neither {a} nor {b}, please.", "There should be no {a} and no {b} on it."),
            "zh": ("{a}和{b}都不要。", "既不要{a}，也不要{b}。")}, _COLOURS),
    )  # fmt: skip


def _equipment() -> Trait:
    return mixed(
        choice("equipment", "equipment", "contains", EQUIPMENT, {
            "en": ("I want one with a {v}.", "A {v} has to be on it.", "I won't buy it without a {v}."),
            "zh": ("要装好{v}的。", "没有{v}我不买。", "得有{v}。")}, _EQUIPMENT),
        two("equipment", "equipment", "contains", EQUIPMENT, {
            "en": ("It has to come with a {a} and a {b}.", "Both a {a} and a {b}, please.", "With a {a}; and a {b} too, I need both."),
            "zh": ("{a}和{b}都得有。", "要有{a}，{b}也不能少。")}, _EQUIPMENT),
        two("equipment", "equipment", "contains_any", EQUIPMENT, {
            "en": ("A {a} or a {b} must be on it, one of them will do.", "I need a {a} or a {b}."),
            "zh": ("{a}、{b}至少要有一样。", "要有{a}或者{b}。")}, _EQUIPMENT),
        choice("equipment", "equipment", "not_contains", EQUIPMENT, {
            "en": ("I'd only take the {v} off again, so one without it, please.", "It mustn't have a {v}.", "Without a {v}."),
            "zh": ("不要带{v}的。", "有{v}的不要，我还得拆。")}, _EQUIPMENT),
        two("equipment", "equipment", "not_contains", EQUIPMENT, {
            "en": ("Without a {a} and without a {b}.", "No {a}, no {b}."),
            "zh": ("{a}和{b}都不要。", "不要有{a}，也不要有{b}。")}, _EQUIPMENT),
    )  # fmt: skip


def _builder() -> Trait:
    return mixed(
        choice("builder", "builder", "contains", BUILDERS, {
            "en": ("Built by {v}.", "I want one of {v}'s bikes.", "It has to come from {v}'s workshop."),
            "zh": ("要{v}造的。", "想要{v}工坊的车。", "必须出自{v}之手。")}, _BUILDER),
        two("builder", "builder", "contains_any", BUILDERS, {
            "en": ("By {a} or by {b}.", "{a} or {b} should have built it."),
            "zh": ("{a}或{b}造的都行。", "要么是{a}造的，要么是{b}造的。")}, _BUILDER),
        choice("builder", "builder", "not_contains", BUILDERS, {
            "en": ("Nothing by {v}, my last one fell apart.", "Anyone but {v} may have built it."),
            "zh": ("不要{v}造的，上一辆散架了。", "{v}的车不买。")}, _BUILDER),
    )  # fmt: skip


TRAITS = (
    _money(),
    limit("weight", "weight_kg", "<=", KILOS, {
        "en": ("I carry it up the stairs, so no heavier than {v}.", "It should weigh {v} or less.", "It has to be lighter than {v}.",
               "I live on the fourth floor without a lift, so it may weigh {v} at the very most."),
        "zh": ("我要扛上楼，不能重于{v}。", "车重{v}以内。", "车子最重{v}。", "我住四楼没电梯，车重别超过{v}。")},
        {"en": r"weigh|heav|light(?:er)?\b", "zh": r"重量|多重|车重|轻"}),
    _gears(),
    within("height", "rider_min_cm", "rider_max_cm", HEIGHTS, {
        "en": ("I'm {v} tall.", "It has to fit someone who is {v} tall.", "It's for my son, who is {v} tall.", "My height is {v}."),
        "zh": ("我身高{v}。", "骑车的人身高{v}。", "给我儿子买的，他身高{v}。", "我有{v}高，要合身的。")},
        {"en": r"height|how tall|\btall\b|frame size|rider", "zh": r"身高|多高|rider|骑手|骑车的人"}),
    limit("load", "max_load_kg", ">=", LOADS, {
        "en": ("It has to take a load of {v}.", "Rider and luggage together come to {v}, and it must carry that.",
               "It must be able to carry {v} at least."),
        "zh": ("要能承重{v}。", "人加行李一共{v}，得载得动。", "载重至少{v}。")},
        {"en": r"load|carry|luggage", "zh": r"承重|载重|load|负重|行李"}),
    limit("range", "range_km", ">=", RANGES, {
        "en": ("A range of at least {v}.", "I ride {v} a day, and it has to manage that on one charge.", "The battery must last for {v}.",
               "{v} without recharging is the minimum."),
        "zh": ("续航至少{v}。", "充一次电要能跑{v}。", "我每天骑{v}，一次充电得够。", "续航不能低于{v}。")},
        {"en": r"range|how far|battery|kilomet|\bkm\b", "zh": r"续航|距离|多远|公里|电池"}),
    limit("charging", "charge_hours", "<=", HOURS, {
        "en": ("It should charge in {v} or less.", "Charging mustn't take more than {v}.", "I want it fully charged within {v}."),
        "zh": ("充满电不超过{v}。", "{v}之内要能充满。", "充电时间最多{v}。")},
        {"en": r"charg|hours", "zh": r"充电|充满|小时"}),
    limit("warranty", "warranty_years", ">=", YEARS, {
        "en": ("A warranty of at least {v}.", "The warranty should run for {v} or longer.", "Less than {v} of warranty is too little."),
        "zh": ("保修至少{v}。", "质保不能短于{v}。", "保修期不到{v}的不要。")},
        {"en": r"warrant|guarantee", "zh": r"保修|质保"}),
    limit("rating", "rating", ">=", STARS, {
        "en": ("Rated {v} or better.", "Customers should give it at least {v}.", "I don't trust anything with a rating under {v}."),
        "zh": ("评分{v}以上。", "评分低于{v}的不考虑。", "顾客评价至少{v}。")},
        {"en": r"rating|rated|score|reviews?|stars?\b", "zh": r"评分|评价|几分|口碑"}),
    _year(),
    limit("delivery", "delivery_days", "<=", DAYS, {
        "en": ("I need it delivered within {v}.", "Delivery can't take longer than {v}.", "It has to be here in {v} at the latest."),
        "zh": ("{v}之内要送到。", "送货不能超过{v}。", "最多等{v}就要到货。")},
        {"en": r"deliver|how soon|days|\bwait|when\b", "zh": r"送货|配送|到货|多久|几天|等|什么时候"}),
    _wheels(),
    _kind(),
    _brakes(),
    _colours(),
    _equipment(),
    _builder(),
    mixed(
        flag("electric", "electric", {
            "en": ("It has to be electric, I'm not sweating up that hill.", "An electric one, please.", "I want an electric motor to help me."),
            "zh": ("要电动的。", "爬坡太累，必须是电动的。", "要电动助力的。")}, _ELECTRIC),
        flag("electric", "electric", {
            "en": ("Not an electric one.", "I want to pedal myself, so nothing electric."),
            "zh": ("不要电动的。", "我想自己蹬，不要电动。")}, _ELECTRIC, wanted=False)),
    mixed(
        flag("second hand", "second_hand", {
            "en": ("Brand new only.", "Nothing second-hand.", "I don't want a used one."),
            "zh": ("要全新的。", "不要二手的。", "别人骑过的不要。")}, _USED, wanted=False),
        flag("second hand", "second_hand", {
            "en": ("Second-hand, please.", "I'd like to buy used, so no new ones."),
            "zh": ("要二手的。", "只买二手的，新车不要。")}, _USED)),
    flag("belt", "belt_drive", {
        "en": ("It should have a belt drive.", "With a belt instead of a chain.", "No oily chain: it must be belt driven."),
        "zh": ("要皮带传动的。", "不要链条，要皮带的。", "必须是皮带驱动。")},
        {"en": r"belt|chain\b", "zh": r"皮带|链条|传动"}),
    mixed(
        flag("suspension", "suspension", {
            "en": ("It needs suspension.", "The roads here are bad, so it has to have suspension.", "Suspension is a must."),
            "zh": ("要带避震的。", "路不好，必须有避震。", "避震一定要有。")}, _SUSPENSION),
        flag("suspension", "suspension", {
            "en": ("No suspension, it only adds weight.", "I want one without suspension."),
            "zh": ("不要避震，太重。", "要没有避震的。")}, _SUSPENSION, wanted=False)),
)  # fmt: skip
