"""How often somebody may guess a password or a code.

Strangers have attempts together; each device where the person has signed in before, and each session of theirs, has its
own. So nobody can lock a person out by guessing: a stranger's guesses use up the strangers' attempts alone.
What is right is no guess, but is compared all the same: so passwords are counted once more, right or wrong.
"""

from dataclasses import dataclass
from typing import Final, Literal

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.devices import known_device

STRANGERS: Final = "10/m/ip,5/300s/key"
ONE_PLACE: Final = "5/300s/key"
ALL_PLACES: Final = "20/300s/key"
"""What the devices and sessions of one person have together: who has known the password may have made many."""
COMPARED_FOR_STRANGERS: Final = "30/m/ip"
COMPARED_FOR_ONE: Final = "20/m/key"


@dataclass(frozen=True)
class Guess:
    """An attempt that has been counted."""

    counted: tuple[RateLimitUsage, ...]

    def take_back(self) -> None:
        """It was right, so it was no guess."""
        for usage in self.counted:
            usage.rollback()


def may_compare(request: HttpRequest, email: str) -> bool:
    """Whether one more password may be compared: for strangers by their network, which who has signed in before may
    share, and so for these by the person."""
    place = place_of(request, email)
    action, rate = ("login_known", COMPARED_FOR_ONE) if place else ("login", COMPARED_FOR_STRANGERS)
    return bool(
        ratelimit.consume(request, app="allauth.account", action=action, key=f"tried:{email}", config={action: rate})
    )


def count(request: HttpRequest, what: Literal["password", "code"], email: str) -> Guess | None:
    """Count an attempt at what the person with this address knows; None where there have been too many."""
    place = place_of(request, email)
    limits = [(f"{what}:{place}:{email}", ONE_PLACE), (f"{what}:known:{email}", ALL_PLACES)]
    if place is None:
        limits = [(strangers_key(what, email), STRANGERS)]
    counted = []
    for key, rate in limits:
        usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", key=key, config={"login_failed": rate}
        )
        if not usage:
            return None
        counted.append(usage)
    return Guess(tuple(counted))


def forget_strangers(request: HttpRequest, email: str) -> None:
    """For who has a new password: what strangers have guessed at the old one counts no more."""
    config = {"login_failed": STRANGERS}
    key = strangers_key("password", email)
    ratelimit.clear(request, app="allauth.account", action="login_failed", key=key, config=config)


def place_of(request: HttpRequest, email: str) -> str | None:
    """The session or the known device of this person that a request comes from; None for a stranger's."""
    if request.user.is_authenticated and request.user.email == email:
        return "session " + salted_hmac(__name__, request.session.session_key or "").hexdigest()[:24]
    return known_device(request, email)


def strangers_key(what: str, email: str) -> str:
    return f"{what}:strangers:{email}"
