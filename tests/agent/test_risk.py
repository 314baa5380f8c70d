"""What a person must read first, and that ordinary talk of films, games and shops is none of it."""

from __future__ import annotations

import pytest

from agent.risk import screen

RISKY = [
    ("personal data", "Write to jane.doe@example.org for tickets."),
    ("personal data", "Call +44 20 7946 0958 tonight."),
    ("personal data", "Ring (555) 123-4567 now."),
    ("personal data", "打电话给13812345678吧。"),
    ("personal data", "他的身份证号是11010519491231002X。"),
    ("personal data", "Card 4111 1111 1111 1111 was used."),
    ("link", "See https://example.test/x for more."),
    ("link", "Get it at cheap-films.ru today."),
    ("self-harm", "You should just kill yourself."),
    ("self-harm", "It shows ways to commit suicide."),
    ("self-harm", "你不如去死。"),
    ("self-harm", "自杀的方法有很多。"),
    ("violence", "It teaches how to build a bomb."),
    ("violence", "I will kill you if you skip it."),
    ("violence", "教你自制炸弹。"),
    ("sexual content", "Free porn inside."),
    ("sexual content", "色情内容。"),
    ("hate", "All foreigners are vermin."),
    ("hate", "Those people should be exterminated."),
    ("hate", "他们是劣等民族。"),
    ("medical claim", "This tea cures cancer."),
    ("medical claim", "Stop taking your medication."),
    ("medical claim", "可以治愈糖尿病。"),
    ("financial claim", "Guaranteed returns for everyone."),
    ("financial claim", "Double your money by Friday."),
    ("financial claim", "稳赚不赔。"),
]
ORDINARY = [
    "A violent thriller about a serial killer.",
    "A man plans his suicide in this dark comedy.",
    "Kill Bill goes with Pulp Fiction, which you rated highly.",
    "The hero must kill the dragon to save her.",
    "A war film in which thousands die.",
    "A sex comedy from 1999.",
    "A drama about a doctor who looks for a cure for cancer.",
    "The Wolf of Wall Street is about money and greed.",
    "All the President's Men is a classic.",
    "12 of the 50 users closest to you rated it highly.",
    "Runs 1985 to 1990, 95 minutes, for 2-4 players.",
    "It costs 1,299.50 and weighs 2.5 kg.",
    "Rated 4.5 of 5 by 1234567 users.",
    "Dr. No, M.A.S.H. and E.T. go together.",
    "一部关于连环杀手的暴力惊悚片。",
    "战争片，伤亡惨重。",
    "他想自杀，却遇见了爱情。",
    "一部关于抗癌的感人电影。",
    "讲述华尔街的贪婪。",
    "与你打了高分的《杀死比尔》相配。",
    "1994年上映，片长142分钟。",
]


@pytest.mark.parametrize(("kind", "text"), RISKY)
def test_a_text_that_harms_or_exposes_is_named_with_its_kind(kind: str, text: str) -> None:
    assert kind in {reason.split(":")[0] for reason in screen(text)}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_talk_is_let_through(text: str) -> None:
    assert screen(text) == []


def test_the_domain_may_add_words_of_its_own() -> None:
    assert screen("Our rival Acme does it better.", ["acme"]) == ["house rule: 'Acme'"]
    assert screen("The acmeist poets.", ["acme"]) == []
    assert screen("这是内部价。", ["内部价"])
