"""Reads any exported table: text, numbers and moments as people write them. Reports, never repairs in silence."""

from tools.read.table_file.moments import moments
from tools.read.table_file.numbers import numbers
from tools.read.table_file.read import RowProblem, Table, TableLimits, read_table

__all__ = ["RowProblem", "Table", "TableLimits", "moments", "numbers", "read_table"]
