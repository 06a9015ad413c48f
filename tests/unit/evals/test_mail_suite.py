"""The suite `mail`: runs without data, names what it skips, and files generated mails where they belong."""

from pathlib import Path

import pytest

from evals.suites.catalog import SUITES
from evals.suites.mail import threads
from evals.suites.mail.bounces import Example
from evals.suites.options import Options


async def test_without_the_data_folder_threads_are_still_measured_and_the_rest_is_named() -> None:
    result = await SUITES["mail"].load()(Options(say=lambda text: None))
    assert set(result.skipped) == {
        "bounce_kind_accuracy",
        "hard_bounce_f1",
        "complaints_read_as_human",
        "reply_trim_exact",
    }
    assert (
        result.figures["threading_correct"].met and result.figures["threading_to_another_contact"].value == 0
    )


async def test_real_shaped_data_of_any_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "sisimai-bounces" / "eml").mkdir(parents=True)
    (tmp_path / "sisimai-bounces" / "not-bounce").mkdir()
    (tmp_path / "sisimai-bounces" / "eml" / "x-01.eml").write_bytes(
        b"From: mailer-daemon@x.example\nSubject: failure notice\n\n<a@b.example>:\n550 no such user\n"
    )
    (tmp_path / "sisimai-bounces" / "labels.csv").write_text(
        "file,event,dsn,replycode,reason,hardbounce,feedbacktype\nx-01.eml,0,,,userunknown,true,\n"
    )
    result = await SUITES["mail"].load()(Options(data=tmp_path, say=lambda text: None))
    assert (
        result.figures["bounce_kind_accuracy"].value == 1.0 and result.figures["hard_bounce_f1"].value == 1.0
    )
    assert list(result.skipped) == ["reply_trim_exact"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_mail_of_any_seed_goes_to_another_contact(seed: int) -> None:
    figures = await threads.measure(seed)
    assert figures["threading_correct"].met and figures["threading_to_another_contact"].value == 0


def test_the_mails_kept_apart_are_the_same_every_time() -> None:
    names = [f"family{number}-01" for number in range(40)]
    apart = [name for name in names if Example(name, None, False, b"").held_out]
    assert 0 < len(apart) < 20
