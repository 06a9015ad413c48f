"""A part of the house that is made when it is first used."""

from runtime.first_use import FirstUse


class _Radio:
    def __init__(self) -> None:
        self.volume = 3

    def play(self, station: str) -> str:
        return f"{station} at {self.volume}"


def test_nothing_is_made_until_it_is_used() -> None:
    made: list[_Radio] = []

    def make() -> _Radio:
        made.append(_Radio())
        return made[-1]

    part = FirstUse(make)
    radio = part.stand_in()
    assert part.made() is None
    assert not made
    assert radio.play("Radio Nord") == "Radio Nord at 3"
    assert radio.volume == 3
    assert part.made() is made[0]
    assert len(made) == 1


def test_what_the_part_does_not_have_is_missing_as_ever() -> None:
    assert not hasattr(FirstUse(_Radio).stand_in(), "pause")
