"""A small campaign through the command line: every shape and exit code that other programs rely on."""

from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Lived:
    """What each command answered."""

    answers: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session")
def lived(cli_at, sandbox_settings, tmp_path_factory) -> Lived:
    cli = cli_at(tmp_path_factory.mktemp("story") / "home", sandbox_settings)
    told = Lived()
    said = told.answers

    def fails(name: str, *args: str) -> None:
        told.failed[name] = cli.run(*args, "--json")

    said["onboard"] = cli.json("onboard", "pitchloom.example")
    fails("onboard nowhere", "onboard", "http://nobody-has-this.example/")
    said["find"] = cli.json("prospects", "find", "--limit", "4")
    said["prospects"] = cli.json("prospects", "--qualified")
    said["plan"] = cli.json("campaign", "plan", "--limit", "4")
    said["launch"] = cli.json("campaign", "launch")
    said["list"] = cli.json("approvals", "list")
    approval, items = said["list"][0]["id"], said["list"][0]["items"]
    lie = "Hello,\n\nWe saved 412 agencies 38 % of their costs.\n\nRobin"
    fails("bad edit", "approvals", "edit", approval, "--item", items[0]["id"], "--body", lie)
    fails("no edit", "approvals", "edit", approval, "--item", items[0]["id"])
    edit = ("approvals", "edit", approval, "--item", items[0]["id"], "--body", "-", "--json")
    said["edit"] = cli.run(*edit, text=items[0]["body"] + "\n\nP.S. No hurry.\n").json
    if len(items) > 1:
        said["reject"] = cli.json("approvals", "reject", approval, "--item", items[1]["draft"])
    said["approve"] = cli.json("approvals", "approve", approval)
    fails("double click", "approvals", "approve", approval)
    said["tick"] = cli.json("tick", "--until-idle")
    said["report"] = cli.json("campaign", "report")
    said["why"] = cli.json("why", said["report"]["list"][0]["id"])
    said["chat"] = cli.json("chat", "what is waiting for me?")
    said["pause"] = cli.json("campaign", "pause")
    said["resume"] = cli.json("resume", "--scope", f"campaign:{said['report']['id']}")
    fails("undo first profile", "undo", said["onboard"]["icp"]["id"])
    said["audit"] = cli.json("audit", "verify")
    return told


def test_a_bare_host_is_tried_and_the_profile_comes_back(lived):
    done = lived.answers["onboard"]
    assert {"profile", "icp", "not_found", "pages"} <= set(done)
    assert done["profile"]["name"] == "Pitchloom"


def test_a_site_that_cannot_be_read_is_one_document_with_the_address(lived):
    done = lived.failed["onboard nowhere"]
    assert done.code in (1, 2)
    assert "nobody-has-this.example" in f"{done.error['message']} {done.error['where']}"


def test_prospects_are_found_and_listed(lived):
    assert lived.answers["find"]["qualified"] >= 1
    wanted = {"id", "account", "domain", "contact", "email", "fit", "qualified", "reasons", "evidence"}
    assert lived.answers["prospects"]
    assert all(wanted <= set(row) for row in lived.answers["prospects"])


def test_a_plan_a_launch_and_an_ask_agree(lived):
    plan, launch, ask = (lived.answers[name] for name in ("plan", "launch", "list"))
    assert {"id", "audience", "touches", "drafts"} <= set(plan)
    assert launch["approval"] == ask[0]["id"]
    assert launch["mails"] == len(ask[0]["items"])
    assert {"id", "action", "recipient", "summary", "risk", "why", "expires_at"} <= set(ask[0])


@pytest.mark.parametrize("name", ["edit", "reject", "approve"])
def test_a_decision_answers_with_id_state_and_person(lived, name):
    if name not in lived.answers:
        pytest.skip("only one text was asked about")
    assert {"id", "state", "by"} <= set(lived.answers[name])
    assert lived.answers[name]["by"] == "owner"


@pytest.mark.parametrize(
    ("name", "exit_code", "code"),
    [
        ("bad edit", 3, "refused"),
        ("no edit", 2, "nothing_to_edit"),
        ("double click", 3, "already_decided"),
        ("undo first profile", 3, "cannot_undo"),
    ],
)
def test_what_may_not_be_done_has_its_exit_code(lived, name, exit_code, code):
    done = lived.failed[name]
    assert (done.code, done.error["code"]) == (exit_code, code), done.out + done.err


def test_a_turn_sends_what_is_due_or_says_when(lived):
    turn = lived.answers["tick"]
    wanted = {"signals", "decisions", "asked", "refused", "sent", "failed", "in_doubt", "idle"}
    assert wanted <= set(turn)
    assert turn["sent"] > 0 or turn["next_due"]
    assert (turn["failed"], turn["in_doubt"], turn["asked"]) == (0, 0, 0)


def test_why_answers_with_a_chain(lived):
    chain = lived.answers["why"]["chain"]
    assert all({"kind", "id", "text", "at", "by"} <= set(link) for link in chain)
    assert {"mail", "decision", "claim", "prospect", "icp"} <= {link["kind"] for link in chain}


def test_a_chat_answers_with_citations_and_proposals(lived):
    assert {"answer", "citations", "proposals"} <= set(lived.answers["chat"])
    assert lived.answers["chat"]["answer"] == "Nothing waits for you."


def test_a_paused_campaign_says_so_and_goes_on(lived):
    assert lived.answers["pause"]["state"] == "paused"
    assert lived.answers["resume"]["paused"] is False


def test_the_chain_is_clean_at_the_end(lived):
    assert lived.answers["audit"]["ok"] is True
