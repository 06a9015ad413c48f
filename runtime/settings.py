"""The one typed settings class, read once from the environment. Printed redacted by `doctor`."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.errors import Correctable

PREFIX = "RAINMAKER_"
_LOGIN = re.compile(r"(://)(?:[^/@\s]*|[^/@\s:]*:[^@\s]*)@")  # a database's password may hold a slash
_PASSWORD = re.compile(r"([?&]password=)[^&\s]*")
OPENAI_FIELDS = ("openai_api_key", "openai_base_url", "openai_model", "openai_embedding_model")


class Settings(BaseSettings):
    """Everything an owner can set. Absent means the embedded default."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    home: Path = Field(Path("~/.rainmaker"), description="Folder for all data.")
    database_url: str = Field(
        "", description="SQLAlchemy URL of the business database; empty = SQLite in the home."
    )
    lease_seconds: float = Field(
        30.0,
        ge=1,
        le=600,
        allow_inf_nan=False,
        description="Seconds without a sign of life after which a worker counts as dead and others take its work.",
    )
    timetable: str = Field(
        "",
        description="Other times for what comes again and again, e.g. "
        "'digest=weekdays at 08:00; inbox_poll=every 1 minute'; owner-local.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="smtp://user:password@host:port (STARTTLS when offered), smtp+tls:// (STARTTLS required) "
        "or smtps:// (TLS).",
    )
    imap_url: SecretStr = Field(
        SecretStr(""), description="imap://user:password@host:port or imaps://; its Sent folder is checked."
    )
    sent_copy: str = Field(
        "server",
        description="Who files sent mail: server, client or none. Decides whether a doubtful send is repeated.",
    )
    send_grace: float = Field(
        20.0,
        ge=0,
        allow_inf_nan=False,
        description="Seconds after a claim before an absent Sent copy means the mail did not leave.",
    )
    more_imap_urls: SecretStr = Field(
        SecretStr(""), description="Further mailboxes to read, IMAP addresses with spaces between them."
    )
    mail_servers: str = Field(
        "",
        description="Names that your own mail servers write into Authentication-Results, with commas between "
        "them; what others write there proves nothing.",
    )
    raw_mail_days: int = Field(
        90, ge=1, le=3650, description="Days the raw copy of a mail that came in is kept; what it said stays."
    )
    caldav_url: SecretStr = Field(
        SecretStr(""),
        description="CalDAV server or calendar, https://user:password@host/path; empty = no calendar.",
    )
    calendar_zone: str = Field("UTC", description="Time zone of the owner, e.g. Europe/Berlin.")
    calendar_country: str = Field(
        "", description="Country whose holidays the owner keeps, ISO code, with a region if needed: DE-BY."
    )
    working_hours: str = Field("09:00-17:00", description="Hours of the owner for meetings, owner-local.")
    meeting_minutes: int = Field(30, ge=5, le=480, description="Length of a meeting in minutes.")
    meeting_buffer_minutes: int = Field(
        15, ge=0, le=240, description="Minutes kept free before and after each meeting."
    )
    meeting_notice_hours: int = Field(
        24, ge=0, le=720, description="Hours from now before the first meeting that is offered."
    )
    meeting_horizon_days: int = Field(
        14, ge=1, le=120, description="Days ahead in which meetings are offered."
    )
    meetings_per_day: int = Field(4, ge=1, le=50, description="Meetings on one day, at most.")
    meeting_stretch_hours: int = Field(
        2,
        ge=0,
        le=6,
        description="Hours before and after the working hours in which meetings may lie with people far away, whose "
        "working day meets none of the owner's.",
    )
    search_url: str = Field(
        "", description="SearXNG-compatible JSON search endpoint, with the path, e.g. https://searx/search."
    )
    web_proxy: str = Field("", description="HTTP egress proxy for sites and search; it resolves names.")
    clock_url: str = Field("", description="Sandbox clock; empty = the system clock.")
    mail_from: str = Field("", description='Sender, e.g. "Ada Lovelace <ada@example.org>".')
    postal_address: str = Field("", description="Postal address printed below every mail (CAN-SPAM).")
    public_url: str = Field(
        "", description="Public address of this service, for one-click unsubscribe links."
    )
    mailbox_started: date | None = Field(
        None, description="Day the mailbox began sending; the daily ramp 10→50 counts from it. Empty = today."
    )
    dkim_selector: str = Field("", description="DKIM selector; with the key file set, mail is signed.")
    dkim_key_file: Path | None = Field(None, description="PEM private key for DKIM.")
    allowed_links: str = Field(
        "", description="Comma-separated link prefixes that mails may contain besides our own site."
    )
    disclosure: str = Field(
        "", description="Sentence that tells recipients an AI wrote the mail; empty = the built-in sentence."
    )
    policy_file: Path | None = Field(
        None, description="YAML authority matrix; empty = ask before every send."
    )
    asks_per_day: int = Field(
        20,
        ge=1,
        le=1000,
        description="Asks put before people a day (a campaign's batch is one); more of low risk wait a day.",
    )
    mails_per_day: int = Field(
        500,
        ge=0,
        description="Mails the whole workspace sends a day at most; each mailbox has its ramp besides.",
    )
    fetches_per_day: int = Field(
        100_000, ge=0, description="Web requests a day at most, robots.txt and searches included."
    )
    tokens_per_day: int = Field(
        5_000_000, ge=0, description="Tokens a language model may take a day, prompts and answers together."
    )
    prices: str = Field(
        "",
        description="What work costs you, for `rainmaker costs`: prompt and answer for a million tokens, mail and "
        "request each, e.g. 'prompt=0.25; answer=2; mail=0.001; currency=EUR'.",
    )
    calls_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="Calls of the API one token or person may make in a minute."
    )
    traces_url: str = Field(
        "",
        description="OTLP address of an OpenTelemetry collector, e.g. http://127.0.0.1:4318/v1/traces; empty = no "
        "traces. Spans hold ids, kinds and numbers only.",
    )
    webhook_hosts: str = Field(
        "",
        description="Hosts of your own network that webhooks may call besides public https ones, host:port with "
        "commas between them, e.g. 127.0.0.1:9000.",
    )
    host: str = Field("127.0.0.1", description="Address the service listens on.")
    port: int = Field(8700, ge=0, le=65535, description="Port the service listens on.")
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Key for sessions, tokens and hashes; empty = made once and kept in the home.",
    )
    sandbox: bool = Field(False, description="Sandbox mode: private hosts behind the proxy are allowed.")
    llm_timeout: float = Field(
        60.0, gt=0, allow_inf_nan=False, description="Seconds to wait for one model answer."
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""), validation_alias="OPENAI_API_KEY", description="Key of an OpenAI-compatible model."
    )
    openai_base_url: str = Field(
        "", validation_alias="OPENAI_BASE_URL", description="Address of an OpenAI-compatible model server."
    )
    openai_model: str = Field("", validation_alias="OPENAI_MODEL", description="Model name, e.g. gpt-5-mini.")
    openai_embedding_model: str = Field(
        "",
        validation_alias="OPENAI_EMBEDDING_MODEL",
        description="Embedding model; empty = local embeddings.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource,
        **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given: `load` reads the environment once, nothing else does."""
        return (init_settings,)

    @field_validator("home")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("sent_copy")
    @classmethod
    def _known_copy(cls, value: str) -> str:
        if value not in {"server", "client", "none"}:
            raise ValueError("must be server, client or none")
        return value

    @property
    def database(self) -> str:
        """URL of the business database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'rainmaker.db'}"

    @property
    def has_model(self) -> bool:
        """True when a language model is configured."""
        return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)

    def redacted(self) -> dict[str, Any]:
        """All values with secrets as ***, for people."""
        shown = self.model_dump(mode="json")
        for name, value in self:
            if isinstance(value, SecretStr):
                shown[name] = "***" if value.get_secret_value() else ""
            elif isinstance(value, str):
                shown[name] = _PASSWORD.sub(r"\1***", _LOGIN.sub(r"\1***@", value))
        return shown


def variable_of(name: str) -> str:
    """Environment variable of a setting."""
    return name.upper() if name in OPENAI_FIELDS else PREFIX + name.upper()


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment; each wrong value and each unknown variable is named. Empty means unset.

    Raises:
        Correctable: bad_setting or unknown_setting.
    """
    known = {variable_of(name): name for name in Settings.model_fields}
    given = {}
    for variable, value in environ.items():
        name = known.get(variable.upper())
        if name and value:
            given[variable.upper() if name in OPENAI_FIELDS else name] = value
        if name is None and variable.upper().startswith(PREFIX):
            raise Correctable(
                f"{variable} is not a setting.",
                code="unknown_setting",
                where=variable,
                hint=_closest(variable.upper(), set(known)),
            )
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = variable_of(str(first["loc"][0]).lower())
        raise Correctable(
            f"{name} is wrong: {first['msg'].removeprefix('Value error, ')}.",
            code="bad_setting",
            where=name,
            hint="Correct it or unset it.",
        ) from error


def _closest(variable: str, known: set[str]) -> str:
    import difflib

    # without the prefix, which alone would make any two names half alike
    names = {name.removeprefix(PREFIX): name for name in sorted(known)}
    near = difflib.get_close_matches(variable.removeprefix(PREFIX), list(names), n=1, cutoff=0.5)
    return f"Did you mean {names[near[0]]}?" if near else "See .env.example for the settings that exist."


def example_file() -> str:
    """Text of `.env.example`."""
    lines = ["# Settings of Rainmaker. Everything is optional. Written by `make docs`.", ""]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        shown = "" if shown is None else str(shown).lower() if isinstance(shown, bool) else shown
        lines += [f"# {field.description}", f"# {variable_of(name)}={shown}", ""]
    return "\n".join(lines)
