import time

import pytest

from bot.core.errors import Reason
from bot.core.provider import TaskFailed
from bot.nanobanana.phrases import classify
from bot.nanobanana.records import task_status
from tests.nanobanana.samples import answer, record

DECLINED = [
    "Your prompt has been flagged for violating content policy",
    "The image was filtered out because it violated Google's Prohibited Use policy",
    "Sensitive content",
    "NSFW",
    "blocked by SAFETY",
    "Moderation blocked",
    "No images found in AI response",
    "No images found in the AI response.",
    "No image was found in response",
    "The content was rejected by our third-party content provider",
    "Third party content providers do not allow this",
    "RECITATION",
    "finishReason: IMAGE_RECITATION",
    "IMAGE_OTHER",
    "PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
    "blockReason: OTHER",
    "BLOCKLIST",
    "SPII",
    "Unable to show the generated image.",
    "I can't help with that.",
    "I\u2019m sorry, but I can\u2019t create images of real people.",
    "I'm unable to edit this photo",
    "I am not able to do this",
    "I cannot fulfil this request",
    "I won't make this image",
    "Sorry, can't help with this one",
    "Gemini was unable to assist",
    "As an AI, there are things that are off limits",
    "This goes against the guidelines",
    "Sorry, but that request goes against our usage rules",
    "Image generation was denied due to content",
    "This breaks the terms of service",
    "public error unsafe image upload.",
    "Unsafe Image",
    "Only English prompts are supported at this time.",
    "This is inappropriate",
    "That would be harmful",
    "Nudity was found",
    "sexually suggestive",
    "explicit content",
    "pictures of minors",
    "Images of celebrities cannot be made",
    "the likeness of a public figure",
    "may infringe copyright",
    "The prompt was rejected",
    "Content blocked",
    "Image has been refused",
    "包含敏感内容",
    "内容违规",
    "违禁词",
    "內容違規",
    "安全策略拦截",
    "审核不通过",
    "内容不当",
    "涉及色情",
    "我无法生成这张图片",
    "抱歉，无法协助",
    "侵权风险",
    "Запрос отклонён: запрещённый контент",
    "Недопустимое содержание",
    "Неприемлемый контент",
    "Запрос нарушает правила",
    "нарушение правил сервиса",
    "Отклонено модерацией",
    "Политика использования не позволяет",
    "фильтр безопасности",
    "Контент отклонён",
    "Запрос был отклонён",
    "Я не могу создать это изображение",
    "Не могу помочь с этим",
    "изображение содержит насилие",
]
NOT_FETCHED = [
    "Image fetch failed. Check access settings or use our File Upload API instead.",
    "Invalid image",
    "invalid input image",
    "could not DOWNLOAD input",
    "Failed to fetch the image. Kindly verify any access limits set by you or your service provider.",
    "Unable to retrieve image. Please verify any access restrictions set by you.",
    "cannot read the input image",
    "Failed to load image from URL",
    "Image download failed",
    "the file could not be fetched",
    "The image URL is not reachable",
    "图片下载失败",
    "获取图片失败",
    "无法访问图片",
    "Не удалось загрузить изображение",
    "не удалось скачать исходный файл",
]
NO_CREDIT = [
    "The current credits are insufficient. Please top up.",
    "Credits insufficient",
    "Insufficient credits",
    "insufficient account balance",
    "Insufficient funds",
    "Not enough credits",
    "out of credits",
    "You have run out of credits",
    "Your credits have run out",
    "No credits left",
    "balance too low",
    "Your balance is insufficient",
    "credit balance is too low",
    "credits exhausted",
    "please top-up",
    "Please recharge your account",
    "余额不足",
    "积分不足，请充值",
    "账户欠费",
    "Недостаточно средств",
    "Недостаточно кредитов",
    "Пополните баланс",
    "кредиты закончились",
]
TOO_LONG = [
    "prompt is too long",
    "The prompt exceeds 5000 characters",
    "Prompt length must be between 3 and 5000 characters",
    "提示词过长",
]
OUR_MISTAKE = [
    "image_size is not within the range of allowed options",
    "type can not be blank",
    "Resolution must not be blank",
    "Incorrect type",
    "Invalid parameter: numImages",
    "Invalid image size",
    "unsupported aspect ratio",
    "参数错误",
    "Неверный параметр",
]
COULD_NOT = [
    "Gemini could not generate an image with the given prompt. Please try again with a different prompt.",
    "NO_IMAGE",
    "No image generated",
    "no image data returned",
]
TELLS_NOTHING = [
    "",
    "success",
    "Internal Error, Please try again later.",
    "Server exception, please try again later or contact customer service",
    "Your credits have been refunded",
    "credits were returned to your balance",
    "No credits were charged",
    "insufficient capacity, try again later",
    "insufficient resources",
    "load balancer error",
    "connection refused",
    "request timed out",
    "case-sensitive match failed",
    "rate limit policy exceeded",
    "cross-origin policy error",
    "соединение отклонено",
    "child process exited",
    "We are unable to process requests at the moment",
    "系统繁忙，请稍后再试",
    "Неправильный ответ сервера, попробуйте позже",
]
TABLE = [
    *((text, Reason.POLICY) for text in DECLINED),
    *((text, Reason.PHOTO_NOT_FETCHED) for text in NOT_FETCHED),
    *((text, Reason.OUT_OF_CREDIT) for text in NO_CREDIT),
    *((text, Reason.PROMPT_TOO_LONG) for text in TOO_LONG),
    *((text, Reason.BAD_REQUEST) for text in OUR_MISTAKE),
    *((text, Reason.COULD_NOT_GENERATE) for text in COULD_NOT),
    *((text, None) for text in TELLS_NOTHING),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_failures_are_classified_by_their_phrases(text: str, expected: Reason | None) -> None:
    assert classify(text) is expected
    status = task_status(answer(200, record(successFlag=3, errorCode=500, errorMessage=text)))
    assert isinstance(status, TaskFailed)
    assert status.reason is (expected or Reason.SERVICE_DOWN)


def test_a_refund_beside_a_refusal_is_still_a_refusal() -> None:
    assert classify("Content policy violation. Your credits have been refunded.") is Reason.POLICY
    assert classify("Could not generate an image; your credits have been refunded") is (
        Reason.COULD_NOT_GENERATE
    )


def test_a_text_of_a_megabyte_is_classified_at_once() -> None:
    started = time.process_time()
    assert classify("prompt " * 200_000) is None
    assert time.process_time() - started < 1
