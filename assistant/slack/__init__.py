"""The Slack bot: what arrives is remembered and acknowledged at once, and answered afterwards."""
