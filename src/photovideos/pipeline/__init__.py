"""One job along the road, stage by stage: read it and you have read the product.

    settle (reception) → gather → connect → open a session → upload → for each block: instruct, verify → render →
    download → inspect → publish → summary

Each stage records its result in the ledger before the next begins, and the intent of what cannot be repeated before it
is sent; so every stage may be walked twice, and a restart goes on where the last process stood.
"""

from __future__ import annotations

from photovideos.errors import SessionGone
from photovideos.pipeline import account, exporting, inputs, messages, sending, steps
from photovideos.pipeline.walk import Tools, Walk

__all__ = ["Tools", "Walk", "run"]


def run(walk: Walk) -> None:
    """Walks the job to its end. Raises the errors of `errors.py`; what was done by then is in the ledger."""
    inputs.gather(walk)
    inputs.check_room(walk)
    account.connect(walk)
    while True:
        try:
            _walk_in_session(walk)
            break
        except SessionGone as gone:
            account.reopen(walk, gone)
    exporting.conclude(walk)


def _walk_in_session(walk: Walk) -> None:
    account.open_session(walk)
    sending.upload(walk)
    messages.say_again(walk)
    while walk.road.block < len(walk.road.blocks):
        block = walk.road.blocks[walk.road.block]
        steps.carry_out(walk, block)
        steps.export_at_the_end(walk, block)
        walk.save(block=walk.road.block + 1, step=0, exports_in_block=0, is_changed=False)
