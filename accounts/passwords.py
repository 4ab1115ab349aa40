"""How good a password has to be.

Rating takes the longer the more can be read as letters: zxcvbn tries every combination. So what is rated is bounded,
and one password is rated at a time: many of them keep one processor busy, not all.
"""

import re
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from accounts.crowds import Gate
from accounts.models import User
from accounts.texts import normalized

LEAST_SCORE: Final = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses by somebody who knows how people choose."""

_LONGEST_RATED: Final = 64
_SYMBOLS: Final = dict(zip("@({[<!|$+%", "accccilstx", strict=True))
"""Besides digits, what zxcvbn may take for letters. The first one in a password is left to it, others are read so."""
_one_at_a_time: Final = Gate(1, waiting=settings.WEB_THREADS // 4)
_OWN_WORDS: Final = ["klicktipp", "klick", "tipp", "ktportal", "portal", "newsletter", "kontakt", "contact", "agentur"]
_GERMAN: Final = (Path(__file__).parent / "common_german_words.txt").read_text().split()


class HardToGuess:
    """Rates by zxcvbn, which knows English; German words, the product's and the person's own are added."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises `ValidationError` for one that is guessed too soon, and `Crowded`."""
        theirs = [user.email, *re.split(r"\W+", f"{user.email} {user.name}")] if user else []
        known = [word.lower() for word in [*_OWN_WORDS, *_GERMAN, *theirs] if len(word) > 2]
        with _one_at_a_time.passed():
            score = zxcvbn(_bounded(password), user_inputs=known)["score"]
        if score < LEAST_SCORE:
            raise ValidationError(self.get_help_text(), code="easy_to_guess")

    def get_help_text(self) -> str:
        return _("Please choose one that is hard to guess: four words that have nothing to do with each other, say.")


def _bounded(password: str) -> str:
    """The beginning of the password, with one symbol in it at most that can be read in several ways."""
    beginning = normalized("NFKC", password)[:_LONGEST_RATED]
    symbols = [character for character in dict.fromkeys(beginning) if character in _SYMBOLS]
    return beginning.translate({ord(symbol): _SYMBOLS[symbol] for symbol in symbols[1:]})
