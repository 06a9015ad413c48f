"""Commands about people: who may sign in, and erasing or exporting what is stored about somebody."""

from typing import Annotated

import typer

from channels.calling import call
from channels.output import JSON, show
from channels.render_people import users_text

Name = Annotated[str, typer.Argument(help="User name.")]
Role = Annotated[str, typer.Argument(help="owner, manager, rep or viewer.")]
Somebody = Annotated[str, typer.Argument(help="Contact id or full e-mail address.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="Who may sign in, and as what.", no_args_is_help=True)
    for name, function in (
        ("list", users_list),
        ("add", add),
        ("role", role),
        ("disable", disable),
        ("enable", enable),
    ):
        group.command(name)(function)
    app.add_typer(group, name="users")
    app.command("erase")(erase)
    app.command("export-person")(export_person)


def users_list(json: JSON = False) -> None:
    """Everybody who may sign in, with their role."""
    result = call("users", {}, as_json=json)
    show(result, json, users_text(result))


def add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="owner, manager, rep or viewer.")],
    json: JSON = False,
) -> None:
    """Let somebody in; the password is shown once. `password NAME` makes a new one."""
    result = call("user_add", {"name": name, "role": role}, as_json=json)
    show(result, json, f"Login: {result['name']} / {result['password']} (shown once), {result['role']}")


def role(name: Name, new: Role, json: JSON = False) -> None:
    """Give a user another role; they sign in again."""
    result = call("user_role", {"name": name, "role": new}, as_json=json)
    show(result, json, f"{result['name']} is {result['role']} now.")


def disable(name: Name, json: JSON = False) -> None:
    """Lock a user out; their sessions end at once."""
    result = call("user_disable", {"name": name}, as_json=json)
    show(result, json, f"{result['name']} is locked out.")


def enable(name: Name, json: JSON = False) -> None:
    """Let a locked user sign in again."""
    result = call("user_enable", {"name": name}, as_json=json)
    show(result, json, f"{result['name']} may sign in again.")


def erase(
    person: Somebody,
    reason: Annotated[str, typer.Option(help="Why, for the record; no personal data.")] = "they asked for it",
    json: JSON = False,
) -> None:
    """Erase a person everywhere, for good; they stay uncontacted through a salted hash."""
    result = call("erase", {"person": person, "reason": reason}, as_json=json)
    show(result, json, result["text"])


def export_person(person: Somebody, json: JSON = False) -> None:
    """Print everything that is stored about a person as one JSON document."""
    show(call("export_person", {"person": person}, as_json=json), True)
