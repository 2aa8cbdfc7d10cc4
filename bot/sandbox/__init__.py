"""The outside world on loopback: a Bot API and a NanoBanana API for the demo and the tests.

Nothing here imports the bot, and the bot's other rooms never import this one.
"""
