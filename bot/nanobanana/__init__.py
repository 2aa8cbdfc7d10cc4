"""The NanoBanana API: its requests, answers, refusals and prices, and the client for it."""
