# ruff: noqa: RUF001 - letters of many languages
"""Words that are no request: thanks, greetings, a yes, a no, a stop, emoji. They never become an edit."""

import re
import unicodedata
from collections.abc import Sequence

_SHORTEST = 3
"""Letters. A sign of Chinese, Japanese or Korean counts as so many, since one of them is a word."""
_LONGEST = 8
"""Words. Small talk may be put together: "thanks, lovely!"."""

_SMALL_TALK = {
    "en": """
        ok, okay, okey, yes, yep, yeah, no, nope, nah, thanks, thank you, thx, thank you so much,
        thanks a lot, many thanks, thank you very much, hi, hello, hey, hey there, hello there,
        good morning, good evening, good night, bye, goodbye, lovely, nice, very, so, great, cool, wow,
        super, perfect, awesome, amazing, beautiful, good, well done, good job, great job, good work,
        great work, so much, for this, for that, for it, just, really, nice one, love it, i love it,
        that's great, that's nice, it's great, looks good, looks great, haha, hahaha, lol, please,
        sorry, test, hmm, what, how are you, never mind, nevermind, you
    """,
    "fr": """
        merci, merci beaucoup, salut, bonjour, bonsoir, coucou, oui, non, d'accord, super, génial,
        parfait, bravo, magnifique, trop bien, j'adore, c'est beau, très, beau, au revoir, bonne nuit
    """,
    "de": """
        danke, danke schön, dankeschön, vielen dank, hallo, moin, guten morgen, guten abend, tschüss,
        ja, nein, gut, toll, klasse, prima, schön, sehr, wunderbar, bitte
    """,
    "es": """
        gracias, muchas gracias, hola, buenos días, buenas tardes, buenas noches, adiós, vale, genial,
        perfecto, bonito, me encanta, muy bien, qué bonito, por favor
    """,
    "it": """
        grazie, grazie mille, ciao, buongiorno, buonasera, bene, bello, bellissimo, perfetto,
        fantastico, per favore
    """,
    "pt": """
        obrigado, obrigada, muito obrigado, muito obrigada, olá, bom dia, boa tarde, boa noite, tchau,
        sim, não, ótimo, lindo, perfeito, legal, valeu
    """,
    "ru": """
        спасибо, большое спасибо, привет, здравствуйте, добрый день, доброе утро, пока, нет, окей,
        хорошо, отлично, супер, круто, класс, красиво, пожалуйста
    """,
    "uk": """
        дякую, привіт, так, добре, чудово, гарно, добрий день, будь ласка
    """,
    "tr": """
        teşekkürler, teşekkür ederim, sağ ol, merhaba, selam, evet, hayır, tamam, güzel, harika, süper,
        günaydın
    """,
    "ar": """
        شكرا, شكراً, مرحبا, السلام عليكم, نعم, حسنا, جميل, رائع, ممتاز
    """,
    "fa": """
        ممنون, مرسی, سلام, بله, خوب, عالی, قشنگ
    """,
    "id": """
        terima kasih, makasih, halo, hai, selamat pagi, tidak, oke, bagus, keren, mantap
    """,
    "zh": """
        谢谢, 謝謝, 多谢, 你好, 您好, 好, 好的, 是, 不, 不是, 是的, 很好, 真棒, 太棒了, 哈哈
    """,
    "ja": """
        ありがとう, ありがとうございます, こんにちは, こんばんは, おはよう, はい, いいえ, いいね,
        すごい, 素敵
    """,
    "ko": """
        감사합니다, 고마워, 고마워요, 안녕, 안녕하세요, 네, 아니요, 좋아요, 멋져요
    """,
    "hi": """
        धन्यवाद, शुक्रिया, नमस्ते, हाँ, नहीं, ठीक है, अच्छा, बहुत अच्छा
    """,
}


_YES = """
    yes, yep, yeah, ok, okay, okey, sure, please, yes please, oui, d'accord, ja, bitte, sí, vale, sim,
    да, окей, так, evet, tamam, نعم, بله, oke, ya, 好, 好的, 是, 是的, はい, 네, हाँ, ठीक है
"""
_NO = """
    no, nope, nah, no thanks, no thank you, non, non merci, nein, nein danke, não, нет, ні, hayır, لا,
    نه, tidak, 不, 不是, いいえ, 아니요, नहीं
"""
_STOP = """
    stop, cancel, cancel it, stop it, never mind, nevermind, forget it, annuler, annule, arrête,
    laisse tomber, abbrechen, stopp, vergiss es, cancelar, cancela, para, olvídalo, annulla, ferma,
    отмена, стоп, отменить, скасувати, iptal, dur, إلغاء, توقف, لغو, batal, 取消, 停止, キャンセル,
    やめて, 취소, 그만, रद्द करो, रुको
"""
_HELP = """
    help, help me, what can you do, what do you do, who are you, how does this work, how does it work,
    aide, aide-moi, que sais-tu faire, que peux-tu faire, que savez-vous faire, que pouvez-vous faire,
    qui es-tu, qui êtes-vous, comment ça marche, hilfe, was kannst du, wer bist du, wie geht das,
    ayuda, qué puedes hacer, cómo funciona, aiuto, cosa sai fare, come funziona, ajuda,
    помощь, помоги, что ты умеешь, допомога, що ти вмієш, yardım, ne yapabilirsin, مساعدة, کمک, bantuan,
    帮助, 你会什么, ヘルプ, 何ができる, 도움말, मदद
"""


def is_yes(words: str) -> bool:
    """Whether words only say yes."""
    return _plain(words) in _YES_WORDS


def is_no(words: str) -> bool:
    """Whether words only say no."""
    return _plain(words) in _NO_WORDS


def after_no(words: str) -> str:
    """What follows a no that words begin with: "no, add a boat" wants a boat. Else the words."""
    no, _, rest = re.sub("[,.;:!،、，]", ",", words, count=1).partition(",")
    return rest.strip() if is_no(no) and rest.strip() else words


def is_stop(words: str) -> bool:
    """Whether words only ask to stop."""
    return _plain(words) in _STOP_WORDS


def asks_for_help(words: str) -> bool:
    """Whether words only ask what the bot can do."""
    return _plain(words) in _HELP_WORDS


def is_small_talk(words: str) -> bool:
    """Whether words are no request: small talk in one of the languages, emoji alone, under 3 letters."""
    plain = _plain(words)
    if sum(_weight(sign) for sign in plain) < _SHORTEST or plain in _KNOWN:
        return True
    parts = plain.split()
    return len(parts) <= _LONGEST and _is_made_of_known(parts)


def _is_made_of_known(parts: Sequence[str]) -> bool:
    return not parts or any(
        " ".join(parts[:count]) in _KNOWN and _is_made_of_known(parts[count:])
        for count in range(1, len(parts) + 1)
    )


def _plain(words: str) -> str:
    """Letters, digits and apostrophes, caseless, with one space between words."""
    letters = unicodedata.normalize("NFC", words.replace("’", "'")).casefold()
    kept = "".join(sign if unicodedata.category(sign)[0] in "LMN" or sign == "'" else " " for sign in letters)
    return " ".join(kept.replace("\ufe0f", "").split())


def _weight(sign: str) -> int:
    if re.match(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", sign):
        return _SHORTEST
    return int(sign.isalnum())


def _phrases(*tables: str) -> frozenset[str]:
    return frozenset(_plain(phrase) for table in tables for phrase in table.split(","))


_YES_WORDS, _NO_WORDS, _STOP_WORDS = _phrases(_YES), _phrases(_NO), _phrases(_STOP)
_HELP_WORDS = _phrases(_HELP)
_KNOWN = _phrases(*_SMALL_TALK.values(), _YES, _NO, _STOP, _HELP)
