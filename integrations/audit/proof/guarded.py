"""How the database guards the proof: tiles grow, checkpoints follow each other, stamps are of one, and none goes."""

from integrations.audit import triggers
from integrations.audit.proof.merkle import HASH_SIZE, WIDTH
from integrations.audit.proof.models import Checkpoint, Tile, TimeStamp

_PLACE = ("id", "team_id", "account_id", "level", "index")


def guard() -> None:
    whole = f"length(NEW.hashes) % {HASH_SIZE} = 0 AND length(NEW.hashes) BETWEEN {HASH_SIZE} AND {HASH_SIZE * WIDTH}"
    stays = " AND ".join(f'NEW."{column}" = OLD."{column}"' for column in _PLACE)
    longer = "length(NEW.hashes) > length(OLD.hashes) AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes"
    triggers.guard(Tile, insert=lambda _schema: whole, update=f"{stays} AND {longer} AND {whole}")
    triggers.guard(Checkpoint, insert=_follows)
    triggers.guard(TimeStamp, insert=_has_checkpoint)


def _follows(schema: str) -> str:
    return (
        f'NEW.size > 0 AND NOT EXISTS (SELECT 1 FROM {schema}"{Checkpoint._meta.db_table}" older '
        "WHERE older.team_id = NEW.team_id AND older.account_id = NEW.account_id "
        "AND (older.size >= NEW.size OR older.through_number >= NEW.through_number))"
    )


def _has_checkpoint(schema: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM {schema}"{Checkpoint._meta.db_table}" stamped WHERE stamped.team_id = NEW.team_id '
        "AND stamped.account_id = NEW.account_id AND stamped.size = NEW.size)"
    )
