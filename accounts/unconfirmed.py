"""Sign-ups whose address nobody has confirmed."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from accounts.models import Team, User

KEPT_FOR = timedelta(days=7)


def remove_unconfirmed() -> None:
    """For the clock: they go after a week, with the team that is theirs alone."""
    confirmed = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
    old = User.objects.filter(created_at__lt=timezone.now() - KEPT_FOR, last_login=None)
    for user in old.exclude(confirmed).filter(emailaddress__isnull=False).distinct():
        alone = Team.objects.annotate(people=Count("memberships")).filter(people=1, memberships__user=user)
        Team.objects.filter(pk__in=list(alone.values_list("pk", flat=True))).delete()
        user.delete()
