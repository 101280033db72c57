"""Every MUST, every sentence that binds a side, and every row and bullet of the contract, beside its tests.

One module for some sections; `tests/contract/test_table.py` checks that no statement and no test is missing.
"""

from contract.rows import instruct, start, the_end, words, work
from contract.rows.row import Row

ROWS: tuple[Row, ...] = (*start.ROWS, *work.ROWS, *instruct.ROWS, *the_end.ROWS, *words.ROWS)

__all__ = ["ROWS", "Row"]
