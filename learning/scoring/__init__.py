"""Who will probably answer: a chance for each prospect, learnt from what came of mails, and the tests it must pass."""

from datetime import timedelta

PURPOSE = "reply"
WINDOW = timedelta(days=14)  # what came of a mail is looked at this long after it left, in every case alike
