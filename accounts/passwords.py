"""How good a password has to be."""

import re
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from accounts.models import User

LEAST_SCORE: Final = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses by somebody who knows how people choose."""

_LONGEST_RATED: Final = 72
_OWN_WORDS: Final = ["klicktipp", "klick", "tipp", "ktportal", "portal", "newsletter", "kontakt", "contact", "agentur"]
_GERMAN: Final = (Path(__file__).parent / "common_german_words.txt").read_text().split()


class HardToGuess:
    """Rates by zxcvbn, which knows English; German words, the product's and the person's own are added."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises `ValidationError` for one that is guessed too soon."""
        theirs = [user.email, *re.split(r"\W+", f"{user.email} {user.name}")] if user else []
        known = [word.lower() for word in [*_OWN_WORDS, *_GERMAN, *theirs] if len(word) > 2]
        if zxcvbn(password[:_LONGEST_RATED], user_inputs=known)["score"] < LEAST_SCORE:
            raise ValidationError(self.get_help_text(), code="easy_to_guess")

    def get_help_text(self) -> str:
        return _("Please choose one that is hard to guess: four words that have nothing to do with each other, say.")
