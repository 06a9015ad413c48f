"""The scenario files are right, a wrong one is one clear sentence, checks count what they say, and one really plays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import Correctable
from evals.__main__ import main
from evals.suites.options import Options
from evals.suites.scenario import letters, run
from evals.suites.scenario.checks import judge
from evals.suites.scenario.letters import Arrived, Envelope
from evals.suites.scenario.loader import load, names
from evals.suites.scenario.play import Played
from evals.suites.scenario.seen import Line, Seen
from evals.suites.scenario.stage import Person, Prepared, cast
from evals.suites.scenario.story import FIELDS, Check, Mail, Role, Story

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA = Person(
    "Ada Byron", "Partner", "ada@one.example", "One", "one.example", "en", "GB", "Bath", "Web studio", 9
)
KARL = Person(
    "Karl May", "Inhaber", "karl@zwei.example", "Zwei", "zwei.example", "de", "DE", "Ulm", "Agentur", 4
)
JO = Person(
    "Jo Hopper", "Office", "jo@one.example", "One", "one.example", "en", "GB", "Bath", "Web studio", 9
)
STORY = """
name: small
promise: it holds
cast: {ada: {}}
script:
  - launch: {}
  - id: asked
    wait: 1d
expect:
  - {rows: letters, who: ada, count: "== 1"}
"""


@pytest.mark.parametrize("name", names())
def test_every_scenario_file_can_be_read_and_says_what_it_promises(name: str) -> None:
    story = load(name)
    assert story.promise and story.expect


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("launch: {}", "lunch: {}"), 6, "lunch"),
        (("wait: 1d", "wait: soon"), 8, "span of time"),
        (("rows: letters", "rows: post"), 10, "no rows 'post'"),
        (('count: "== 1"', 'count: "some"'), 10, "a count is written"),
        (("who: ada", "who: eve"), 1, "nobody of the cast is called 'eve'"),
        (("promise: it holds", "promise: [it"), 4, "no YAML"),
        (("name: small", "name: other"), 1, "it says 'other'"),
    ],
)
def test_a_wrong_file_is_one_sentence_with_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, said: str
) -> None:
    (tmp_path / "small.yaml").write_text(STORY.replace(*change))
    with pytest.raises(Correctable) as found:
        load("small", tmp_path)
    assert found.value.code == "wrong_scenario"
    assert said in found.value.message and f"line {line}" in found.value.message
    assert "\n" not in found.value.message


def test_an_unknown_name_lists_the_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "no-such"]) == 2
    assert "The scenarios are:" in capsys.readouterr().err
    assert main(["scenario", "list"]) == 0
    assert "are-you-a-bot" in capsys.readouterr().out


def test_a_check_asks_only_for_words_its_rows_have() -> None:
    with pytest.raises(ValueError, match="letters have no 'colour'"):
        Check(rows="letters", where={"colour": "red"})
    assert set(FIELDS) >= {"letters", "left_alone"}


def test_roles_go_to_the_first_who_fits_and_colleagues_stay_outside() -> None:
    prepared = Prepared(Path(), (KARL, ADA), {"one.example": JO})
    found = cast(prepared, {"karl": Role(language="de"), "ada": Role(), "jo": Role(colleague_of="ada")})
    assert (found["karl"], found["ada"], found["jo"]) == (KARL, ADA, JO)
    with pytest.raises(ValueError, match="nobody in the prepared world can play luc"):
        cast(prepared, {"luc": Role(language="fr")})


def test_what_is_missing_and_what_is_forbidden_is_said_with_what_was_seen() -> None:
    story = _story(forbid=({"rows": "letters", "after": "asked", "where": {"text": "{ada.first}.*off"}},))
    late = Line(ADA.address, NOON, _letter("Ada, 20% off for you"))
    early = Line(ADA.address, NOON.replace(hour=9), _letter("Ada, 20% off for you"))
    played = Played(began={"asked": NOON})
    assert judge(story, {"ada": ADA}, played, _seen(letters=[early])) == []
    wrong = judge(story, {"ada": ADA}, played, _seen(letters=[early, late]))
    assert len(wrong) == 2
    assert "expected letters of ada == 1: 2 of 2" in wrong[0] and "20% off" in wrong[1]


def test_a_broken_rule_of_the_market_fails_unless_the_story_allows_it() -> None:
    seen = _seen(
        letters=[Line(ADA.address, NOON, _letter("hello"))],
        violations=[Line(ADA.address, NOON, {"rule": "too_often", "because": "twice"})],
    )
    assert "too_often" in judge(_story(), {"ada": ADA}, Played(), seen)[0]
    assert judge(_story(allow=("too_often",)), {"ada": ADA}, Played(), seen) == []


def test_a_mail_answers_the_letter_quotes_it_and_carries_the_servers_verdict() -> None:
    letter = Arrived(
        "<1@pitchloom.example>", "A question", "Hello Ada,\nshall we talk?", "robin@x.example", NOON
    )
    envelope = Envelope(
        ADA.name, ADA.address, "robin@x.example", ((JO.name, JO.address),), NOON, "<m@one>", letter
    )
    mail = Mail.model_validate({"from": "ada", "text": "", "proof": "fail"})
    raw = letters.compose(mail, "Grüße aus Bath", "", envelope)
    assert letters.id_of(raw) == "<m@one>"
    text = raw.decode()
    assert "In-Reply-To: <1@pitchloom.example>" in text and "Cc: Jo Hopper <jo@one.example>" in text
    assert "dkim=fail" in text and text.startswith("Return-Path: <ada@one.example>")
    assert letters.arrived(raw, NOON).text.strip().startswith("Grüße aus Bath")
    assert "shall we talk" not in letters.arrived(raw, NOON).text


async def test_a_scenario_really_plays_and_passes() -> None:
    result = await run.run(Options(name="are-you-a-bot", say=lambda text: None))
    document = result.as_json()
    assert document["figures"]["passed"]["value"] == 1.0, document["scenarios"]
    assert document["scenarios"][0]["name"] == "are-you-a-bot" and document["scenarios"][0]["passed"]


def _story(**changed: object) -> Story:
    given = {
        "name": "small",
        "promise": "it holds",
        "cast": {"ada": {}},
        "script": ({"id": "asked", "wait": "1d"},),
        "expect": ({"rows": "letters", "who": "ada", "count": "== 1"},),
    }
    return Story.model_validate({**given, **changed})


def _letter(text: str) -> dict[str, str]:
    return {"kind": "touch", "subject": "", "text": text, "answers": "", "to": ADA.address}


def _seen(**rows: list[Line]) -> Seen:
    return Seen({**{name: [] for name in FIELDS}, **rows}, chain_ok=True)
