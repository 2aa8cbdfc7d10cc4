"""The NanoBanana API: what is sent, how answers and refusals are read, its client, and what it costs."""
