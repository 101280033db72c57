"""Tokens and credits (contract §2, §5). The studio charges nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from photovideos_studio.routes.answers import BAD_TOKEN, ApiError, data
from photovideos_studio.routes.context import studio_of
from photovideos_studio.store.tokens import Account

FREE_CREDITS = 100
ATTRIBUTION = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")
MAX_CLIENT_ID = 200


async def account_of(request: Request) -> Account:
    """Whose request this is; 1001 without a token that lives."""
    studio = studio_of(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    account = None
    if scheme.lower() == "bearer" and token.strip():
        account = await asyncio.to_thread(studio.store.tokens.account, token.strip(), now=studio.clock())
    if account is None:
        raise ApiError(BAD_TOKEN, "Bad or expired token", status=401, headers={"WWW-Authenticate": "Bearer"})
    return account


def check_attribution(request: Request) -> None:
    """402 on an export without the three attribution headers (contract §1)."""
    if not all(request.headers.get(name, "").strip() for name in ATTRIBUTION):
        raise ApiError(402, "Register or upgrade your plan to unlock export.", status=402)


async def anonymous_token(request: Request) -> Response:
    studio = studio_of(request)
    if not studio.gives_anonymous_tokens:
        message = "This studio gives out no tokens of its own: set NEMO_TOKEN to the secret of its token file."
        raise ApiError(403, message, status=403)
    client_id = request.headers.get("X-Client-Id", "").strip()
    if not client_id or len(client_id) > MAX_CLIENT_ID:
        raise ApiError(400, "Missing X-Client-Id", status=400)
    issued = await asyncio.to_thread(
        studio.store.tokens.issue,
        client_id,
        now=studio.clock(),
        address=request.client.host if request.client else None,
        per_address=studio.tokens_per_address,
    )
    if issued is None:
        raise ApiError(429, "One token per client, and only some per address, in 7 days", status=429)
    expires_at = datetime.fromtimestamp(issued.expires_at, UTC).isoformat(timespec="milliseconds")
    return data(
        {
            "token": issued.token,
            "user_id": issued.user_id,
            "expires_at": expires_at.replace("+00:00", "Z"),
            "credits": FREE_CREDITS,
        }
    )


async def credits_balance(request: Request) -> Response:
    await account_of(request)
    return data({"available": FREE_CREDITS, "frozen": 0, "total": FREE_CREDITS})
