"""What a table of past outcomes can teach: a signal or none, how good, what drives it, which columns are leaks."""

from learning.history.card import ModelCard
from learning.history.learn import Lesson, learn_file, learn_table
from learning.history.promotion import Promotion, promote

__all__ = ["Lesson", "ModelCard", "Promotion", "learn_file", "learn_table", "promote"]
