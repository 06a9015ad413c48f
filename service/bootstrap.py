"""The composition root: settings become a working house. Adapters are chosen here and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from typing import TYPE_CHECKING

from autonomy import stop_file
from autonomy.budgets import Budgets
from autonomy.policy import Policy
from autonomy.policy_file import load_policy
from autonomy.terms import DEFAULT_DISCLOSURE, Terms
from domain.decisions import Actor
from domain.errors import Correctable
from domain.ids import Ids
from graph.desk import Desk, Emit
from graph.specialists.office import office_of
from language.port import Language
from runtime.clock import Clock, SandboxClock, SystemClock
from runtime.durable.handovers import Handovers
from runtime.durable.lease import Alone, Standing
from runtime.first_use import FirstUse
from runtime.identity import RandomIds
from runtime.settings import Settings
from runtime.store.audit_head import HeadFile
from runtime.store.engine import Database
from runtime.store.migrate import ensure_key, ensure_schema
from service.calendar_desk import CalendarDesk
from service.mail_reading import MailReading
from service.mailboxes import mailbox_of
from service.purse import Purse
from service.secrets import secret_key
from service.watch import Watch
from service.wrong_tries import WrongTries
from tools.effector import Effector, Mailbox

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from language.embeddings.port import Embedder
    from service.recall_desk import RecallDesk
    from service.web_desk import WebDesk


@dataclass(frozen=True)
class House:
    """Everything a use case works with; one per process."""

    settings: Settings
    database: Database
    clock: Clock
    ids: Ids
    language: Language
    web: "WebDesk"
    recall: "RecallDesk"
    policy: Policy
    terms: Terms
    audit_head: HeadFile
    calendar: CalendarDesk | None = None
    mail_reading: MailReading = field(default_factory=MailReading)
    watch: Watch = field(default_factory=Watch)  # how far the checks of each turn looked
    standing: Standing = field(default_factory=Alone)  # whether this process may act
    tries: WrongTries = field(default_factory=WrongTries)  # wrong passwords, one count for every door

    def desk(self, actor: Actor, *, conversation_id: str = "", message_id: str = "", said: str = "") -> Desk:
        """A desk for one turn."""
        return Desk(
            database=self.database,
            clock=self.clock,
            ids=self.ids,
            language=self.language,
            web=self.web,
            recall=self.recall,
            policy=self.policy,
            terms=self.terms,
            actor=actor,
            conversation_id=conversation_id,
            message_id=message_id,
            said=said,
            calendar=self.calendar,
            meeting_minutes=self.settings.meeting_minutes,
            office=office_of(self.settings),
        )

    def _mailbox(self) -> Mailbox:
        mailbox = mailbox_of(self.settings)
        return replace(mailbox, hands=self.calendar.booking()) if self.calendar else mailbox

    def effector(self, terms: Terms | None = None) -> Effector:
        """The effector over the configured mailbox.

        Raises:
            Correctable: no_mailbox.
        """
        return Effector(
            self.database,
            self.clock,
            self.ids,
            self._mailbox(),
            terms or self.terms,
            self.policy,
            self.standing,
            self.handovers(),
        )

    def handovers(self) -> Handovers:
        """What processes of this home began to hand over."""
        return Handovers(self.settings.home / "handovers", self.standing.executor)


def listening(desk: Desk, emit: Emit) -> Desk:
    """The same desk, telling somebody how it goes."""
    return replace(desk, emit=emit)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open everything; the schema is made or upgraded silently."""
    key = secret_key(settings)
    database = Database(settings.database)
    head = HeadFile(settings.home / "audit-head.json", key)
    database.after_audit = head.keep
    clock: Clock = SandboxClock(settings.clock_url) if settings.clock_url else SystemClock()
    terms = _terms(settings, key)
    purse = Purse(database, clock, terms.budgets)
    web = FirstUse(lambda: _web(settings, clock, purse))
    calendar = _calendar(settings, clock, database, terms.sender)
    recall = FirstUse(lambda: _recall(settings, clock, database, purse))
    reading = MailReading()
    try:
        await ensure_schema(database)
        await ensure_key(database, key, await clock.now())
        yield House(
            settings=settings,
            database=database,
            clock=clock,
            ids=RandomIds(),
            language=FirstUse(lambda: _language(settings, purse)).stand_in(),
            web=web.stand_in(),
            recall=recall.stand_in(),
            policy=load_policy(settings.policy_file),
            terms=terms,
            audit_head=head,
            calendar=calendar,
            mail_reading=reading,
        )
    finally:
        await reading.close()
        if calendar is not None:
            await calendar.close()
        for part in (recall.made(), web.made()):
            if part is not None:
                await part.close()
        await purse.close()
        await database.close()
        if isinstance(clock, SandboxClock):
            await clock.close()


def _terms(settings: Settings, key: bytes) -> Terms:
    name, address = parseaddr(settings.mail_from)
    if settings.mail_from and "@" not in address:
        raise Correctable(
            "RAINMAKER_MAIL_FROM holds no e-mail address.",
            code="bad_setting",
            where="RAINMAKER_MAIL_FROM",
            hint='For example "Ada Lovelace <ada@example.org>".',
        )
    links = tuple(link.strip() for link in settings.allowed_links.split(",") if link.strip())
    return Terms(
        sender=address,
        sender_name=name,
        disclosure=settings.disclosure or DEFAULT_DISCLOSURE,
        postal_address=settings.postal_address,
        public_url=settings.public_url or _own_address(settings),
        allowed_links=links,
        mailbox_started=settings.mailbox_started,
        asks_per_day=settings.asks_per_day,
        budgets=Budgets(settings.mails_per_day, settings.tokens_per_day, settings.fetches_per_day),
        stop_file=settings.home / stop_file.NAME,
        salt=key,
        secrets=(key.decode(errors="replace"),),
    )


def _calendar(settings: Settings, clock: Clock, database: Database, owner: str) -> CalendarDesk | None:
    if not settings.caldav_url.get_secret_value():
        return None
    return CalendarDesk(settings, clock, database, owner)


def _own_address(settings: Settings) -> str:
    """In the sandbox the service itself answers one-click links; live, an owner must say where it is."""
    return f"http://{settings.host}:{settings.port}" if settings.sandbox else ""


def _web(settings: Settings, clock: Clock, purse: Purse) -> "WebDesk":
    from service.web_desk import WebDesk

    return WebDesk(settings, clock, purse.fetch)


def _recall(settings: Settings, clock: Clock, database: Database, purse: Purse) -> "RecallDesk":
    from service.recall_desk import RecallDesk

    return RecallDesk(settings.home / "vectors", _embedder(settings, purse), database, clock)


def _embedder(settings: Settings, purse: Purse) -> "Embedder":
    from language.embeddings.port import choose

    if settings.openai_embedding_model:
        return choose(
            "openai",
            base_url=settings.openai_base_url,
            api_key=settings.openai_api_key.get_secret_value(),
            model=settings.openai_embedding_model,
            allowance=purse,
        )
    return choose("auto")


def _language(settings: Settings, purse: Purse) -> Language:
    from language.offline.brain import OfflineLanguage

    rules = OfflineLanguage()
    if not settings.has_model:
        return rules
    from language.wire.brain import OpenAILanguage
    from runtime.llm import DEFAULT_MODEL, chat_model

    name = settings.openai_model or DEFAULT_MODEL

    def model() -> "BaseChatModel":
        return chat_model(
            model=name,
            api_key=settings.openai_api_key.get_secret_value(),
            base_url=settings.openai_base_url,
            timeout=settings.llm_timeout,
        )

    return OpenAILanguage(model, rules=rules, name=name, timeout=settings.llm_timeout, allowance=purse)
