"""Buyers: calibrated to published rates, moved by what a letter really says, and not to be gamed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from evals.market.buyers import calibrate
from evals.market.buyers.appraisal import Reader, Sheet, appraise
from evals.market.buyers.economics import all_economics, economics_of
from evals.market.buyers.letters import generic_letter
from evals.market.buyers.minds import mind_of
from evals.market.buyers.odds import model, weigh
from evals.market.buyers.records import YEAR, Window
from evals.market.world.atlas import load_atlas
from evals.market.world.generate import generate_companies
from evals.market.world.records import Status

ATLAS = load_atlas()
SELLER = economics_of("sales@boomerly.example")
MORNING = datetime(2026, 11, 3, 10, tzinfo=UTC)
ENGLISH = [
    one
    for one in generate_companies(ATLAS, 11, 1500)
    if one.status is Status.ACTIVE and one.language == "en" and one.industry == "shop_fashion" and one.people
]


@pytest.fixture(scope="module")
def company():
    return next(
        one for one in ENGLISH if one.employees >= 20 and any(g == "shop" for g, _ in one.technologies)
    )


def reader_of(company, **changes):
    person = company.people[0]
    mind = mind_of(5, company, person, SELLER)
    return replace(Reader(company, person, mind, "en"), **changes)


def struck(company, text, *, at=MORNING, one_click=True, **reader):
    sheet = Sheet("returns", text, at, one_click)
    return appraise(ATLAS, SELLER, reader_of(company, **reader), sheet).features


def letter(company, *sentences, first=None):
    name = first or company.people[0].name.split()[0]
    return f"Hi {name},\n\n" + " ".join(sentences) + "\n\nBest,\nRobin"


def test_the_rates_are_the_published_ones_for_what_most_send_today():
    people = calibrate.audience(ATLAS, calibrate.SEED + 1, 2500)  # other people than those it was set on
    found = calibrate.table(people, model()).figures(model().rates)
    assert found["replies"] == pytest.approx(0.034, abs=0.006)
    assert found["best_tenth"] == pytest.approx(0.107, abs=0.02)
    assert found["positive_share"] == pytest.approx(0.14, abs=0.04)
    assert found["complaints"] < 0.003


def test_a_mind_is_the_same_for_the_same_seed_and_differs_between_sellers(company):
    person = company.people[0]
    assert mind_of(5, company, person, SELLER) == mind_of(5, company, person, SELLER)
    other = economics_of("hello@plainpath.example")
    assert mind_of(5, company, person, other).fit < mind_of(5, company, person, SELLER).fit
    assert mind_of(6, company, person, SELLER) != mind_of(5, company, person, SELLER)


def test_every_seller_has_people_who_need_it():
    companies = [one for one in generate_companies(ATLAS, 3, 1500) if one.status is Status.ACTIVE]
    for host, seller in all_economics().items():
        needy = sum(mind_of(3, one, None, seller).need > 0.4 for one in companies)
        assert needy > 10, host


def test_their_own_name_is_noticed_and_a_wrong_one_too(company):
    assert struck(company, letter(company, "How are returns going?"))["named"] == 1
    wrong = struck(company, letter(company, "How are returns going?", first="Zebulon"))
    assert (wrong["named"], wrong["wrong_name"]) == (0, 1)
    assert struck(company, letter(company, "Hello.", first=company.name.split()[0]))["wrong_name"] == 0


def test_what_is_said_about_them_is_held_against_the_truth(company):
    tool = next(name for group, name in company.technologies if group == "shop")
    others = {name for names in ATLAS.technologies.values() for name in names}
    wrong = next(one for one in sorted(others) if one not in {name for _, name in company.technologies})
    assert struck(company, letter(company, f"I saw that you use {tool}."))["specific"] > 0
    assert struck(company, letter(company, f"I saw that you use {wrong}."))["untrue"] == 1
    many = company.employees * 5
    assert struck(company, letter(company, f"With your {many} employees this hurts."))["untrue"] == 1
    assert struck(company, letter(company, f"With your {company.employees} employees."))["untrue"] == 0
    assert struck(company, letter(company, f"We serve {many} employees elsewhere."))["untrue"] == 0
    assert struck(company, letter(company, "Congratulations on your award!"))["untrue"] == 1


def test_manner_hour_and_way_out_are_noticed(company):
    plain = struck(company, letter(company, "How are returns going?"))
    assert {plain[name] for name in ("pressure", "flattery", "promise", "night", "no_way_out", "long")} == {0}
    assert struck(company, letter(company, "Last chance, act now!"))["pressure"] == 1
    assert struck(company, letter(company, "I am impressed by what you do."))["flattery"] > 0
    assert struck(company, letter(company, "We guarantee a discount."))["promise"] == 1
    assert struck(company, letter(company, "Hello."), at=MORNING.replace(hour=23))["night"] == 1
    assert struck(company, letter(company, "Hello."), one_click=False)["no_way_out"] == 1
    assert struck(company, letter(company, "word " * 400))["long"] == 1
    german = "Guten Tag,\n\nwir sind für Sie da und das ist nicht alles, was wir mit der Retoure können."
    assert struck(company, german)["foreign"] == 1


def test_the_same_text_again_and_too_soon_is_a_nuisance(company):
    text = letter(company, "How are returns going at your shop these days?")
    again = struck(company, text, earlier=(text,), days_since=1.0)
    assert (again["repeat"], again["soon"], again["touch"]) == (1, 1, 1)
    person = company.people[0]
    mind = mind_of(5, company, person, SELLER)
    once = weigh(
        mind, appraise(ATLAS, SELLER, reader_of(company), Sheet("", text, MORNING, True)), MORNING.date()
    )
    tenth = Reader(company, person, mind, "en", (text,) * 9, 1.0)
    late = weigh(mind, appraise(ATLAS, SELLER, tenth, Sheet("", text, MORNING, True)), MORNING.date())
    assert late.value < once.value / 20
    assert late.cost > once.cost * 5


def test_a_window_opens_once_a_year_and_shows_a_month_before():
    window = Window(phase=100, days=60)
    start = date.fromordinal(YEAR.days * 2000 + 100)
    assert [window.open(start + timedelta(days=n)) for n in (-31, -30, 0, 59, 60)] == [0, 0.5, 1, 1, 0]


def worth(companies, write, days=(0, 3, 7, 14), at=MORNING):
    """EUR expected of a sequence, harm taken off, per person, as a campaign that stops at the first word gets it."""
    total = 0.0
    for one in companies:
        mind = mind_of(5, one, one.people[0], SELLER)
        earlier, silent, last = [], 1.0, None
        for step, day in enumerate(days):
            text = write(one, step)
            when = at + timedelta(days=day)
            since = 99.0 if last is None else float(day - last)
            reader = Reader(one, one.people[0], mind, "en", tuple(earlier), since)
            found = weigh(
                mind, appraise(ATLAS, SELLER, reader, Sheet("returns", text, when, True)), when.date()
            )
            total += silent * (found.value - found.cost - SELLER.mail_cost)
            silent *= 1 - sum(found.chances.values())
            earlier.append(text)
            last = day
    return total / len(companies)


def test_the_market_cannot_be_gamed():
    some = ENGLISH[:60]

    def plain(one, step):
        return generic_letter(SELLER, one, one.people[0], min(step, 3), Random(one.domain))[1]

    usual = worth(some, plain)
    daily = worth(some, lambda one, step: plain(one, step % 4), days=tuple(range(25)))
    flattering = worth(
        some, lambda one, step: plain(one, step) + "\n\nI am impressed, your amazing team is incredible."
    )
    discounts = worth(some, lambda one, step: plain(one, step) + "\n\nWe guarantee a discount of 30 %.")
    invented = worth(some, lambda one, step: plain(one, step) + "\n\nCongratulations on your award.")
    pressing = worth(some, lambda one, step: plain(one, step) + "\n\nLast chance, act now.")
    nightly = worth(some, plain, at=MORNING.replace(hour=2))
    assert max(daily, flattering, discounts, invented, pressing, nightly) < usual
    true = worth(
        some,
        lambda one, step: (
            plain(one, step) + f"\n\nYou run on {one.technologies[0][1]} in {one.address.city}." * (step == 0)
        ),
    )
    assert true > usual
