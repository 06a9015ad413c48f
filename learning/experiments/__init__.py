"""Experiments: assignment, the split's check, tests that may be looked at daily, bandits, reading a file.

No effects; the only I/O is the file a person named.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learning.experiments.reading import Reading


def read_experiment(path: Path, *, alpha: float = 0.05, now: datetime | None = None) -> "Reading":
    """Read an exported experiment: decided, not yet, futile, too little, or randomisation broken.

    Raises:
        Correctable: the file cannot be opened or tells no experiment (`experiment_shape`), or `alpha` is no chance.
    """
    from learning.experiments.several import read_trials  # numpy and scipy load only for who reads
    from tools.read.table_file import read_table

    table = read_table(path)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)  # what is dated later cannot have been seen
    return read_trials(table, alpha, now or written)


__all__ = ["read_experiment"]
