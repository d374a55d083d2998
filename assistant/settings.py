"""Every setting of the program: environment variables with the prefix JV_, or lines of `.env`."""

import os
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.keys import parse_keys
from index.embedding_name import DEFAULT_MODEL

PREFIX = "JV_"


class Settings(BaseSettings):
    """The settings with their defaults; `load_settings` reads them and explains what is wrong."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder of the index.")
    embedding_model: str = Field(DEFAULT_MODEL, description="Packaged model, or a model folder or hub name.")
    chroma_url: str | None = Field(None, description="Address of a Chroma server; unset: embedded in the data folder.")
    exact_scan_chunks: int = Field(
        1_000, ge=0, le=1_000_000, description="Up to this many chunks are scored exactly, without the vector index."
    )
    answer_threshold: float = Field(
        0.5, ge=0, le=1, description="How likely a sentence must answer (0 to 1) before it is shown."
    )
    max_question_chars: int = Field(2_000, ge=10, le=100_000, description="Longest question that is taken.")
    lexicon: Path | None = Field(None, description="Your own file of companies, ventures and their names.")
    max_conversation_turns: int = Field(50, ge=1, le=10_000, description="Most turns that are kept of a conversation.")
    max_conversations: int = Field(10_000, ge=1, le=10_000_000, description="Most conversations that are kept.")
    allow_private_addresses: str = Field(
        "",
        description="Own hosts or networks, by commas, that documents are fetched from although private.",
    )
    parse_seconds: int = Field(60, ge=1, le=3_600, description="Longest time that reading one file may take.")
    parse_memory_mb: int = Field(
        2_048, ge=256, le=1_000_000, description="Most memory, in megabytes, that reading one file may take."
    )
    max_upload_mb: int = Field(
        50, ge=1, le=10_000, description="Largest upload over HTTP, all its files, in megabytes."
    )
    max_upload_files: int = Field(20, ge=1, le=1_000, description="Most files in one upload.")
    max_queued_jobs: int = Field(20, ge=1, le=1_000, description="Most uploads that may be waiting to be taken in.")
    chat_model: str | None = Field(
        None,
        pattern=r"^(openai|anthropic|ollama):\S+$",
        description="Chat model that words answers, as openai:…, anthropic:… or ollama:…; unset: sentences are quoted.",
    )
    chat_base_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Address of a compatible server; unset: the provider's own."
    )
    chat_api_key: SecretStr | None = Field(None, description="Key for the chat model; unset: the provider's variable.")
    chat_seconds: float = Field(
        60, gt=0, le=3_600, description="Longest time that one reply of the chat model may take."
    )
    chat_retries: int = Field(2, ge=0, le=10, description="How often a call of the chat model that failed is repeated.")
    chat_max_tokens: int = Field(1_000, ge=16, le=100_000, description="Most tokens of one reply of the chat model.")
    max_answers_at_once: int = Field(2, ge=1, le=256, description="Most questions that are worked on at the same time.")
    max_waiting_questions: int = Field(64, ge=0, le=10_000, description="Most questions that wait; more get a 503.")
    max_waiting_seconds: float = Field(20, gt=0, le=600, description="Longest a question waits before it gets a 503.")
    max_body_kb: int = Field(1_000, ge=1, le=100_000, description="Largest request, uploads apart, in kilobytes.")
    api_keys: str = Field("", description="Keys that may use the API, by commas: lines that 'jv-assistant key' prints.")
    slack_signing_secret: SecretStr | None = Field(
        None, description="What Slack signs its requests with; set, the server takes them at /slack/events."
    )
    slack_bot_token: SecretStr | None = Field(None, description="Token that the Slack bot posts with (xoxb-…).")
    slack_app_token: SecretStr | None = Field(
        None, description="Token that 'jv-assistant slack' connects with (xapp-…)."
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", pattern=r"^https?://\S+$", description="Address of Slack's Web API."
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on.")

    @field_validator("api_keys")
    @classmethod
    def _check_keys(cls, text: str) -> str:
        parse_keys(text)
        return text

    @field_validator("allow_private_addresses")
    @classmethod
    def _check_addresses(cls, text: str) -> str:
        if text:
            from index.addresses import parse_allowed

            parse_allowed(text)
        return text


def load_settings(**given: object) -> Settings:
    """Return the settings, `given` values (those not None) first; raise SettingsError in plain words."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in sorted({*os.environ, *dotenv_values(".env")}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}."
            raise SettingsError(f"{name} is not a setting; {hint}")
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{'.'.join(str(part) for part in first['loc'])}".upper()
        raise SettingsError(f"{name} is '{first['input']}': {first['msg'].lower()}; correct it or unset it.") from error
