"""Settings: every wrong value is named with its variable, unknown ones get a suggestion, secrets never show."""

import pytest

from domain.errors import Correctable
from runtime.settings import OPENAI_FIELDS, Settings, example_file, load, variable_of

BAD = [
    ("RAINMAKER_PORT", "eighty"),
    ("RAINMAKER_PORT", "70000"),
    ("RAINMAKER_PORT", "-1"),
    ("RAINMAKER_SEND_GRACE", "nan"),
    ("RAINMAKER_SEND_GRACE", "inf"),
    ("RAINMAKER_SEND_GRACE", "-3"),
    ("RAINMAKER_MAILS_PER_DAY", "-1"),
    ("RAINMAKER_FETCHES_PER_DAY", "nan"),
    ("RAINMAKER_TOKENS_PER_DAY", "many"),
    ("RAINMAKER_LLM_TIMEOUT", "0"),
    ("RAINMAKER_LLM_TIMEOUT", "NaN"),
    ("RAINMAKER_SENT_COPY", "sometimes"),
    ("RAINMAKER_SANDBOX", "perhaps"),
    ("RAINMAKER_MAILBOX_STARTED", "2026-02-31"),
]


@pytest.mark.parametrize(("variable", "value"), BAD)
def test_a_wrong_value_is_named_with_its_variable(variable: str, value: str) -> None:
    with pytest.raises(Correctable) as caught:
        load({variable: value})
    assert (caught.value.code, caught.value.where) == ("bad_setting", variable)
    assert caught.value.message.startswith(f"{variable} is wrong: ")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("RAINMAKER_MAIL_FORM", "RAINMAKER_MAIL_FROM"),
        ("RAINMAKER_SMTP", "RAINMAKER_SMTP_URL"),
        ("rainmaker_prot", "RAINMAKER_PORT"),
        ("RAINMAKER_PORT__DEEP", "RAINMAKER_PORT"),
        ("RAINMAKER_ZZZZZZZZZZZZ", ".env.example"),
    ],
)
def test_an_unknown_variable_gets_a_suggestion(variable: str, hint: str) -> None:
    with pytest.raises(Correctable) as caught:
        load({variable: "x"})
    assert (caught.value.code, caught.value.where) == ("unknown_setting", variable)
    assert hint in (caught.value.hint or "")


def test_only_the_given_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAINMAKER_PORT", "1")
    monkeypatch.setenv("OPENAI_API_KEY", "from outside")
    assert (load({}).port, load({}).has_model) == (8700, False)


def test_an_empty_variable_means_unset() -> None:
    everything = {variable_of(name): "" for name in Settings.model_fields}
    assert load(everything) == load({})


def test_other_programs_variables_are_left_alone() -> None:
    assert load({"PATH": "/bin", "OPENAI_ORG": "x", "RAIN": "1"}) == load({})


def test_values_arrive_typed() -> None:
    given = load(
        {"RAINMAKER_PORT": "99", "RAINMAKER_SANDBOX": "true", "OPENAI_MODEL": "m", "RAINMAKER_HOME": "~/x"}
    )
    assert (given.port, given.sandbox, given.openai_model) == (99, True, "m")
    assert given.home.is_absolute()
    assert given.database == f"sqlite+aiosqlite:///{given.home}/rainmaker.db"


def test_secrets_never_show() -> None:
    given = load(
        {
            "RAINMAKER_SMTP_URL": "smtp://u:hunter2@mx.example",
            "RAINMAKER_DATABASE_URL": "postgresql+asyncpg://u:hunter2@db/x",
            "RAINMAKER_WEB_PROXY": "http://u:hunter2@proxy:3128",
            "RAINMAKER_SECRET_KEY": "hunter2hunter2hunter2",
            "OPENAI_API_KEY": "hunter2",
            "OPENAI_BASE_URL": "https://key:hunter2@models.example/v1",
        }
    )
    for shown in (str(given.redacted()), repr(given.smtp_url), str(given.openai_api_key)):
        assert "hunter2" not in shown
    assert given.redacted()["database_url"] == "postgresql+asyncpg://***@db/x"


def test_the_error_about_a_secret_does_not_hold_it() -> None:
    with pytest.raises(Correctable) as caught:
        load({"RAINMAKER_PORT": "hunter2"})
    assert "hunter2" not in str(caught.value.as_dict())


def test_the_example_file_names_every_setting_with_its_purpose() -> None:
    text = example_file()
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"# {field.description}\n# {variable_of(name)}=" in text
    assert all(name in Settings.model_fields for name in OPENAI_FIELDS)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load({}).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@h/x",
        "postgresql://u:hun/ter2@h/x",
        "postgresql://u@/x?host=/s&password=hunter2",
    ],
)
def test_no_form_of_a_database_address_shows_its_password(url: str) -> None:
    shown = load({"RAINMAKER_DATABASE_URL": url}).redacted()["database_url"]
    assert "ter2" not in shown
    assert "***" in shown
