"""PURE. What the account means on the wire and to a person: the attribution headers, links and advice (contract §1–§3).

Tokens are kept in `token`; nothing here asks anybody anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from photovideos.errors import AccountChanged, ExportBlocked, NeedsPerson, NoCredits, TokenRefused
from photovideos.model import Token

_REGISTER = "https://nemovideo.com/register"
_BINDABLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OWN_WAY = (
    "After registering, set NEMO_TOKEN to your own token, restart, and drop RETRY. "
    "Films made on this machine need no credits: backend.kind: studio."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who asks; without all three headers an export is blocked."""

    source: str
    version: str
    platform: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-Skill-Source": self.source,
            "X-Skill-Version": self.version,
            "X-Skill-Platform": self.platform,
        }


def platform_of(install: PurePath, home: PurePath) -> str:
    """The platform's name for a program that lies at `install`, with `home` the home directory; both resolved."""
    for place, name in ((home / ".clawhub", "clawhub"), (home / ".cursor" / "skills", "cursor")):
        if install.is_relative_to(place):
            return name
    return "unknown"


def is_bindable(user_id: str) -> bool:
    """Whether it may stand in the registration link (contract §3)."""
    return _BINDABLE.fullmatch(user_id) is not None


def registration_link(*user_ids: str | None) -> str:
    """Binds the first of `user_ids` (the session's, the state's, the token's) that may stand in an address."""
    for user_id in user_ids:
        if user_id is not None and is_bindable(user_id):
            return f"{_REGISTER}?bind={user_id}"
    return _REGISTER


def no_credits(token: Token | None, *user_ids: str | None, detail: str = "") -> NoCredits:
    """2001, or a balance of 0, as the person is told of it."""
    if token is not None and token.is_own:
        return NoCredits(
            "Your NemoVideo account has no credits left.",
            advice=f"Top up credits in your account, then drop RETRY. {_OWN_WAY}",
            detail=detail,
        )
    link = registration_link(*user_ids, token.user_id if token else None)
    return NoCredits(
        "The free NemoVideo credits are used up.", advice=f"Register at {link} to go on. {_OWN_WAY}", detail=detail
    )


def export_blocked(token: Token | None, *user_ids: str | None, detail: str = "") -> ExportBlocked:
    """402 on an export: a matter of the plan, not of credits."""
    if token is not None and token.is_own:
        where = "Upgrade your plan in your account, then drop RETRY."
    else:
        where = f"Register at {registration_link(*user_ids, token.user_id if token else None)}."
    return ExportBlocked("Register or upgrade your plan to unlock export.", advice=f"{where} {_OWN_WAY}", detail=detail)


def advised(error: NeedsPerson, token: Token | None, *user_ids: str | None) -> NeedsPerson:
    """`error` with the advice for this account, where the cause is the account's."""
    if isinstance(error, NoCredits):
        return no_credits(token, *user_ids, detail=error.detail)
    if isinstance(error, ExportBlocked):
        return export_blocked(token, *user_ids, detail=error.detail)
    return error


def token_refused(service: str = "NemoVideo", detail: str = "") -> TokenRefused:
    """1001 on the user's own token."""
    return TokenRefused(
        f"{service} does not accept your NEMO_TOKEN.",
        advice="Put in a valid one and restart, or remove it to use the free token.",
        detail=detail,
    )


def check_same_account(token: Token, *, user_id: str | None, fingerprint: str | None, began_with_own: bool) -> None:
    """Whether a job may go on with `token`. Raises AccountChanged.

    `user_id`, `fingerprint`, `began_with_own` are those of the token the job began with. A free token that was
    renewed is the same account as long as its user id is (or says nothing); a NEMO_TOKEN is its own account.
    """
    if fingerprint is None or token.fingerprint == fingerprint:
        return
    is_same = not token.is_own and not began_with_own and (not user_id or not token.user_id or user_id == token.user_id)
    if not is_same:
        raise AccountChanged(
            "This film was begun with another account.",
            advice="Drop RETRY to begin anew with the account there is now.",
        )
