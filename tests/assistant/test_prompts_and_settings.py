"""Prompt files and settings are checked when they are loaded, in words that say what to do."""

import shutil

import pytest

from assistant.errors import PromptError, SettingsError
from assistant.prompts import FOLDER, load_prompts
from assistant.settings import Settings, load_settings


def test_the_shipped_prompts_load():
    prompts = load_prompts()
    assert prompts.abstention == "The documents do not say."
    assert set(prompts.answer.input_variables) == {"abstention", "fence", "passages", "question"}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("answer", "Question: {question}", "needed are"),
        ("answer", "{question} {passages} {abstention} {secret}", "secret"),
        ("abstention", "No {idea}.", "idea"),
        ("abstention", "  ", "is empty"),
        ("answer", "{question", "unmatched brace"),
        ("nearest", None, "cannot be read"),
    ],
)
def test_a_prompt_file_that_does_not_fit_is_refused(tmp_path, name, text, words):
    folder = shutil.copytree(FOLDER, tmp_path / "prompts")
    path = folder / f"{name}.txt"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match=words):
        load_prompts(folder)


def test_settings_come_from_the_environment_the_file_and_the_caller(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("JV_PORT=8001\nJV_HOST=127.0.0.2\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("JV_HOST", "127.0.0.3")
    settings = load_settings(data_dir=tmp_path, port=None)
    assert (settings.port, settings.host, settings.data_dir) == (8001, "127.0.0.3", tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("JV_PORT", "99999", "JV_PORT is '99999'"),
        ("JV_PORT", "eighty", "JV_PORT is 'eighty'"),
        ("JV_ANSWER_THRESHOLD", "2", "JV_ANSWER_THRESHOLD is '2'"),
        ("JV_EMBEDING_MODEL", "x", "did you mean JV_EMBEDDING_MODEL?"),
        ("JV_QQQ", "x", "known are JV_"),
    ],
)
def test_a_setting_that_cannot_be_used_is_explained(monkeypatch, tmp_path, name, value, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert words in str(caught.value)


def test_every_setting_has_a_description():
    assert all(field.description for field in Settings.model_fields.values())
