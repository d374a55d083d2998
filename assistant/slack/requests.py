"""What Slack sends, as what is to be done: pure functions; None where nothing is."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.slack.inbox import Asked, Kind
from assistant.slack.text import mentioned_users, plain_text

Payload = Mapping[str, Any]
_ANSWERED_SUBTYPES = frozenset({None, "thread_broadcast", "file_share"})
_UNSAFE = re.compile(r"[^\w.:-]")
_THANKS = re.compile(
    r"\W*(?:(?:many |ok(?:ay)?,? )?thank(?:s| you)(?: \w+){0,3}|ok(?:ay)?|great|perfect|got it)\W*", re.I
)


def of_mention(body: Payload) -> Asked | None:
    """Return the question of an `app_mention` event."""
    event = _event(body)
    if not _is_by_person(event, bot_user(body)) or event.get("subtype") not in _ANSWERED_SUBTYPES:
        return None
    return _of_message(body, event, "thread", _thread_of(event))


def of_message(body: Payload) -> Asked | None:
    """Return the question of a `message` event: a direct message, or one in a thread that speaks to nobody else.

    Whether the bot takes part in that thread is not known here: see `needs_joining`.
    """
    event, bot = _event(body), bot_user(body)
    if not _is_by_person(event, bot) or event.get("subtype") not in _ANSWERED_SUBTYPES:
        return None
    text, thread = str(event.get("text") or ""), event.get("thread_ts")
    if event.get("channel_type") == "im":
        return _of_message(body, event, "pane" if thread else "thread", str(thread) if thread else None)
    others = mentioned_users(text) - {bot}
    is_spoken_to = bot in mentioned_users(text)
    if not thread or (others and not is_spoken_to) or (_THANKS.fullmatch(text) and not is_spoken_to):
        return None
    return _of_message(body, event, "thread", str(thread))


def needs_joining(body: Payload) -> bool:
    """Whether a `message` event is answered only in a thread that the bot has joined."""
    event = _event(body)
    return event.get("channel_type") != "im" and bot_user(body) not in mentioned_users(str(event.get("text") or ""))


def of_opened_pane(body: Payload) -> Asked | None:
    """Return the greeting that an `assistant_thread_started` event asks for."""
    thread = _mapping(_event(body).get("assistant_thread"))
    channel, time_stamp, user = (str(thread.get(name) or "") for name in ("channel_id", "thread_ts", "user_id"))
    if not (channel and time_stamp):
        return None
    event_id = str(body.get("event_id") or f"opened:{channel}:{time_stamp}")
    return Asked(event_id, f"opened:{channel}:{time_stamp}", "greeting", "", _team(body), channel, user, time_stamp)


def of_command(body: Payload) -> Asked | None:
    """Return the question of a slash command; None if nothing is asked."""
    text = plain_text(str(body.get("text") or ""), bot=None)
    return _of_interaction(body, "private", text, str(body.get("channel_id") or ""), str(body.get("user_id") or ""))


def of_shortcut(body: Payload) -> Asked | None:
    """Return the message that a person wants checked; None if it has no words."""
    text = plain_text(str(_mapping(body.get("message")).get("text") or ""), bot=None)
    return _of_interaction(body, "claim", text, _inner(body, "channel"), _inner(body, "user"))


def of_share(body: Payload) -> Asked | None:
    """Return the answer, by its id, that a person wants to show to the channel."""
    asked = _of_interaction(body, "share", action_value(body), _inner(body, "channel"), _inner(body, "user"))
    if asked is None:
        return None
    key = f"share:{asked.text}:{asked.channel}"  # however often the button is pressed
    return Asked(**{name: getattr(asked, name) for name in asked.__slots__} | {"event_id": key, "message": key})


def action_value(body: Payload) -> str:
    """Return the value of the button that was pressed."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return str(_mapping(first).get("value") or "")


def user_of(body: Payload) -> str:
    """Return the id of the person who pressed a button."""
    return _inner(body, "user")


def bot_user(body: Payload) -> str | None:
    """Return the user id of this program's bot, as Slack sends it along with every event."""
    found = body.get("authorizations")
    for authorization in found if isinstance(found, list) else []:
        if _mapping(authorization).get("is_bot") is not False and (user := _mapping(authorization).get("user_id")):
            return str(user)
    return None


def _of_message(body: Payload, event: Payload, kind: Kind, thread: str | None) -> Asked | None:
    channel, time_stamp = str(event.get("channel") or ""), str(event.get("ts") or "")
    if not (channel and time_stamp):
        return None
    team = _team(body)
    bot = bot_user(body)
    return Asked(
        event_id=str(body.get("event_id") or f"{channel}:{time_stamp}"),
        message=f"{team}:{channel}:{time_stamp}",
        kind=kind,
        text=plain_text(str(event.get("text") or ""), bot),
        team=team,
        channel=channel,
        user=str(event.get("user") or ""),
        thread_ts=thread,
        conversation=conversation_of(team, channel, thread),
    )


def conversation_of(team: str, channel: str, thread: str | None) -> str:
    """Return the id of the conversation that a thread, or a direct channel without threads, is."""
    parts = ["slack", team, channel] + ([thread] if thread else [])
    return _UNSAFE.sub("_", ":".join(parts))[:200]


def _of_interaction(body: Payload, kind: Kind, text: str, channel: str, user: str) -> Asked | None:
    trigger = str(body.get("trigger_id") or "")
    if not (text and trigger):
        return None
    url = str(body.get("response_url") or "") or None
    return Asked(trigger, trigger, kind, text, _team(body), channel, user, response_url=url)


def _is_by_person(event: Payload, bot: str | None) -> bool:
    """Whether a person wrote the message: not this bot, nor another, nor Slack itself."""
    user = event.get("user")
    by_program = event.get("bot_id") or event.get("bot_profile") or event.get("hidden")
    return bool(user) and not by_program and user not in (bot, "USLACKBOT")


def _thread_of(event: Payload) -> str:
    return str(event.get("thread_ts") or event.get("ts") or "")


def _event(body: Payload) -> Payload:
    return _mapping(body.get("event"))


def _team(body: Payload) -> str:
    return str(body.get("team_id") or _inner(body, "team"))


def _inner(body: Payload, name: str) -> str:
    return str(_mapping(body.get(name)).get("id") or "")


def _mapping(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}
