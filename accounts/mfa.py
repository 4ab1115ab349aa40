"""The second factor: its secrets are encrypted, and a team may require it."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.db.models import Exists, OuterRef
from django.db.models.signals import post_init, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, User
from accounts.sealed_factors import refuse_without_seal, seal_before_saving
from accounts.sessions import end_all
from ktportal.encryption import decrypt, encrypt

PURPOSE = "second factor"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Adapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return "ktportal"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return _("My passkey")

    def encrypt(self, text: str) -> str:
        return encrypt(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, PURPOSE)


pre_save.connect(seal_before_saving, Authenticator)
post_init.connect(refuse_without_seal, Authenticator)


@receiver(authenticator_added)
def _end_other_sessions(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    """Sessions from before the first factor began without one: whoever stole the password does not stay."""
    factors = Authenticator.objects.filter(user=user, type__in=FACTORS)
    if authenticator.type in FACTORS and not factors.exclude(pk=authenticator.pk).exists():
        end_all(user, by=user, request=request)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def second_factor_of(person: str) -> Exists:
    """For `annotate`: whether the user whom the row names by this column has one."""
    return Exists(Authenticator.objects.filter(user=OuterRef(person), type__in=FACTORS))


def is_kept_out(membership: Membership) -> bool:
    """Whether a member has to set up a second factor before anything else: the team's time of grace is over."""
    since = membership.team.second_factor_from
    is_required = since is not None and since <= timezone.now() and not membership.has_ended
    return is_required and not has_second_factor(membership.user)


def lacks_required_factor(team: Team, user: User) -> bool:
    """Whether the team requires one, now or after a time of grace, and the person has none still."""
    return team.second_factor_from is not None and not has_second_factor(user)
