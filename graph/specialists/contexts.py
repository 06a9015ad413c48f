"""What each model context reads and whether an outside effect may follow from what the model says there.

No context may hold untrusted input, private data and an outside effect at once. Data and its check only.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.actions import ACTION_CLASSES, AnyAction
from domain.errors import Refused

Reads = Literal["owner", "public", "untrusted", "private"]
# owner: words of the signed-in person · public: what we publish ourselves · untrusted: web pages, mail, uploads ·
# private: what the workspace knows and an outsider may not read (a recipient's own name and title are theirs)


class ModelContext(BaseModel):
    """One prompt: which language function, what enters it, and whether its words can leave."""

    model_config = ConfigDict(frozen=True)

    function: str  # of the language port
    reads: frozenset[Reads]
    effect: bool = False  # what the model says here can become an outside effect
    why: str

    @property
    def mixed(self) -> bool:
        """The one combination that is never allowed."""
        return self.effect and {"untrusted", "private"} <= self.reads


def _context(function: str, *reads: Reads, effect: bool = False, why: str) -> ModelContext:
    return ModelContext(function=function, reads=frozenset(reads), effect=effect, why=why)


PLANNER = _context(
    "plan",
    "owner",
    "untrusted",
    "private",
    why="sees names found on the web; an outside step it names must be planned again by PLANNER_ALONE",
)
PLANNER_ALONE = _context(
    "plan", "owner", effect=True, why="sees the person's message and counts only; nothing that was shown"
)
CONTEXTS: dict[str, tuple[ModelContext, ...]] = {
    "onboard": (
        _context("read_profile", "untrusted", why="reads our own site as anybody could"),
        _context("propose_icp", "untrusted", why="the profile and pages of our own site"),
    ),
    "find_prospects": (
        _context(
            "search_queries", "owner", "untrusted", "private", why="the profile; queries are guarded fetches"
        ),
        _context("read_company", "untrusted", why="one company's own pages"),
    ),
    "plan_campaign": (
        _context(
            "write_mail",
            "public",
            "untrusted",
            effect=True,
            why="our published facts, their site, and the recipient's own name and title; nothing private",
        ),
    ),
    "revise_drafts": (
        _context(
            "revise_mail",
            "owner",
            "public",
            "untrusted",
            effect=True,
            why="the same brief and the person's wish for this mail",
        ),
    ),
    "follow_up": (
        _context(
            "write_mail",
            "public",
            "untrusted",
            effect=True,
            why="our published facts, their site, and the recipient's own name and title; nothing private",
        ),
    ),
    "introduce": (
        _context(
            "write_mail",
            "public",
            "untrusted",
            effect=True,
            why="our published facts, their site, and the recipient's own name and title; nothing private",
        ),
    ),
    "handle_reply": (
        _context("read_reply", "untrusted", why="one mail's own words; typed findings with quotes come out"),
        _context(
            "write_reply",
            "public",
            "untrusted",
            effect=True,
            why="their mail and our published facts; what is done was decided before, by code",
        ),
    ),
    "ask": (_context("answer", "owner", "untrusted", "private", why="answers the person; proposes nothing"),),
}
WITHOUT_MODEL = frozenset(
    "show_icp edit_icp list_prospects explain_prospect qualify_prospects show_campaign show_draft drop_drafts "
    "launch_campaign show_approvals why pause resume show_digest status help "
    "consider_deal follow_deal list_deals show_deal show_forecast move_deal list_tasks finish_task "
    "write_after_meeting".split()
)
OUTSIDE_TOOLS = frozenset(
    {"launch_campaign", "follow_up", "introduce", "handle_reply", "write_after_meeting"}
)  # the tools that may propose an outside effect
READS_UNTRUSTED = frozenset(
    {
        "onboard",
        "find_prospects",
        "ask",
        "plan_campaign",
        "revise_drafts",
        "follow_up",
        "introduce",
        "handle_reply",
    }
)


def contexts_of(tool: str) -> tuple[ModelContext, ...] | None:
    """The model contexts of a tool; None for a tool the table does not know."""
    return () if tool in WITHOUT_MODEL else CONTEXTS.get(tool)


def check_context(tool: str, wanted: Iterable[AnyAction], *, from_owner: bool) -> None:
    """Stop a run in which an outside effect would come out of a context that must not cause one.

    Raises:
        Refused: mixed_context.
    """
    contexts = contexts_of(tool)
    if contexts is None or any(one.mixed for one in contexts):
        raise _refused(tool, f"What {tool} reads is not declared apart from what it may do.")
    outside = any(ACTION_CLASSES[action.kind].effect == "outside" for action in wanted)
    if outside and tool not in OUTSIDE_TOOLS:
        raise _refused(tool, f"{tool} may not propose anything that leaves.")
    if tool in OUTSIDE_TOOLS and not from_owner:
        raise _refused(tool, "What leaves must follow from your own words alone.")


def _refused(tool: str, message: str) -> Refused:
    return Refused(
        message,
        code="mixed_context",
        where=tool,
        hint="Say it in one plain sentence, e.g. “launch the campaign”.",
    )
