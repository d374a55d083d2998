"""Make a follow-up a question that stands alone, by rules: "and in Europe?", "what about Honda?", "since when?".

A question that is complete comes back as it is.
"""

import re
from collections.abc import Callable, Sequence

from assistant.antecedents import (
    AUXILIARY,
    BARE_THING,
    NAME,
    QUESTION_WORD,
    THING,
    Turn,
    group_of,
    names_of,
    person_of,
    place_of,
    thing_of,
    things_of,
    units_in,
)
from assistant.names import is_country, names_in_question
from index.words import content_words

_OPENING = re.compile(r"^\W*(?:(?:and|but|so|or|also|then|ok|okay|yes|no)\b[\s,:–—-]*)+", re.I)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+", re.I)
_IS_ASKING = re.compile(
    rf"^(?:(?:in|by|from|to|with|for|at|on|of|under|until|since)\s+)?(?:{QUESTION_WORD}|{AUXILIARY})\b", re.I
)
_BARE = re.compile(
    rf"^((?:since|until|by|from|to|for|with)?\s*(?:{QUESTION_WORD}(?:\s+(?:much|many|long|come|often|far|big))?))"
    r"(?:\s+(?:is|was)\s+(?:that|this|it))?(?:\s+(?:so|not|exactly|then|precisely))?$",
    re.I,
)
_WHICH_ONES = re.compile(r"^(?:which(?:\s+ones?)?|such as|for example|like what|name them|what are they)$", re.I)
_MORE = re.compile(
    r"^(?:(?:please\s+)?(?:tell|say|show|give)(?:\s+me)?\s+(?:some\s+)?more(?:\s+about\s+\w+)?"
    r"|more|more details|go on|what else|anything else)$",
    re.I,
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_PART = (
    r"(?:(?:first|second|third|fourth|last)\s+(?:half|quarter|\w+\s+months)(?:\s+of)?"
    r"|early|mid|late|(?:the\s+)?end\s+of)"
)
_WHEN = (
    rf"(?:(?:in|by|during|since|until|through|before|after|from|for)\s+(?:the\s+)?(?:{_PART}\s+)?"
    rf"(?:\d{{1,2}}\s+)?(?:{_MONTH}\s+)?(?:(?:19|20)\d{{2}}|{_MONTH}))"
)
_TIME = re.compile(rf"\b{_WHEN}\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_YEAR_BEFORE = re.compile(
    r"^(?:in\s+)?(?:the\s+)?(?:year\s+before(?:\s+that)?|(?:previous|prior|preceding)\s+year|a\s+year\s+earlier)$", re.I
)
_YEAR_AFTER = re.compile(
    r"^(?:in\s+)?(?:the\s+)?(?:year\s+after(?:\s+that)?|(?:following|next)\s+year|a\s+year\s+later)$", re.I
)
_PREPOSITION = re.compile(
    r"^(?:in|by|during|since|until|through|before|after|from|for|at|on|to|with|under|within|across|outside)\s+", re.I
)
_LATER_PREPOSITION = re.compile(r"\s+(?=(?:in|by|during|since|until|through|before|after|from|for|at|on)\s)", re.I)
_IN_PLACE = re.compile(r"\b(?:in|to|from|within|across|outside)\s+(?:the\s+)?((?:[A-Z][\w.-]*)(?:\s+[A-Z][\w.-]*)*)")
_NAMED = re.compile(rf"(?:(?:the|a)\s+)?{NAME}(?:(?:['’]s)?\s+{NAME})*(?:['’]s?(?:\s+[\w-]+){{0,3}})?")
_ITS = re.compile(r"^(?:its|their|his|her|the)\s+", re.I)
_EXPLETIVE = re.compile(r"\bit\s+(?:true|possible|likely|certain|take|that)\b|\bit\s+takes?\b", re.I)
_POINTING = re.compile(r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|there|this|that|these|those)\b", re.I)
_OF_A_FACT = re.compile(
    r"\b(?:den(?:y|ied|ies)|confirm\w*|report\w*|announc\w*|sa(?:id|y|ys)|claim\w*|kn(?:ew|ows?)|mean\w*)\s+"
    r"(?:it|that|this|so)$",
    re.I,
)
_THAT_ALONE = re.compile(
    rf"\b(?:{AUXILIARY}|of|about|for|by|after|before|with|say|said)\s+(?:that|this)(?=\s*[?,.]|\s*$|\s+\w+(?:ed|en)\b)",
    re.I,
)
_DEFINITION = re.compile(r"^(?:what|who)\s+(?:is|are|was|were)\s+(?!the\b)", re.I)
_SUBJECT_FOLLOWS = re.compile(
    r"^(?:the|an?|its|their|his|her|this|these|those|both|all|most|it|they)\b|^[A-Z]|^[a-z]*[A-Z0-9]"
)
_FEW_WORDS = 2

Rule = Callable[[str, Sequence[Turn]], str | None]


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """Return `question` so that it can be understood without `turns`, the turns before it, the latest last."""
    asked = _OPENING.sub("", question).strip(" ?.!")
    if not turns or not asked:
        return question
    for rule in _RULES:
        if found := rule(asked, turns):
            return _tidy(found)
    return question


def _bare(asked: str, turns: Sequence[Turn]) -> str | None:
    """For "Why?", "since when?", "which ones?", "tell me more": the question word takes the place of the former one."""
    before = turns[-1]
    if _WHICH_ONES.match(asked):
        return re.sub(r"^(\W*)how many\b", r"\1Which", before.question, flags=re.I)
    if _MORE.match(asked):
        return f"What else is known about {thing}" if (thing := thing_of(turns)) else before.question
    if not (match := _BARE.match(asked)):
        return None
    word = match[1]
    if clause := _inverted(before.question):
        return f"{word} {clause}"
    said = _first_sentence(before.said)
    return f"{word} is it that {said}" if said else f"{word}: {before.question}"


def _fragment(asked: str, turns: Sequence[Turn]) -> str | None:
    """For "What about Honda?", "and in Europe?", "and its stake?": the former question with another part in it."""
    rest = _ABOUT.sub("", asked)
    if rest == asked and _IS_ASKING.match(asked):
        return None
    before = turns[-1].question
    if year := _neighbour_year(rest, before):
        return year
    if _PREPOSITION.match(rest):
        return _with_circumstance(before, rest)
    if _YEAR.fullmatch(rest):
        return _with_circumstance(before, f"in {rest}")
    head, *tail = _LATER_PREPOSITION.split(rest, maxsplit=1)
    if _NAMED.fullmatch(head) and names_of(head):
        swapped = _with_name(before, head)
        return _with_circumstance(swapped, tail[0]) if tail else swapped
    return _attribute(rest, turns) if rest != asked or _ITS.match(rest) else None


def _attribute(rest: str, turns: Sequence[Turn]) -> str | None:
    """For "Its stake", "the price": asked of what the former question was about."""
    wanted = _ITS.sub("", rest)
    verb = "are" if re.search(r"\b\w+[^s]s$", wanted.split(" of ")[0]) else "is"
    if _POINTING.search(wanted):
        return f"What {verb} the {_resolve(wanted, turns)}"
    thing = group_of(turns) if rest.lower().startswith("their") else thing_of(turns)
    return f"What {verb} the {wanted} of {thing}" if thing else None


def _pointing(asked: str, turns: Sequence[Turn]) -> str | None:
    """Resolve a whole question with "it", "they", "he", "there", "the venture" in it."""
    found = _POINTING.search(asked) or _thing_alone(asked)
    if not found or _EXPLETIVE.search(asked):
        return None
    if any(asked.find(name.text) < found.start() for name in names_in_question(asked) if not name.is_place):
        return None
    if _OF_A_FACT.search(asked) and (fact := _inverted(turns[-1].question)):
        return f"{asked} ({fact})"
    resolved = _resolve(asked, turns)
    return resolved if resolved != asked else None


def _elliptic(asked: str, turns: Sequence[Turn]) -> str | None:
    """For "How many employees are to go?": too few words to stand alone."""
    if not _IS_ASKING.match(asked) or names_in_question(asked) or _DEFINITION.match(asked):
        return None
    if len(content_words(asked)) > _FEW_WORDS:
        return None
    thing = thing_of(turns)
    return f"{asked} ({thing})" if thing else None


_RULES: tuple[Rule, ...] = (_bare, _fragment, _pointing, _elliptic)


def _resolve(text: str, turns: Sequence[Turn]) -> str:
    """Return `text` with every word that points back replaced by what it points to, where that is known."""
    meant: tuple[tuple[str, str], ...] = (
        (r"\b(?:of|all|any|some|none|both|each) (?:them|these|those)\b", f"of {things_of(turns) or group_of(turns)}"),
        (r"\b(?:their|theirs)\b", _possessive(group_of(turns))),
        (r"\b(?:they|them)\b", group_of(turns)),
        (r"\b(?:his|her(?= \w))\b", _possessive(person_of(turns))),
        (r"\b(?:he|him|she|her)\b", person_of(turns)),
        (r"\bits\b", _possessive(thing_of(turns))),
        (r"\bit\b", thing_of(turns)),
        (
            r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )\bthere\b",
            f"in {place_of(turns)}" if place_of(turns) else "",
        ),
    )
    for pattern, antecedent in meant:
        if antecedent.strip() not in ("", "of"):
            text = re.sub(pattern, antecedent.replace("\\", ""), text, flags=re.I)
    thing = thing_of(turns)
    if thing and not names_in_question(text) and (match := _thing_alone(text)):
        text = text.replace(match[0], thing if _same_head(match[0], thing) else f"{match[0]} ({thing})")
    elif (said := _first_sentence(turns[-1].said)) and (match := _THAT_ALONE.search(text)):
        text = f"{text} ({said})"
    return text


def _with_name(before: str, head: str) -> str:
    """Return the question `before` asked of what `head` names."""
    name = re.sub(r"['’]s?$", "", head)
    new = names_of(name)[0].text
    bare = re.sub(r"^(?:the|a|an)\s+", "", name)
    if is_country(new):
        return _with_circumstance(before, f"in {name}")
    units = [unit for unit in units_in(before) if not is_country(unit)]
    others = [unit for unit in units if new.lower() not in unit.lower()]
    owned = re.match(rf"{re.escape(new)}['’]s?\s+([\w-]+)", bare)
    if owned and owned[1].lower() not in before.lower():
        return f"What about {bare}"
    bare = new if owned else bare
    if len(others) < len(units):  # it stands in the question already: who was asked for, or the other of two
        asked_who = re.match(rf"^\W*who\s+({AUXILIARY})\b", before, re.I)
        if asked_who or not others:
            return (
                f"{asked_who[1].capitalize()} {bare}{before[asked_who.end() :]}" if asked_who else f"{before} ({bare})"
            )
        present = next(unit for unit in units if unit not in others)
        return _swap(before, others[0], present)
    if not others:
        return f"What about {bare}: {before[:1].lower()}{before[1:]}"
    return before.replace(others[0], bare)


def _swap(text: str, one: str, other: str) -> str:
    pattern = re.compile(f"{re.escape(one)}|{re.escape(other)}")
    return pattern.sub(lambda match: other if match[0] == one else one, text)


def _with_circumstance(before: str, phrase: str) -> str:
    """Return the question `before` with another time or place."""
    question = before.rstrip(" ?.")
    if _TIME.search(phrase):
        if match := _TIME.search(question):
            return question[: match.start()] + phrase + question[match.end() :]
        years = _YEAR.findall(question)
        if len(years) == 1 and (year := _YEAR.search(phrase)):
            return question.replace(years[0], year[0])
        return f"{question} {phrase}"
    place = next((m for m in _IN_PLACE.finditer(question) if is_country(m[1])), None)
    if place and _IN_PLACE.match(phrase):
        return question[: place.start()] + phrase + question[place.end() :]
    return f"{question} {phrase}"


def _neighbour_year(rest: str, before: str) -> str | None:
    step = -1 if _YEAR_BEFORE.match(rest) else 1 if _YEAR_AFTER.match(rest) else 0
    years = _YEAR.findall(before)
    return before.replace(years[0], str(int(years[0]) + step)) if step and years else None


def _inverted(question: str) -> str:
    """Return a question from its auxiliary on ("did sales fall in 2025"), if its subject follows it; else nothing."""
    text = question.strip(" ?.")
    match = re.search(rf"\b{AUXILIARY}\b", text, re.I)
    if not match or not (match.start() == 0 or re.match(rf"^(?:\w+\s+)?{QUESTION_WORD}\b", text, re.I)):
        return ""
    copula = re.match(r"^(?:what|who|which|how much)\s+(?:is|are|was|were)\b", text, re.I)
    clause = text[match.start() :]
    follows = _SUBJECT_FOLLOWS.match(clause[match.end() - match.start() :].strip())
    return "" if copula or not follows else clause[:1].lower() + clause[1:]


def _first_sentence(said: str) -> str:
    first = re.split(r"(?<=[a-z0-9)”\"%][.!?])\s", said.strip(), maxsplit=1)[0].rstrip(" .")
    opening = first.split(" ", 1)[0]
    return first[:1].lower() + first[1:] if opening.lower() in ("the", "a", "an", "in", "on", "this", "by") else first


def _thing_alone(text: str) -> re.Match[str] | None:
    """Return where "the venture" stands in a question that says little else of it."""
    return THING.search(text) if len(content_words(text)) <= _FEW_WORDS + 1 else None


def _same_head(written: str, thing: str) -> bool:
    """Whether "the venture" can be put as the whole thing: its last word is in there, or both may be a bare name."""
    head = written.split()[-1]
    is_bare = thing.removeprefix("the ") == next(iter(units_in(f"about {thing}")), "")
    return head.lower().rstrip("s") in thing.lower() or (is_bare and bool(BARE_THING.fullmatch(head)))


def _possessive(thing: str) -> str:
    ending = "'" if thing.endswith("s") else "'s"
    return thing and thing + ending


def _tidy(text: str) -> str:
    text = " ".join(text.split()).strip(" ?.,")
    return f"{text[:1].upper()}{text[1:]}?"
