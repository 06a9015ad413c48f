"""What the planner says itself: help, small talk, questions back, plain refusals. Never facts about anybody."""

from language.port import Situation

HELP = (
    "You can tell me, in plain English:\n"
    "- your website address – I read it and propose who to sell to, with a source for every line;\n"
    "- changes to that profile – “only Germany, 50+ people”, “no agencies”, “heads of marketing "
    "rather than founders”;\n"
    "- “find 200 prospects”, “show the best ten”, “who is in France?”, “why her?”, “drop the second one”;\n"
    "- “write a campaign for online shops, goal: demo”, “make it shorter”, “launch it” (I ask for "
    "your approval first);\n"
    "- questions about a company or your own site – “do they use Shopify?”, “what is our pricing?”;\n"
    "- “what is waiting for me?”, “pause everything”, “resume”, “why did you write to Anna?”.\n"
    "Commands: /approve /why ID /pause /resume /icp /prospects /campaign."
)

APPROVE_IN_CARDS = (
    "Text in the chat never counts as an approval. Open the cards with /approve and decide there with "
    "the buttons."
)

NOTHING_LEAVES = (
    "Nothing is sent: every mail waits for your approval on its card. Say “pause” to stop all sending."
)

CANNOT = (
    "I can't help with that: I only do sales work here – your customer profile, prospects, campaigns, approvals, and "
    "questions about companies I have read. Say “help” for what I understand."
)

UNSURE = "I am not sure what you want me to do. {guess}Say “help” for what I understand."


def small_talk(text: str, situation: Situation) -> str:
    """A short answer to thanks, greetings and farewells, with the next useful step."""
    if text.startswith(("thank", "thx", "ty", "cheers", "much app", "appreciate")):
        return "You're welcome. " + next_step(situation)
    if text.startswith(("bye", "goodbye", "see you", "good night", "talk", "have a")):
        return "Goodbye. Nothing leaves without your approval while you are away."
    if text.startswith(
        (
            "hi",
            "hello",
            "hey",
            "good morning",
            "good aft",
            "good eve",
            "moin",
            "hallo",
            "howdy",
            "greet",
            "how are",
        )
    ):
        return "Hello. " + next_step(situation)
    return "Good. " + next_step(situation)


def next_step(situation: Situation) -> str:
    """The one thing that makes sense to do next."""
    if not situation.has_icp:
        return "Send me your website address and I work out who to sell to."
    if not situation.prospects:
        return "Shall I look for prospects? Say “find 50 prospects”."
    if situation.pending_approvals:
        return f"{situation.pending_approvals} approvals are waiting for you: /approve."
    if not situation.drafts:
        return "Say “write a campaign” when the prospects look right."
    return "Say “show the campaign” to read the drafts, or “launch it” to ask for approval."


def unsure(guess: str = "") -> str:
    """A plain "I am not sure", with the best guess as a question when there is one."""
    return UNSURE.format(guess=f"{guess} " if guess else "")


def missing_tool(name: str) -> str:
    """What to say when the tool for it is not switched on here."""
    return f"I understood, but “{name.replace('_', ' ')}” is not available here."
