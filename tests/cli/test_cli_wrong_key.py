"""The service does not start with another key than its workspace was made with, and harms nothing by the attempt."""

import asyncio

from runtime.settings import Settings
from runtime.store.migrate import ensure_key
from service.bootstrap import open_house
from tests.fixtures import builders

KEY = "the key this workspace was made with"


async def _first_start(settings: Settings) -> None:
    async with open_house(settings) as house:
        await ensure_key(house.database, house.terms.salt, builders.MONDAY)


def test_the_service_refuses_another_key_and_names_the_setting(cli):
    cli.with_settings(RAINMAKER_SECRET_KEY=KEY).json("init")
    asyncio.run(_first_start(Settings(home=cli.home, secret_key=KEY)))
    done = cli.with_settings(RAINMAKER_SECRET_KEY="the key of another one").run("serve", "--json")
    assert (done.code, done.error["code"]) == (2, "wrong_secret_key"), done.out + done.err
    assert done.error["where"] == "RAINMAKER_SECRET_KEY"
    assert "Traceback" not in done.err
    assert not (cli.home / "service.json").exists()
    assert cli.with_settings(RAINMAKER_SECRET_KEY=KEY).json("audit", "verify")["ok"]
