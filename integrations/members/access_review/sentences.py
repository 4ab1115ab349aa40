"""What the log says of access reviews."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

TABLE_DOWNLOADED = Sentence(
    "access_review.table_downloaded", _("%(actor)s downloaded the table of who could reach the clients on %(day)s")
)
