"""What people mean, and the answers to it. Frozen values in and out; no Telegram library, no SQL."""
