"""Fixed words and messages in English and Chinese."""
