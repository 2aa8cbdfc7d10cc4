"""What people mean and what they are answered: frozen values in, frozen values out. No Telegram library, no SQL."""
