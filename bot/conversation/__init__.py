"""What people mean and what they are answered. Frozen values in and out; no Telegram library, no SQL."""
