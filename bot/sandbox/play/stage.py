"""The people and chats of play, between the two sandboxes."""

from dataclasses import dataclass, field

from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.play.bot_keeper import BotKeeper
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Chat, Person
from bot.sandbox.telegram.world import TelegramWorld

LANGUAGES = {
    "en": "English", "fr": "français", "de": "Deutsch", "es": "español", "it": "italiano",
    "pt-br": "português (Brasil)", "ru": "русский", "uk": "українська", "tr": "Türkçe", "ar": "العربية",
    "fa": "فارسی", "id": "Indonesia", "zh-hans": "简体中文", "ja": "日本語", "ko": "한국어", "hi": "हिन्दी",
}  # fmt: skip
"""What a new person's app may speak; the bot answers those it does not know in English."""


@dataclass
class Stage:
    """Everything that the page works with.

    `armed` names the fault that the next task meets, `armed_after` counts the create calls before it.
    """

    telegram: TelegramSandbox
    nanobanana: NanoBananaSandbox
    keeper: BotKeeper
    usual_seconds: float
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, Chat] = field(default_factory=dict)
    armed: str = ""
    armed_after: int = 0
    is_down: bool = False
    is_slow: bool = False

    def set_up(self) -> None:
        """Two people, and a group with topics in which one of them is an administrator."""
        ada, bruno = self.add_person("Ada", "en"), self.add_person("Bruno", "fr")
        group = self.telegram.people.group("Painters", bruno, admins=[ada], forum=True)
        self.telegram.people.topic(group, "Holidays")
        self.groups[group.id] = group

    @property
    def world(self) -> TelegramWorld:
        return self.telegram.world

    def add_person(self, name: str, language: str) -> Person:
        person = self.telegram.people.person(name, language_code=language)
        self.people[person.id] = person
        return person

    def chat(self, chat_id: int) -> Chat | None:
        """A group, or somebody's private chat with the bot; other chats are not on the stage."""
        if chat_id in self.groups:
            return self.groups[chat_id]
        person = self.people.get(chat_id)
        return None if person is None else person.private

    @property
    def chats(self) -> list[Chat]:
        return [*(person.private for person in self.people.values()), *self.groups.values()]
