"""Answers that go wrong on purpose: `--faults FILE` lets the studio play the villains of the contract, call by call.

The file is YAML or JSON. Unknown keys are errors, all named with their path.

    token_lifetime_seconds: 60          # tokens expire sooner
    heartbeat_seconds: 1                # the studio's own heartbeats while it works
    credits: {available: 60, edit: 50}  # charge for each message that was taken; used up: 2001
    faults:
      - on: poll          # token session upload uploaded state credits instruct render poll cancel fallback download
                          # or any
        call: 2           # which calls of it, counted from 1 since the start: 2, [1, 3], "2-5", "3-", all. Default: 1
        render: 1         # only calls about the first (second …) render seen; then `call` counts within that render
        containing: b.jpg # only calls whose path or body (its first 64 KB) contain this; then `call` counts among those
        do: failed        # what happens, with its options:

    code      code, status, message, retry_after           an answer with a code of contract §9 (0: a bare HTTP status);
                                                            1001 ends the token for good, so that another is given out
    status    status, body, content_type, retry_after      any status with any body, also one that is no JSON
    json      json, status                                  this very JSON and nothing else
    change    set: {path: value}, drop: [path]              the real answer, altered (`data.files.0.filename`)
    shape     form: top_level | A | B | CA | CB             the real answer in another published form
    failed    reason          stuck      progress           a poll that tells of failure, of no progress …
    word      status          lie        duration, size     … of a status nobody knows; of another film than there is
    delay     seconds, when: before | after                 late, before or after the call has had its effect
    hang      when, seconds                                  no answer until the client leaves (or the seconds are over)
    break     when: before | after | during                 the connection breaks
    huge      bytes, status                                  a body without end in sight
    headers   seconds                                        headers without end        body  seconds  the same, a body
    redirect  to, status      (`to: self` is a loop)
    cut       after_bytes                                    a film that breaks off     length  by      a lying length
    shorten   to_bytes                                       a film cut short, whose length is told as if it were whole
    no_ranges                                                Range is ignored           no_length       nor is one told
    stream    the villainies of an event stream, see `stream`

Each fault works on the wire alone: behind it is the real studio, and `before`/`after` say whether the call reached it.
`plan` reads the file and chooses, `villain` stands before the app, the others do their kind of mischief.
"""

from __future__ import annotations

from photovideos_studio.faults.plan import Fault, FaultPlan, FaultsError, read_faults
from photovideos_studio.faults.villain import Villain

__all__ = ["Fault", "FaultPlan", "FaultsError", "Villain", "read_faults"]
