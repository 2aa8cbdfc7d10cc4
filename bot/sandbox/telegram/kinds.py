"""What people send besides texts, photos and files: the message fields of each kind, small and made up."""

from bot.sandbox.telegram.files import FileStore
from bot.sandbox.telegram.values import Json

RECORDED: dict[str, Json] = {
    "voice": {"duration": 4, "mime_type": "audio/ogg"},
    "audio": {"duration": 180, "mime_type": "audio/mpeg", "title": "Song", "file_name": "song.mp3"},
    "video": {
        "width": 640, "height": 360, "duration": 9, "mime_type": "video/mp4", "file_name": "video.mp4"
    },
    "video_note": {"length": 240, "duration": 5},
}  # fmt: skip
"""Kinds that are files."""
TOLD: dict[str, Json] = {
    "location": {"latitude": 52.5163, "longitude": 13.3777},
    "contact": {"phone_number": "+4930123456", "first_name": "Grace"},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {
        "id": "5319026374951608321",
        "question": "Which one?",
        "options": [
            {"persistent_id": str(number), "text": text, "voter_count": 0}
            for number, text in enumerate(("This", "That"))
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    },
}
"""Kinds that are facts alone."""


def fields_of(kind: str, files: FileStore) -> Json:
    """A message of this kind."""
    return {kind: TOLD[kind]} if kind in TOLD else files.add_recording(kind, RECORDED[kind])
