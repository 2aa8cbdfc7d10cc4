"""The rules of an edit's life. Knows no Telegram, HTTP, SQL or Pillow."""
