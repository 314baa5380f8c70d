"""What people want of an event, and how they say it."""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

from agent.evaluate.worlds.events_values import (
    AGES,
    BOOK_ON,
    EUROS,
    FEW,
    HELD_BY,
    HELD_FROM,
    HOSTS,
    HOURS,
    KINDS,
    LANGUAGES,
    LENGTHS,
    MANY,
    METRES,
    MONTHS,
    PARTS_OF_DAY,
    TOPICS,
    VENUES,
    VISITS,
    WEEKDAYS,
)
from agent.evaluate.worlds.spoken import Asked, exactly, limit, mixed, period, span, two
from agent.evaluate.worlds.traits import Trait, choice, flag

_PRICE: Asked = {
    "en": r"price|budget|cost|spend|afford|cheap|expensive|how much|\bfree\b",
    "zh": r"价|预算|多少钱|花|免费",
}
_LENGTH: Asked = {"en": r"\blong\b|duration|length|minutes|\blast\b", "zh": r"时长|多久|多长|分钟|长度"}
_START: Asked = {"en": r"\bstart|\bbegin|what time|time of (?:the )?day", "zh": r"开始|开场|几点|时间"}
_DATE: Asked = {
    "en": r"\bdates?\b|\bwhen\b|what day|which day|month|how soon",
    "zh": r"日期|哪一?天|什么时候|何时|几号|月份",
}
_SEATS: Asked = {
    "en": r"seats?\b|capacity|crowd|how (?:big|large|small|many)|places\b|size",
    "zh": r"座|容量|规模|多少人|人数|名额",
}
_AGE: Asked = {"en": r"\bages?\b|how old|child|\bkids?\b|adult", "zh": r"年龄|几岁|多大|孩子|成人|小孩"}
_KIND: Asked = {"en": r"kind|type|sort of|format", "zh": r"类型|哪种|种类|形式|什么样"}
_TOPICS: Asked = {"en": r"topic|subject|theme|about what|interest", "zh": r"主题|题材|话题|内容|兴趣"}
_VENUE: Asked = {"en": r"venue|where|location|place\b", "zh": r"场地|地点|场馆|哪里|在哪"}
_WEEKDAY: Asked = {"en": r"weekday|day of the week|(?:what|which) days?\b", "zh": r"星期|周几|礼拜|哪一?天|weekday"}
_LANGUAGES: Asked = {"en": r"language|speak|spoken", "zh": r"语言|语种|哪种语|什么语"}
_HOSTS: Asked = {"en": r"hosts?\b|speaker|performer|artist|\bwho\b|whom", "zh": r"主持|主讲|嘉宾|谁|表演者|人物"}
_OUTDOOR: Asked = {"en": r"outdoor|indoor|open[- ]air|outside|inside", "zh": r"户外|室外|室内|露天"}
_STREAM: Asked = {"en": r"stream|online", "zh": r"直播|线上|在线"}


def _money() -> Trait:
    return mixed(
        limit("price", "price", "<=", EUROS, {
            "en": ("A ticket mustn't cost more than {v}.", "I can spend {v}, not a cent more.", "Tickets for {v} or less.",
                   "{v} is as high as I'd go for a ticket.", "I don't pay more than {v} for an evening out.",
                   "I'd thought of {w}, but let's make that {v} at the most.",
                   "{v} at most. Something with a bar would be lovely, but I can live without."),
            "zh": ("票价不能超过{v}。", "门票{v}以内。", "我最多花{v}买票。", "票要是高于{v}就算了。",
                   "预算是{w}……哦不，最多{v}。", "票价{v}封顶。有酒吧的话更好，没有也行。")}, _PRICE),
        exactly("price", "price", {0: (("",), ("",))}, {
            "en": ("It has to be free.", "I don't want to pay anything for it.", "Free admission only, please."),
            "zh": ("要免费的。", "不想花钱，只看免费的。", "门票必须免费。")}, _PRICE),
        span("price", "price", ((10, 20), (15, 30), (20, 40), (30, 60)), {
            "en": ("Tickets between {a} and {b} euros.", "It's a present, so somewhere from {a} to {b} euros a ticket."),
            "zh": ("票价在{a}到{b}欧之间。", "用来送人的，票价{a}至{b}欧元。")}, _PRICE),
    )  # fmt: skip


def _length() -> Trait:
    return mixed(
        limit("length", "duration_min", "<=", LENGTHS, {
            "en": ("It mustn't last longer than {v}.", "I can't sit still for more than {v}.", "{v} at the longest.",
                   "It should be over within {v}.", "The babysitter can stay for {w}... no, for {v}, so it can't last longer than that."),
            "zh": ("不能超过{v}，坐不住。", "时长最多{v}。", "{v}之内要结束。", "别长于{v}。", "我能待{w}……不对，只有{v}，再长就不行了。")}, _LENGTH),
        limit("length", "duration_min", ">=", {n: LENGTHS[n] for n in (60, 90, 120)}, {
            "en": ("It should go on for at least {v}, or the trip isn't worth it.", "Nothing shorter than {v}.", "I want it to last {v} or more."),
            "zh": ("至少要有{v}，不然不值得跑一趟。", "短于{v}的不要。", "时长不少于{v}。")}, _LENGTH),
        span("length", "duration_min", ((30, 60), (45, 90), (60, 120), (90, 180)), {
            "en": ("It should take between {a} and {b} minutes.", "A length of {a} to {b} minutes."),
            "zh": ("时长在{a}到{b}分钟之间。", "{a}至{b}分钟的。")}, _LENGTH),
    )  # fmt: skip


def _start() -> Trait:
    return mixed(
        limit("start", "start_hour", ">=", {n: HOURS[n] for n in (11, 14, 17, 18, 19)}, {
            "en": ("It can't start before {v}, I'm at work until then.", "Starting at {v} or later.", "It should begin at {v} at the earliest.",
                   "I can be there at {v}, not earlier, and I don't want to miss the beginning."),
            "zh": ("开始时间不能早于{v}，我要上班。", "最早{v}开始。", "{v}之前我到不了，不想错过开头。", "{v}或更晚开场的。")}, _START),
        limit("start", "start_hour", "<=", {n: HOURS[n] for n in (11, 14, 17, 20)}, {
            "en": ("It must start at {v} or earlier.", "It shouldn't start later than {v}.", "I go to bed early: a start at {v} at the latest."),
            "zh": ("最晚{v}开始。", "开场不能晚于{v}。", "我睡得早，要{v}或更早开始的。")}, _START),
        period("start", "start_hour", PARTS_OF_DAY, {
            "en": ("It should start between {v}.", "I'd like a start somewhere between {v}, both included."),
            "zh": ("{v}之间开始的。", "开场时间要在{v}之间。")}, _START),
    )  # fmt: skip


def _date() -> Trait:
    return mixed(
        limit("date", "event_date", "<=", HELD_BY, {
            "en": ("It has to take place before {v}.", "I'm leaving town on {v}, so it must be on before then.",
                   "Held by {v} at the latest."),
            "zh": ("要在{v}之前举办的。", "我{v}就要走了，得在那之前。", "活动日期最晚到{v}。")}, _DATE),
        limit("date", "event_date", ">=", HELD_FROM, {
            "en": ("I'm away until {v}, so it should take place after that.", "Nothing that takes place before {v}.", "On {v} or later."),
            "zh": ("我{v}才回来，要那之后的。", "{v}以前的去不了。", "{v}或者更晚的日期。")}, _DATE),
        period("date", "event_date", MONTHS, {
            "en": ("It has to be in {v}.", "I only have time in {v}.", "Something in {v}."),
            "zh": ("要{v}的。", "我只有{v}有空。", "活动要在{v}。")}, _DATE),
        period("date", "event_date", VISITS, {
            "en": ("My friends are visiting {v}, and it has to be during their stay.", "I'm in town {v} only, so it must be then."),
            "zh": ("我朋友{v}来玩，要在这期间的。", "我只有{v}在城里。")}, _DATE),
    )  # fmt: skip


def _seats() -> Trait:
    return mixed(
        limit("seats", "seats", "<=", FEW, {
            "en": ("No more than {v} seats, I don't like crowds.", "Something small, with {v} seats at most.", "If there are more than {v} places it's too big for me.",
                   "{w} places at most. Hmm, no, rather {v} at most."),
            "zh": ("不要超过{v}个座位，我怕人多。", "小一点的，最多{v}个座位。", "名额多于{v}个的对我来说太大了。", "最多{w}个名额，不，还是最多{v}个吧。")}, _SEATS),
        limit("seats", "seats", ">=", MANY, {
            "en": ("I like a big audience: at least {v} seats.", "A hall with {v} seats or more.", "Fewer than {v} seats is too intimate for me."),
            "zh": ("喜欢热闹，至少要有{v}个座位。", "座位不少于{v}个。", "不到{v}个座位的场子太小了。")}, _SEATS),
    )  # fmt: skip


def _age() -> Trait:
    return mixed(
        limit("age", "min_age", "<=", AGES, {
            "en": ("My daughter is {v}, and she has to be let in.", "I'm bringing a boy who is {v} years old, so the age limit mustn't shut him out.",
                   "Children of {v} must be allowed.", "My nephew is coming along. He's {w}... no, only {v}, and he has to be allowed in."),
            "zh": ("我女儿{v}岁，她也得能进。", "要带一个{v}岁的男孩去，年龄限制不能把他挡在外面。", "{v}岁的孩子要可以参加。",
                   "我外甥也来，他{w}岁……不，才{v}岁，得让他进。")}, _AGE),
        exactly("age", "min_age", {18: (("",), ("",))}, {
            "en": ("Adults only: nobody under 18 should be admitted.", "Something for which you have to be 18."),
            "zh": ("只限成人的，18岁以下不能进。", "要满18岁才能参加的那种。")}, _AGE),
    )  # fmt: skip


def _kind() -> Trait:
    return mixed(
        choice("kind", "kind", "==", KINDS, {
            "en": ("I'm in the mood for a {v}.", "It should be a {v}.", "Only {v}s interest me.", "I'd like to go to a {v}."),
            "zh": ("想去{v}。", "只要{v}。", "想看看有没有{v}，别的形式不考虑。")}, _KIND),
        two("kind", "kind", "in", KINDS, {
            "en": ("A {a} or a {b}, nothing else.", "Either a {a} or a {b} would do.", "We can't agree whether it's to be a {a} or a {b}, so one of those two."),
            "zh": ("{a}或者{b}都行。", "{a}、{b}二选一，别的不要。", "只要是{a}或{b}就可以。")}, _KIND),
        choice("kind", "kind", "!=", KINDS, {
            "en": ("Anything but a {v}.", "No {v}s, please.", "I went to a {v} last week, so not that again."),
            "zh": ("除了{v}都可以。", "不要{v}。", "上周刚去过{v}，这次换别的。")}, _KIND),
    )  # fmt: skip


def _topics() -> Trait:
    return mixed(
        choice("topics", "topics", "contains", TOPICS, {
            "en": ("It has to be about {v}.", "{v} should be among the topics.", "My passion is {v}, so it must have to do with that."),
            "zh": ("要跟{v}有关的。", "主题里得有{v}。", "我就喜欢{v}，一定要讲这个的。")}, _TOPICS),
        two("topics", "topics", "contains", TOPICS, {
            "en": ("It should be about both {a} and {b}.", "I want {a} and {b} together in one event.", "{a}, and {b} as well: it must have both."),
            "zh": ("{a}和{b}都要涉及。", "既要有{a}，又要有{b}。", "同时讲{a}和{b}的。")}, _TOPICS),
        two("topics", "topics", "contains_any", TOPICS, {
            "en": ("About {a} or about {b}, one of them is enough.", "It should deal with {a} or {b}, I like both."),
            "zh": ("{a}或者{b}，有一个就行。", "主题是{a}或{b}都可以。")}, _TOPICS),
        choice("topics", "topics", "not_contains", TOPICS, {
            "en": ("Nothing about {v}, please.", "{v} bores me, so it mustn't be about that.", "I hear enough of {v} at work, spare me that."),
            "zh": ("不要跟{v}有关的。", "{v}我没兴趣，别给我推荐。", "上班天天都是{v}，这次绝对不要。")}, _TOPICS),
        two("topics", "topics", "not_contains", TOPICS, {
            "en": ("Neither {a} nor {b}, please.", "Nothing about {a} and nothing about {b}."),
            "zh": ("{a}和{b}都不要。", "既不要{a}也不要{b}。")}, _TOPICS),
    )  # fmt: skip


def _venue() -> Trait:
    return mixed(
        choice("venue", "venue", "==", VENUES, {
            "en": ("It should be at the {v}.", "I want to see the {v} from the inside, so it has to be there.", "Only at the {v}."),
            "zh": ("要在{v}办的。", "一直想去{v}看看，就要那儿的。", "地点只能是{v}。")}, _VENUE),
        two("venue", "venue", "in", VENUES, {
            "en": ("At the {a} or the {b}.", "Either the {a} or the {b}, they're close to me.", "It can be at the {a} or at the {b}, nowhere else."),
            "zh": ("在{a}或者{b}都行。", "{a}、{b}离我近，只要这两个地方的。")}, _VENUE),
        choice("venue", "venue", "!=", VENUES, {
            "en": ("Anywhere but the {v}.", "Not at the {v}, I can't hear a thing in there."),
            "zh": ("除了{v}哪儿都行。", "别在{v}，那里音响太差。")}, _VENUE),
        two("venue", "venue", "not_contains", VENUES, {
            "en": ("Neither at the {a} nor at the {b}.", "Leave out the {a} and the {b}."),
            "zh": ("{a}和{b}都不去。", "不要在{a}，也不要在{b}。")}, _VENUE),
    )  # fmt: skip


def _weekday() -> Trait:
    return mixed(
        choice("weekday", "weekday", "==", WEEKDAYS, {
            "en": ("It has to be on a {v}.", "{v} is my only free day.", "I can only go out on {v}s."),
            "zh": ("要{v}的。", "我只有{v}有空。", "只能在{v}。")}, _WEEKDAY),
        two("weekday", "weekday", "in", WEEKDAYS, {
            "en": ("On a {a} or a {b}.", "{a} or {b} would suit me, the other days don't."),
            "zh": ("{a}或{b}都可以，其他日子不行。", "得是{a}或者{b}，别的时候没空。")}, _WEEKDAY),
        choice("weekday", "weekday", "!=", WEEKDAYS, {
            "en": ("Not on a {v}, that's when I have choir.", "Any day except {v}."),
            "zh": ("除了{v}哪天都行。", "{v}我要练合唱，去不了。")}, _WEEKDAY),
    )  # fmt: skip


def _languages() -> Trait:
    return mixed(
        choice("languages", "languages", "contains", LANGUAGES, {
            "en": ("The event must be held in {v}.", "My guest only understands {v}, so it has to be in that language.", "{v} has to be spoken there."),
            "zh": ("活动要用{v}进行。", "我的客人只懂{v}，必须是这个语言的。", "语言要有{v}。")}, _LANGUAGES),
        two("languages", "languages", "contains_any", LANGUAGES, {
            "en": ("It can be held in {a} or in {b}, I understand both.", "The language should be {a} or {b}."),
            "zh": ("语言是{a}或{b}都行，我都听得懂。", "要么用{a}，要么用{b}，别的语言听不懂。")}, _LANGUAGES),
        two("languages", "languages", "contains", LANGUAGES, {
            "en": ("It should be bilingual, in {a} and {b}.", "It has to be held in both {a} and {b}, we're a mixed family."),
            "zh": ("要双语的，{a}和{b}都有。", "{a}和{b}两种语言都要有。")}, _LANGUAGES),
    )  # fmt: skip


def _hosts() -> Trait:
    return mixed(
        choice("hosts", "hosts", "contains", HOSTS, {
            "en": ("With {v}, please.", "I want to see {v} live.", "{v} has to be one of the hosts.", "I'm a fan of {v}, so only events with that name on the poster."),
            "zh": ("要有{v}的。", "我想见见{v}本人。", "必须是{v}主持的。", "我是{v}的粉丝，只看{v}的活动。")}, _HOSTS),
        two("hosts", "hosts", "contains_any", HOSTS, {
            "en": ("With {a} or with {b}.", "{a} or {b} should be there, one of the two is enough."),
            "zh": ("{a}或者{b}在场就行。", "嘉宾要有{a}或{b}。")}, _HOSTS),
        choice("hosts", "hosts", "not_contains", HOSTS, {
            "en": ("Not with {v}, I fell asleep last time.", "Anything without {v}.", "I can't bear {v}, so please nothing of the sort."),
            "zh": ("不要{v}的，上次听得我睡着了。", "有{v}的不去。", "主持人别是{v}。")}, _HOSTS),
    )  # fmt: skip


TRAITS = (
    _money(),
    _length(),
    _start(),
    _date(),
    limit("booking", "booking_closes", ">=", BOOK_ON, {
        "en": ("I can't book before {v}, so booking has to stay open beyond that.", "The booking deadline mustn't be before {v}.",
               "I'll only be able to get tickets on {v}, so booking mustn't have closed by then."),
        "zh": ("我{v}才能订票，到时候得还没截止。", "订票截止日期不能早于{v}。", "要{v}还能订到票的。")},
        {"en": r"book|deadline|reserv", "zh": r"订票|预订|预定|报名|截止"}),
    _seats(),
    _age(),
    limit("metro", "metro_m", "<=", METRES, {
        "en": ("No more than {v} from the metro.", "I walk badly, so the metro mustn't be further than {v} away.", "Within {v} of a metro station.",
               "The way to the metro should be {v} or less."),
        "zh": ("离地铁不超过{v}。", "我腿脚不好，离地铁最多{v}。", "地铁站{v}以内的。", "走到地铁别超过{v}。")},
        {"en": r"metro|subway|underground|how far|distance|\bwalk", "zh": r"地铁|多远|距离|metro"}),
    _kind(),
    _topics(),
    _venue(),
    _weekday(),
    _languages(),
    _hosts(),
    mixed(
        flag("outdoor", "outdoor", {
            "en": ("It should be outdoors.", "Open-air, please.", "I want to be outside, so nothing indoors."),
            "zh": ("要户外的。", "露天的才好，室内的不要。", "想在室外活动。")}, _OUTDOOR),
        flag("outdoor", "outdoor", {
            "en": ("Indoors, please, I catch cold easily.", "Nothing outdoors.", "It mustn't be open-air."),
            "zh": ("要室内的，我容易着凉。", "不要户外的。", "露天的不行。")}, _OUTDOOR, wanted=False)),
    flag("dogs", "dogs_allowed", {
        "en": ("My dog has to be allowed in.", "I won't go without my dog, so dogs must be welcome.", "It should be somewhere I can bring my dog."),
        "zh": ("要能带狗。", "我的狗得能一起进去。", "我去哪儿都带着狗，必须允许带狗。")},
        {"en": r"\bdogs?\b|\bpets?\b", "zh": r"狗|宠物"}),
    mixed(
        flag("stream", "streamed_online", {
            "en": ("It has to be streamed online too, my sister will watch from abroad.", "There must be a live stream."),
            "zh": ("要有线上直播，我姐在国外看。", "必须同时在网上直播。")}, _STREAM),
        flag("stream", "streamed_online", {
            "en": ("I don't want it streamed online.", "No live stream, please, I don't want to be on camera."),
            "zh": ("不要有直播的，我不想上镜。", "不能在网上直播。")}, _STREAM, wanted=False)),
    flag("sign language", "sign_language", {
        "en": ("It needs sign language interpretation.", "My brother is deaf, so there has to be sign language.", "There must be someone who signs for the deaf."),
        "zh": ("要有手语翻译。", "我弟弟听不见，必须有手语。", "得配手语的。")},
        {"en": r"sign language|\bdeaf|interpret", "zh": r"手语|听障|聋"}),
)  # fmt: skip
