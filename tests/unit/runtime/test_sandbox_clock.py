"""The sandbox clock: asked anew each time, and once where the caller knows that it stands."""

from datetime import UTC, datetime

from runtime.clock import SandboxClock


class Counted(SandboxClock):
    """Tells an hour more each time it is asked."""

    def __init__(self) -> None:
        super().__init__("http://nowhere.example")
        self.times = 0

    async def _asked(self) -> datetime:
        self.times += 1
        return datetime(2026, 11, 23, self.times, tzinfo=UTC)


async def test_a_standing_clock_is_asked_once_and_later_anew():
    clock = Counted()
    assert [(await clock.now()).hour, (await clock.now()).hour] == [1, 2]
    async with clock.standing():
        assert {(await clock.now()).hour for _ in range(5)} == {3}
    assert (await clock.now()).hour == 4
