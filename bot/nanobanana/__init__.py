"""The NanoBanana API: its wire shapes and errors, its client, and the hosts that make a photo fetchable."""
