"""Where a team's log is sent to, how far it has come, and what stands in the way."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from ktportal import encryption


class Way(models.TextChoices):
    HTTPS = "https", _("HTTPS, as JSON Lines")
    SYSLOG = "syslog", _("Syslog over TLS")


DEFAULT_PORTS = {Way.HTTPS: 443, Way.SYSLOG: 6514}


class Problem(models.TextChoices):
    NOT_ALLOWED = "not_allowed", _("The operator of this portal does not allow this host any more.")
    UNKNOWN_HOST = "unknown_host", _("The name of the host is not known.")
    PRIVATE = "private", _("The host has an address that is not public. Nothing is sent there.")
    UNREACHABLE = "unreachable", _("The host does not answer at this port.")
    CERTIFICATE = "certificate", _("The host has no valid certificate for its name.")
    NO_TLS = "no_tls", _("The host does not speak TLS as it should.")
    TIME = "time", _("The host did not answer in time.")
    CUT_OFF = "cut_off", _("The connection broke off before the host had confirmed that it has everything.")
    REDIRECT = "redirect", _("The host points to another address. This is not followed; please enter the right one.")
    TOKEN = "token", _("The host does not accept the token.")
    BUSY = "busy", _("The host asks for a pause.")
    ERROR = "error", _("The host answered with an error.")
    UNREADABLE = "unreadable", _("The stored token cannot be read any more. Please enter it again.")


class Destination(models.Model):
    """Where a team's log is sent to.

    target: path and query of an HTTPS address
    through_number: all entries up to this number of the team's have arrived
    problem, status, failing_since: what stands in the way, the HTTP status if any, and since when
    failures: attempts in a row that came to nothing; the next one is not made before `next_at`
    sender, sender_until: who sends at present, and until when nobody else does
    """

    LONGEST_TARGET = 500

    team = models.OneToOneField(Team, models.CASCADE, related_name="+")
    way = models.CharField(max_length=10, choices=Way.choices)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    target = models.CharField(max_length=LONGEST_TARGET, blank=True)
    encrypted_secret = models.TextField(blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    stored_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stored_at = models.DateTimeField()
    is_paused = models.BooleanField(default=False)

    through_number = models.BigIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=20, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sender = models.UUIDField(null=True)
    sender_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.place} (…{self.last_four})" if self.last_four else self.place

    @property
    def problem_in_words(self) -> str:
        return str(Problem(self.problem).label) if self.problem in Problem.values else ""

    @property
    def place(self) -> str:
        """`https://logs.example.com` or `logs.example.com:6514`: all of the address that the log tells."""
        if self.way == Way.SYSLOG:
            return f"{self.host}:{self.port}"
        return f"https://{self.host}" if self.port == DEFAULT_PORTS[Way.HTTPS] else f"https://{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """The whole of it, as it is typed."""
        return f"{self.place}{self.target}"

    @property
    def purpose(self) -> str:
        """What its token is encrypted for: who may write rows cannot have it sent to another host."""
        return f"token of the log stream of team {self.team_id} to {self.host}:{self.port}"

    @property
    def token(self) -> str:
        """ "" for a destination without one. Raises `Undecryptable`."""
        return encryption.decrypt(self.encrypted_secret, self.purpose) if self.encrypted_secret else ""

    @token.setter
    def token(self, value: str) -> None:
        self.encrypted_secret = encryption.encrypt(value, self.purpose) if value else ""
        self.last_four = encryption.last_four(value)
