from gettext import NullTranslations

from bot.conversation.features.cancel import too_late_alert
from bot.conversation.features.file import already_there_alert, gone_alert, sending_alert
from bot.conversation.features.hold import held_alert, not_yours_alert
from bot.conversation.texts import alerts
from tests.conversation.texts.samples import every_language

ALERTS = (
    alerts.gone,
    lambda t: alerts.not_yours(t, 7),
    lambda t: alerts.not_yours(t, -1007),
    alerts.started,
    held_alert,
    not_yours_alert,
    too_late_alert,
    gone_alert,
    already_there_alert,
    sending_alert,
)


@every_language
def test_alerts_are_plain_and_short(t: NullTranslations) -> None:
    texts = [text(t) for text in ALERTS]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 0 < len(text) <= alerts.LONGEST
        assert not set(text) & set("<>&")


def test_a_text_becomes_an_alert_without_markup_and_not_too_long() -> None:
    assert alerts.plain("<b>1 &lt; 2</b> &amp; <code>/edit</code>") == "1 < 2 & /edit"
    assert alerts.plain('Free <tg-time unix="17" format="r">in 1 h</tg-time>.') == "Free in 1 h."
    assert alerts.plain("x" * 201) == "x" * 199 + "…"
    assert alerts.plain("x" * 200) == "x" * 200
