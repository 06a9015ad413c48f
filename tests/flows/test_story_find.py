"""From a URL to prospects: profile, ICP, an edit in chat, the search – every line with a page and a quote."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

KINDS = {"hard", "soft", "disqualifier", "role", "pain"}


async def test_onboarding_answers_in_the_shape_others_rely_on(onboarded):
    assert onboarded["profile"]["name"] == "Pitchloom"
    assert onboarded["pages"] >= 8
    assert isinstance(onboarded["not_found"], list)
    assert onboarded["icp"]["version"] == 1
    for fact in onboarded["profile"]["fields"]:
        assert fact["field"] and fact["value"] and fact["evidence"]
    for line in onboarded["icp"]["lines"]:
        assert line["kind"] in KINDS
        assert line["field"] and line["value"] and line["evidence"]


async def test_what_is_not_on_the_site_is_named_and_not_invented(onboarded):
    present = {fact["field"] for fact in onboarded["profile"]["fields"]}
    assert present.isdisjoint(onboarded["not_found"])


async def test_every_quote_of_the_profile_is_visible_on_its_page(onboarded, reader):
    evidence = [one for fact in onboarded["profile"]["fields"] for one in fact["evidence"]]
    assert len(evidence) >= 10
    assert await reader.misses(evidence) == []


async def test_every_quote_of_the_customer_profile_is_visible_on_its_page(onboarded, reader):
    evidence = [one for line in onboarded["icp"]["lines"] for one in line["evidence"]]
    assert len(evidence) >= 5
    assert await reader.misses(evidence) == []


async def test_the_customer_profile_names_who_the_site_sells_to(onboarded):
    industries = {
        term for line in onboarded["icp"]["lines"] if line["kind"] == "hard" for term in line["match"]
    }
    assert {"marketing-agency", "web-agency", "consulting"} <= industries


async def test_prospects_are_found_without_a_list(found):
    assert found.result["companies"] == len(found.prospects)
    assert 25 <= found.result["qualified"] <= 45
    assert sum(row["qualified"] for row in found.prospects) == found.result["qualified"]


async def test_the_list_has_the_shape_others_rely_on(found):
    wanted = {"id", "account", "domain", "contact", "email", "fit", "qualified", "reasons", "evidence"}
    for row in found.prospects:
        assert wanted <= set(row)
        assert 0 <= row["fit"] <= 1
        assert row["verdict"]
        assert row["reasons"] or row["verdict"]


async def test_the_list_is_best_first_and_holds_each_company_once(found):
    fits = [row["fit"] for row in found.prospects]
    assert fits == sorted(fits, reverse=True)
    domains = [row["domain"] for row in found.prospects]
    assert len(domains) == len(set(domains))


async def test_every_reason_for_a_qualified_prospect_stands_on_its_own_site(found, reader):
    evidence = [one for row in found.prospects if row["qualified"] for one in row["evidence"]][:40]
    assert len(evidence) >= 20
    assert await reader.misses(evidence) == []


async def test_an_edit_in_chat_makes_a_new_version_that_cites_the_person(edited):
    assert edited.icp["version"] == 2
    lines = {line["field"]: line for line in edited.icp["lines"] if line["kind"] == "hard"}
    assert lines["geography"]["match"] == ["DE"]
    assert lines["size"]["match"] == ["min:50"]
    for field in ("geography", "size"):
        assert lines[field]["evidence"][0]["url"].startswith("conversation:")
        assert lines[field]["evidence"][0]["quote"] == "only companies in Germany with 50+ people"


async def test_the_chat_answers_in_the_shape_others_rely_on(edited):
    assert {"answer", "citations", "proposals"} <= set(edited.chat)
    assert edited.chat["proposals"][0]["kind"] == "change_icp"
    assert edited.chat["proposals"][0]["verdict"] == "allow"
    assert "version 2" in edited.chat["answer"]


async def test_the_edit_scores_every_prospect_again(found, edited):
    before = {row["id"] for row in found.prospects if row["qualified"]}
    after = [row for row in edited.prospects if row["qualified"]]
    assert 0 < len(after) < len(before)
    assert {row["country"] for row in after} == {"DE"}
    assert len(edited.prospects) == len(found.prospects)


async def test_undoing_the_edit_brings_the_version_and_every_verdict_back(found, edited):
    assert edited.undone["undone"] is True
    assert edited.icp_after_undo["version"] == 1
    facts = ("id", "fit", "qualified", "verdict")
    assert [[row[name] for name in facts] for row in edited.prospects_after_undo] == [
        [row[name] for name in facts] for row in found.prospects
    ]


async def test_an_act_can_be_undone_only_once(edited):
    assert (edited.undone_again.code, edited.undone_again.exit_code) == ("cannot_undo", 3)
