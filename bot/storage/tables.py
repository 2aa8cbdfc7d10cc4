"""The tables. Statements are in the stores, changes to the schema in `alembic/`."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text, column
from sqlmodel import Field, SQLModel

from bot.core.edits import Extra, Waste
from bot.core.errors import Reason
from bot.core.pictures import ImageFormat
from bot.core.requests import PhotoRef
from bot.core.shapes import Shape
from bot.core.stages import EditState
from bot.core.wishes import Missing, PictureMeant
from bot.storage.columns import EnumText, PhotosText, PhotoText, PicturesText, ShapeText


class EditRow(SQLModel, table=True):
    """An edit's row; `edit_rows` translates between the two."""

    __tablename__: ClassVar[str] = "edits"
    __table_args__ = (
        Index("ix_edits_update_id", "update_id", "series_number", unique=True),
        Index("ix_edits_secret", "secret", unique=True),
        Index("ix_edits_callback_secret", "callback_secret", unique=True),
        Index("ix_edits_chat_id_created_at", "chat_id", "created_at"),
        Index("ix_edits_chat_id_state", "chat_id", "state"),
        Index("ix_edits_requester_id_created_at", "requester_id", "created_at"),
        Index("ix_edits_operation_submitted_at", "operation", "submitted_at"),
        Index("ix_edits_ended_at", "ended_at"),
        Index("ix_edits_created_at", "created_at"),
        # Few edits are unfinished, and the sweep asks for them every few seconds.
        Index(
            "ix_edits_due_at",
            "due_at",
            sqlite_where=column("due_at").is_not(None),
            postgresql_where=column("due_at").is_not(None),
        ),
        # Few edits were ended while their task ran.
        Index(
            "ix_edits_runs_until",
            "runs_until",
            sqlite_where=column("runs_until").is_not(None),
            postgresql_where=column("runs_until").is_not(None),
        ),
    )

    id: str = Field(primary_key=True)
    update_id: int = Field(sa_type=BigInteger)
    chat_id: int = Field(sa_type=BigInteger)
    thread_id: int | None = Field(sa_type=BigInteger)
    request_message_id: int = Field(sa_type=BigInteger)
    photo_message_id: int = Field(sa_type=BigInteger)
    requester_id: int = Field(sa_type=BigInteger)
    language: str
    command: str
    words: str
    photos: tuple[PhotoRef, ...] = Field(sa_type=PhotosText)
    parent: str | None
    step: int
    series_number: int
    series_count: int
    shape: Shape | None = Field(sa_type=ShapeText)
    resolution: str | None
    operation: str
    secret: str
    callback_secret: str | None
    state: EditState = Field(sa_type=EnumText(EditState))
    created_at: datetime
    due_at: datetime | None
    submits: int
    attempts: int
    sends: int
    status_message_id: int | None = Field(sa_type=BigInteger)
    has_lost_card: bool
    is_told: bool
    is_late: bool
    starts: int
    task_id: str | None
    submitted_at: datetime | None
    task_seconds: float | None
    width: int | None
    height: int | None
    format: ImageFormat | None = Field(sa_type=EnumText(ImageFormat))
    cropped: float | None
    enlarged: float
    result_message_id: int | None = Field(sa_type=BigInteger)
    result_photo: PhotoRef | None = Field(sa_type=PhotoText)
    file_message_id: int | None = Field(sa_type=BigInteger)
    failure: Reason | None = Field(sa_type=EnumText(Reason))
    failed_photo: int | None
    ended_at: datetime | None
    owner: str | None
    blocked_by: Reason | None = Field(sa_type=EnumText(Reason))
    is_erased: bool
    credits: float
    place_at: datetime | None
    waste: Waste | None = Field(sa_type=EnumText(Waste))
    runs_until: datetime | None


class ChatRow(SQLModel, table=True):
    """A chat or person that asked for something. Admissions of one chat or person lock its row."""

    __tablename__: ClassVar[str] = "chats"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    told_not_allowed_at: datetime | None
    move_checked_at: datetime | None
    takes_pictures: bool | None
    rights_checked_at: datetime | None
    told_no_pictures_at: datetime | None
    small_talk_at: datetime | None
    is_quiet: bool
    greeted_at: datetime | None


class ChatMoveRow(SQLModel, table=True):
    """A group that became the supergroup `new_id`."""

    __tablename__: ClassVar[str] = "chat_moves"
    __table_args__ = (Index("ix_chat_moves_new_id", "new_id"),)

    old_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    new_id: int = Field(sa_type=BigInteger)


class AlbumRow(SQLModel, table=True):
    """An album that was seen in a chat, the update that counts as its first, and the last one that came in
    time to be taken together with it.
    """

    __tablename__: ClassVar[str] = "albums"

    chat_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    album_id: str = Field(primary_key=True)
    update_id: int = Field(sa_type=BigInteger)
    last_update_id: int | None = Field(sa_type=BigInteger)
    seen_at: datetime


class AlertRow(SQLModel, table=True):
    """When an admin was last to be told of something that only they can mend, and whether that arrived."""

    __tablename__: ClassVar[str] = "alerts"

    admin_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    reason: Reason = Field(primary_key=True, sa_type=EnumText(Reason))
    told_at: datetime
    has_arrived: bool


class RefusalRow(SQLModel, table=True):
    """A refusal that a group was told of: the message that was refused first, and when it was told."""

    __tablename__: ClassVar[str] = "refusals"

    chat_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(primary_key=True)
    message_id: int = Field(sa_type=BigInteger)
    told_at: datetime


class ExtraRow(SQLModel, table=True):
    """What somebody asked for beside an edit's result. Without `message_id` it is on its way."""

    __tablename__: ClassVar[str] = "extras"
    __table_args__ = (Index("ix_extras_message_id", "message_id"),)

    edit_id: str = Field(primary_key=True)
    extra: Extra = Field(primary_key=True, sa_type=EnumText(Extra))
    message_id: int | None = Field(sa_type=BigInteger)
    at: datetime


class RefusedRow(SQLModel, table=True):
    """What was refused for a while, and may still be held: a list of requests as JSON."""

    __tablename__: ClassVar[str] = "refused"

    update_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    request: str = Field(sa_type=Text)
    at: datetime


class InboxRow(SQLModel, table=True):
    """An update as Telegram sent it. `error`: why it was given up. `chat_id` is 0 if it has no chat."""

    __tablename__: ClassVar[str] = "inbox"
    __table_args__ = (
        Index("ix_inbox_handled_at_update_id", "handled_at", "update_id"),
        # Few updates wait, and they are asked for whenever one comes.
        Index(
            "ix_inbox_waiting",
            "owner",
            "chat_id",
            "update_id",
            sqlite_where=column("handled_at").is_(None),
            postgresql_where=column("handled_at").is_(None),
        ),
    )

    update_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    chat_id: int = Field(sa_type=BigInteger)
    raw: str = Field(sa_type=Text)
    received_at: datetime
    handled_at: datetime | None
    attempts: int
    error: str | None
    owner: str | None


class QuestionRow(SQLModel, table=True):
    """What the bot has asked a person. `thread_id` is 0 outside of topics, `id` that of an update."""

    __tablename__: ClassVar[str] = "questions"
    __table_args__ = (
        Index("ix_questions_chat_id_message_id", "chat_id", "message_id"),
        Index("ix_questions_chat_id_person_id", "chat_id", "person_id"),
        Index("ix_questions_asked_at", "asked_at"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    chat_id: int = Field(sa_type=BigInteger)
    thread_id: int = Field(sa_type=BigInteger)
    person_id: int = Field(sa_type=BigInteger)
    asked_for: int = Field(sa_type=BigInteger)
    message_id: int | None = Field(sa_type=BigInteger)
    missing: Missing = Field(sa_type=EnumText(Missing))
    command: str
    words: str
    pictures: tuple[PictureMeant, ...] = Field(sa_type=PicturesText)
    shape: Shape | None = Field(sa_type=ShapeText)
    asked_at: datetime
    answered_by: int | None = Field(sa_type=BigInteger)


class PendingPhotoRow(SQLModel, table=True):
    """A person's last photos that came without words. `thread_id` is 0 outside of topics."""

    __tablename__: ClassVar[str] = "pending_photos"

    chat_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    user_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    thread_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    pictures: tuple[PictureMeant, ...] = Field(sa_type=PicturesText)
    is_album: bool
    at: datetime


class GuestRow(SQLModel, table=True):
    """A chat beside those of the settings: when it asked, with which update, and the owner's word."""

    __tablename__: ClassVar[str] = "guests"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    name: str
    update_id: int | None = Field(sa_type=BigInteger)
    asked_at: datetime | None
    decided_at: datetime | None
    is_allowed: bool | None


class OwnLimitRow(SQLModel, table=True):
    """How many edits the owner lets a chat or person have in the limits' window; 0 for any number."""

    __tablename__: ClassVar[str] = "own_limits"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    edits: int


class OwnerLinkRow(SQLModel, table=True):
    """A one-time link that makes its first reader the owner, by a digest; and who that was."""

    __tablename__: ClassVar[str] = "owner_links"

    digest: str = Field(primary_key=True)
    made_at: datetime
    person_id: int | None = Field(sa_type=BigInteger)


class BalanceRow(SQLModel, table=True):
    """What the image service's account held when it was asked."""

    __tablename__: ClassVar[str] = "balances"

    at: datetime = Field(primary_key=True)
    credits: float


class NoticeRow(SQLModel, table=True):
    """Something that the owner was told once and that is not over yet, or that the owner has switched on."""

    __tablename__: ClassVar[str] = "notices"

    name: str = Field(primary_key=True)
    at: datetime


class ReplicaRow(SQLModel, table=True):
    """A process that uses this database, and the id of its DATA_DIR."""

    __tablename__: ClassVar[str] = "replicas"

    name: str = Field(primary_key=True)
    data_dir_id: str
    beat_at: datetime


class RoleRow(SQLModel, table=True):
    """A role that only one replica has, such as asking Telegram for updates."""

    __tablename__: ClassVar[str] = "roles"

    name: str = Field(primary_key=True)
    owner: str


class BudgetRow(SQLModel, table=True):
    """How much of a budget is used: `full_at` is when it will be full again."""

    __tablename__: ClassVar[str] = "budgets"

    name: str = Field(primary_key=True)
    full_at: datetime


METADATA = SQLModel.metadata
EDITS = METADATA.tables["edits"]
CHATS = METADATA.tables["chats"]
CHAT_MOVES = METADATA.tables["chat_moves"]
ALBUMS = METADATA.tables["albums"]
ALERTS = METADATA.tables["alerts"]
EXTRAS = METADATA.tables["extras"]
REFUSALS = METADATA.tables["refusals"]
REFUSED = METADATA.tables["refused"]
INBOX = METADATA.tables["inbox"]
QUESTIONS = METADATA.tables["questions"]
PENDING_PHOTOS = METADATA.tables["pending_photos"]
GUESTS = METADATA.tables["guests"]
OWN_LIMITS = METADATA.tables["own_limits"]
OWNER_LINKS = METADATA.tables["owner_links"]
BALANCES = METADATA.tables["balances"]
NOTICES = METADATA.tables["notices"]
REPLICAS = METADATA.tables["replicas"]
ROLES = METADATA.tables["roles"]
BUDGETS = METADATA.tables["budgets"]
