"""The commands of `python -m bot`. Imports what a command needs only when it runs: `--help` is quick."""

import argparse
import asyncio
import functools
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bot import VERSION

if TYPE_CHECKING:
    from bot.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name
_VERSION = f"nanobanana-bot {VERSION}"
EXIT_WRONG, EXIT_SETTINGS = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    if sys.platform == "win32":
        print("Windows is not supported. WSL works: https://aka.ms/wsl", file=sys.stderr)  # noqa: T201
        return EXIT_WRONG
    parser = _parser()
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has seen enough; what is still to be written goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="A Telegram bot that edits photos with NanoBanana and returns them at their exact size.",
    )
    parser.add_argument("--version", action="version", version=_VERSION)
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="run the bot until it is told to stop (SIGTERM or Ctrl-C)")
    run.set_defaults(command=_run)
    _add_demo(commands)
    _add_play(commands)
    doctor = commands.add_parser(
        "doctor", help="check settings, database, Telegram, NanoBanana and the photo host"
    )
    doctor.add_argument("--json", action="store_true", help="one JSON document in place of lines")
    doctor.set_defaults(command=_doctor)
    migrate = commands.add_parser("migrate", help="bring the database to this version")
    migrate.set_defaults(command=_migrate)
    _add_move_database(commands)
    for command in commands.choices.values():
        command.add_argument("--version", action="version", version=_VERSION)
    return parser


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="the main job against a sandbox on this machine; no token, no key, no network",
        description="Starts a Bot API and a NanoBanana API on loopback and the real bot beside them, plays a "
        "person who sends a photo with a command, prints the conversation as it happens, and saves the "
        "pictures. Exits 0 only if the reply has the original's exact size.",
    )
    demo.add_argument("--photo", type=Path, metavar="FILE", help="a photo of yours (default: a drawn scene)")
    demo.add_argument(
        "--command", dest="text", default="/watercolor", metavar="TEXT", help="default: %(default)s"
    )
    demo.add_argument(
        "--output", type=Path, default=Path("demo-output"), metavar="FOLDER", help="default: %(default)s"
    )
    demo.add_argument(
        "--seconds", type=float, default=8.0, help="how long the imitated model paints (%(default)s)"
    )
    demo.add_argument("--language", default="en", metavar="CODE", help="the person's language: en or fr")
    demo.set_defaults(command=_demo)


def _add_play(commands: Commands) -> None:
    play = commands.add_parser(
        "play",
        help="the whole bot in a browser, against the sandbox; no token, no key, no network",
        description="Starts a Bot API and a NanoBanana API on loopback and the real bot beside them, and a "
        "page to chat with it: in private and in a group, as several people. Nothing leaves this machine.",
    )
    play.add_argument("--port", type=int, default=8090, help="where the page is (%(default)s; 0: any)")
    play.add_argument(
        "--seconds", type=float, default=8.0, help="how long the imitated model paints (%(default)s)"
    )
    play.add_argument("--no-browser", action="store_true", help="open no browser")
    play.set_defaults(command=_play)


def _add_move_database(commands: Commands) -> None:
    move = commands.add_parser(
        "move-database",
        help="copy everything to another, empty database",
        description="Copies every row of the database of DATABASE_URL to an empty one, from SQLite to "
        "PostgreSQL or any other way, and compares the counts. Everything is there in the end, or nothing. "
        "The old database stays as it is. Stop the bot first.",
    )
    move.add_argument("url", metavar="URL", help="the new one, as DATABASE_URL would name it")
    move.set_defaults(command=_move_database)


def _run(_: argparse.Namespace) -> int:
    gc.disable()  # imports leave no garbage, and to search for some takes a fifth of their time
    from bot.run import run

    gc.freeze()  # nor do the modules become garbage later: to walk them all takes a twentieth of a second
    gc.enable()
    return _with_settings(run)


def _doctor(options: argparse.Namespace) -> int:
    from bot.doctor import examine

    return _with_settings(functools.partial(examine, as_json=options.json), as_json=options.json)


def _migrate(_: argparse.Namespace) -> int:
    from bot.run import migrate

    return _with_settings(migrate)


def _move_database(options: argparse.Namespace) -> int:
    from bot.run import move_database

    return _with_settings(functools.partial(move_database, url=options.url))


def _demo(options: argparse.Namespace) -> int:
    from bot.sandbox.demo.demo import demo

    return asyncio.run(demo(options.photo, options.text, options.output, options.seconds, options.language))


def _play(options: argparse.Namespace) -> int:
    from bot.sandbox.play.play import play

    return asyncio.run(play(options.port, options.seconds, browser=not options.no_browser))


def _with_settings(
    command: "Callable[[Settings], Coroutine[object, object, int]]", *, as_json: bool = False
) -> int:
    from bot.logs import set_up_logging
    from bot.settings import Settings, SettingsError

    try:
        settings = Settings.load()
    except SettingsError as error:
        if as_json:
            from bot.doctor import refused_settings

            print(refused_settings(error.problems))  # noqa: T201
            return EXIT_SETTINGS
        lines = "\n".join(f"  - {problem}" for problem in error.problems)
        print(f"These settings need your attention (environment or .env):\n{lines}", file=sys.stderr)  # noqa: T201
        return EXIT_SETTINGS
    set_up_logging(settings.log_level, settings.log_format, settings.secrets)
    return asyncio.run(command(settings))
