"""What the words of a refusal mean. The codes are not enough: they overlap, and gateways add their own.

Phrases, not single words: "your credits have been refunded" does not mean a lack of credit.
"""

import re

from bot.core.errors import Reason

_LONGEST_TEXT = 2000
"""Characters; nothing of interest comes later in a refusal."""

_CONTENT = r"(?:prompt|content|image|photo|output|generation)s?"
_PHOTO = r"(?:image|photo|picture|file|input|url)"
_FETCH = r"(?:down ?load|fetch|retriev|access|read|open|load)"
_COULD_NOT = r"(?:could not|cannot|can't|unable to|fail(?:ed|ure) to|error)"
_TOO_LITTLE = r"(?:insufficient|not enough|too low|exhausted|depleted|empty|used up)"

_DECLINED = (
    # The contract's own words.
    r"(?<!rate limit )(?<!origin )polic(?:y|ies)|flagged|(?<!case[ -])sensitive|prohibited|safety|violat",
    r"nsfw|moderation|filtered out",
    # Google's reasons for an answer without an image.
    r"recitation|image_other|blocklist|block_?reason|\bspii\b|third[ -]party content provider",
    r"no images? (?:was |were )?found in (?:the )?(?:ai )?response",
    r"unsafe|unable to show|only english prompts",
    # Content that is not allowed.
    r"against (?:our|the|its|their) (?:\w+ )?(?:rules|terms)|denied due to (?:the |its )?content",
    r"inappropriate|not appropriate|harmful|nudity|\bnude\b|sexual|\bporn",
    r"explicit (?:content|image|material)|underage|\bminors\b",
    r"celebrit|public figures?|copyright|trademark",
    rf"{_CONTENT} (?:(?:was|were|is|has been|have been) )?(?:blocked|rejected|refused|declined|censored)",
    # The model itself, in prose.
    r"\bi(?:'m| am) (?:sorry|unable|not able|not allowed)|\bi (?:can't|cannot|can not|won't|will not)\b",
    r"(?:can't|cannot|can not|unable to|not able to) (?:help|assist|comply|fulfil)",
    r"\bas an ai\b|guidelines|terms of (?:service|use)",
    # Chinese
    r"敏感|违规|違規|违禁|違禁|违反|違反|安全|审核|審核|不当|不當|不合规|色情|暴力|裸露|涉黄|涉政|侵权|版权",
    r"我(?:无法|不能)|无法(?:协助|帮助|满足|展示)",
    # Russian
    r"запрещ|недопустим|неприемлем|наруша|нарушен|модерац|политик|безопасност|цензур|обнаж|насили|авторск",
    r"(?:контент|запрос|промпт|описание|изображение|фото)\w* (?:был\w* )?отклон",
    r"не могу (?:это|созда|помо|выполн|сгенер|изобра|обработ|показ|редакт)",
)
_PHOTO_NOT_FETCHED = (
    r"fetch failed|image url|access settings|access (?:limit|restriction)s|file upload",
    r"invalid (?:input )?image\b(?! (?:size|ratio))",
    rf"{_COULD_NOT} {_FETCH}\w* (?:\w+ ){{0,2}}{_PHOTO}",
    rf"{_PHOTO} (?:down ?load|(?:could not|cannot|can't) be {_FETCH})",
    # Chinese
    r"图[片像](?:下载|获取|读取|加载)失败|(?:下载|获取|读取)图[片像]失败|无法(?:下载|访问|获取|读取)图",
    # Russian
    r"не удалось (?:скача|загруз|получ|прочита|откры)\w* (?:\w+ )?(?:изображен|фото|картинк|файл)",
)
_OUT_OF_CREDIT = (
    rf"credits? (?:balance )?(?:(?:is|are) )?{_TOO_LITTLE}",
    rf"balance (?:is )?{_TOO_LITTLE}",
    r"insufficient (?:\w+ )?(?:credit|balance|fund|points)",
    r"(?:not enough|out of|lack of) (?:\w+ )?(?:credit|balance|fund)",
    r"credits? (?:have |has )?(?:run|ran) out|\bno (?:more )?credits? (?:left|remain|available)",
    r"\btop[ -]?up\b|\brecharge\b",
    # Chinese
    r"(?:余额|餘額|积分|積分|额度|点数)(?:不足|不够|已用完)|欠费|充值",
    # Russian
    r"недостаточно (?:\w+ )?(?:средств|кредит|баланс)|пополните|(?:кредиты|средства) закончил",
)
_TOO_LONG = (
    r"prompt.{0,60}(?:too long|exceed|at most|maximum|character limit|length)",
    r"提示词.{0,10}(?:过长|太长|超)",
)
_OUR_MISTAKE = (
    r"not within the range of allowed|incorrect type",
    r"(?:can ?not|must not|should not) be (?:blank|empty|null)",
    r"(?:invalid|unsupported|unknown) (?:param|argument|image[_ ]size|(?:aspect )?ratio|resolution|model)",
    r"参数(?:错误|无效)|неверн\w+ параметр",
)
_COULD_NOT_GENERATE = (
    r"could not generate|\bno_image\b|no image (?:was |data )?(?:generated|returned)|different prompt",
)
_PASSES = (
    r"try again later|internal (?:server )?error|server (?:error|exception)|time[d -]*out|\bbusy\b|overload",
    r"unavailable|capacity|\bquota\b|too many requests|rate limit",
    r"繁忙|稍后|超时|попробуйте позже|перегруж|недоступ",
)


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(phrases))


_MEANINGS = (
    (Reason.POLICY, _any_of(_DECLINED)),
    (Reason.PHOTO_NOT_FETCHED, _any_of(_PHOTO_NOT_FETCHED)),
    (Reason.OUT_OF_CREDIT, _any_of(_OUT_OF_CREDIT)),
    (Reason.PROMPT_TOO_LONG, _any_of(_TOO_LONG)),
    (Reason.BAD_REQUEST, _any_of(_OUR_MISTAKE)),
    (Reason.COULD_NOT_GENERATE, _any_of(_COULD_NOT_GENERATE)),
)
"""In order of priority: the first match counts."""
_MAY_PASS = _any_of(_PASSES)


def classify(text: str) -> Reason | None:
    """What a refusal's text means, or None if no phrase is known."""
    plain = _plain(text)
    return next((reason for reason, phrases in _MEANINGS if phrases.search(plain)), None)


def may_pass(text: str) -> bool:
    """Whether the text speaks of a problem that passes by itself."""
    return _MAY_PASS.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(text[:_LONGEST_TEXT].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
