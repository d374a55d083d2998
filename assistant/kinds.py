"""Tell whether a text holds a thing of the kind asked for: a number, a sum, a person, a place."""

import re
from collections.abc import Iterator
from itertools import takewhile

from assistant.names import COMMON_CAPITALS, fold, is_country, new_names
from assistant.understanding import FIGURES, Asked, Question
from index.words import FUNCTION_WORDS

_SCALE = r"(?:hundred|thousand|million|billion|trillion|lakh|crore|bn|mn|m|k)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER_WORD = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?|dozens?|half|both|third|hundreds|"
    "thousands|millions"
)
_PLAIN_NUMBER = re.compile(
    rf"(?<![\w.])(?!(?:19|20)\d{{2}}\b(?!,\d))\d[\d.,]*(?:\s*{_SCALE})?\b(?!\s*(?:%|per ?cent))|\b(?:{_NUMBER_WORD})\b",
    re.I,
)
_CURRENCY = (
    r"(?:yuan|dollars?|euros?|yen|won|rupees?|pounds?|francs?|krone[rn]?|kronor|kron[au]r?|krónu?r?|crowns?|pesos?|"
    r"reais|reals?|baht|ringgit|rupiahs?|liras?|roubles?|rubles?|zlot(?:ys?|ies)|złot(?:y|ys|e|ych)|dirhams?|riyals?|rials?|"
    r"rand|tenge|dinars?|shillings?|naira|taka|dong|hryvnias?|shekels?|leva?|lei|leu|pence|cents?|soums?|cedis?|"
    r"kwacha|birr|pula|manats?|lari|drams?|forints?|korunas?|kunas?|soles|guaran[ií]s?|quetzal(?:es)?|kyats?|"
    r"USD|EUR|RMB|CNY|JPY|GBP|INR|KRW|CHF|SEK|NOK|DKK|PLN|renminbi)"
)
_FOLLOWS_SUM = (
    r"(?=\W*$|[,.;:)]|\s(?:in|after|to|from|for|by|and|or|a|per|more|less|over|last|this|at|on|up|down|before|of|the|"
    r"each|is|was|will|would|instead|as|but|against)\b)"
)
_MONEY = re.compile(
    rf"[$€£¥₩₹฿₺]\s?\d[\d.,]*(?:\s*{_SCALE}\b)?|\b(?:USD|EUR|RMB|CNY|JPY|GBP|INR|Rs\.?|NOK|SEK|DKK|CHF|KRW|BRL|PLN|Rp|RM)\s?\d[\d.,]*(?:\s*{_SCALE}\b)?|"
    rf"\d[\d.,]*\s*(?:{_SCALE}\s+)?(?:(?:New |Hong )?[\w.]+ )?{_CURRENCY}\b|"
    rf"\b(?:{_NUMBER_WORD}|one|single|an?)\s(?:{_SCALE}\s)?(?:[a-z]+an\s)?{_CURRENCY}\b|"
    rf"\d\s?(?:million|billion|trillion|bn|crore|lakh){_FOLLOWS_SUM}",
    re.I,
)
_BARE_SUM = re.compile(rf"(?<![\d.,])(?!(?:19|20)\d\d\b(?!,\d))\d[\d,]*\d\d(?:\.\d+)?{_FOLLOWS_SUM}", re.I)
_PAYS = re.compile(
    r"\b(?:cost\w*|pa(?:y|ys|id|ying|yments?)|pric(?:e|es|ed)|worth|earn\w*|fees?|salary|wages?|rent|charg\w+|bequest|grants?|"
    r"gave|gets?|got|receiv\w+|swaps?|what is left)\b",
    re.I,
)
_SPLITS = "|".join(rf"{share}(?:\s?[:/–-]\s?|\sto\s){100 - share}" for share in range(1, 100))
_PERCENT = re.compile(
    rf"\d\s*%|\b\w+\W?per ?cent(?:age)?\b|(?<![\d.,])(?:{_SPLITS})(?![\d.]*\d)|"
    r"\b(?:equal (?:shares?|parts?|stakes?)|wholly|majority|half|thirds?|quarters?|fifths?|tenths?)\b|"
    r"\b(?:one|two|three|four|five) (?:\w+ )?(?:in|out of) (?:every )?(?:six|seven|eight|nine)\b|"
    r"\b(?:\w+|\d+) (?:in|out of|of every) (?:every )?(?:two|three|four|five|ten|twenty|hundred|\d+)\b|"
    r"\bin every (?:pound|euro|dollar)\b",
    re.I,
)
_DATE = re.compile(
    rf"\b(?:19|20)\d{{2}}s?\b|\b(?:{_MONTHS})\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:last|next|this) "
    r"(?:week|month|year|spring|summer|autumn|winter|quarter)\b|"
    r"\b\w+ (?:years?|months?|weeks?|decades?) (?:ago|later|earlier)\b|"
    r"\b(?:first|second|third|fourth) (?:quarter|half)\b|\b(?:in|within) (?:about |some |the next )?\w+ "
    r"(?:days|weeks|months|years)\b",
    re.I,
)
_DAY = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|\b(?:{_MONTHS})\s+\d{{1,2}}\b(?![,.]?\d)", re.I
)
_MEASURE_WORDS = {
    "kilomet": r"kilomet(?:er|re)s?|km", "km": r"kilomet(?:er|re)s?|km", "mile": r"miles?", "month": r"months?",
    "year": r"years?|annual\w*|decades?",
    "week": r"weeks?", "day": r"days?", "hour": r"hours?", "met": r"met(?:er|re)s?|m",
    "mw": "mw|megawatts?", "megawatt": "mw|megawatts?", "gigawatt": "gw|gigawatts?", "ton": r"tonn?es?|tons?",
    "gram": "grams?|g|kg|kilograms?", "gwh": "gwh|gigawatt[- ]hours?", "gigawatt-": "gwh|gigawatt[- ]hours?",
    "acre": "acres?", "hectare": "hectares?|ha", "minute": "minutes?",
}  # fmt: skip
_ANY_MEASURE = (
    r"centimet(?:er|re)s?|cm|grams?|kg|kilo(?:gram)?s?|seconds?|litres?|liters?|knots|km/h|kph|mph|mega(?:bit|byte)s?|degrees?|tonn?es?|years?|months?|weeks?|days?|hours?|minutes?|km|"
    r"kilomet(?:er|re)s?|miles?|met(?:er|re)s?|decades?"
)
_LASTING = r"in|for|within|of|than|about|nearly|almost|over|under|half|once|takes?|took|lasts?|lasted|every"
_ROLE_WORD = (
    r"chair(?:man|woman|person)?|president|ceo|cfo|chief(?: \w+)? officer|chief executive|"
    r"(?:\w+ )?director(?:-general)?|(?:\w+ )?manager|head|leader|founder|economist|analyst|minister|"
    r"senator|professor|spokes(?:man|woman|person)|secretary|captain|coach|curator|mayor|executive|officer|boss|"
    r"lawyer|engineer|archaeologist|partner|owner"
)
_PERSON = r"(?-i:[A-Z][\w’'-]+(?:\s+(?:van|von|de|al|bin|der|den))*(?:\s+[A-Z][\w’'-]+){0,3})"
_TWO_NAMES = re.compile(
    r"\b[A-Z][^\W\d_]+(?:[-’'][A-Z]?[^\W\d_]+)*(?:\s(?:van|von|de|da|del|al|bin|der|den))*(?:\s[A-Z][^\W\d_]+(?:-[A-Z]?[^\W\d_]+)*){1,2}"
)
_SAYS = (
    r"(?:said|says|told|not(?:ed|es)|add(?:ed|s)|argue[ds]|believes?|wrote|writes|stressed|warned|put(?:s)? it|stated)"
)
_PERSON_WITH_ROLE = re.compile(
    rf"(?P<a>{_PERSON}),?\s+(?:\(|an?\s|the\s|its\s|who\s|is\s|as\s|became\s|was\s|named\s|\w+\s){{0,3}}?"
    rf"(?:{_ROLE_WORD})\b"
    rf"|\b(?:{_ROLE_WORD}),?\s+(?:of\s+(?:\S+\s+){{1,5}})?(?P<b>{_PERSON})"
    rf"|(?P<c>{_PERSON})(?:,[^,]{{3,80}},)?\s+{_SAYS}\b|\b{_SAYS}\s+(?P<d>{_PERSON})",
    re.I,
)
_NO_PERSON = frozenset(
    """group motors motor automobile auto autos automotive car cars company corp corporation inc ltd university museum
    board trust bank fund club union institute ministry department council agency authority center centre
    association commission news china europe capital energy pharma research office court league show plant works
    venture battery technologies technology technical north south east west new san los city province river
    airport port bay island street road great wall long mountain international national global financial world
    times daily post journal press weekly magazine insights evening morning sports state states kingdom republic
    free zone giga model project plan award act law programme program grand prix electric systems solutions
    software services partners brothers chief engineer engineering head officer executive president director
    vice senior deputy general spokesman house palace hospital school college church cathedral bridge tower park
    lake sea line railway rail air airlines hotel ride radar business industry today""".split()
)
_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|outside|into|across|of|includ(?:ing|es?|ed)|and|or|between|through)\s+(?:the\s+)?"
    r"(?P<place>[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)*)"
)
_TOWN = re.compile(r"\b(?:city|cities|town|state|province|plant|factory|works)\b", re.I)
_CAUSE = re.compile(
    r"\b(?:because|since|due to|owing to|thanks to|as a result|so that|in order to|driven by|caus\w+|reasons?|led to|"
    r"push\w*|stem\w*|therefore|hence|reflect\w*|hinges?|after|as|to [a-z]+|amid|by [a-z]+ing|with [a-z]+|which)\b",
    re.I,
)
_AMOUNT = re.compile(r"\bhow much\b|\bhow many points\b|\bcompared?\b|\bchang\w+|\bvs\b|\bversus\b|\bgrow\w*", re.I)
_SHARE_OF_MONEY = re.compile(
    r"\bhow much (?:of|more|less|dearer|cheaper)\b|\bcompared\b|\b(?:royalt\w+|commission|increase|rise|penalty)\b|"
    r"\bpay\b.{0,60}\b(?:for|to) us(?:e|ing)\b|\bget paid\b",
    re.I,
)
_PART = re.compile(r"\b(?:part|portion|how much) of\b", re.I)
_PERCENT_OR_SUM = re.compile(rf"{_MONEY.pattern}|\d[\d.,]*\s*(?:%|per ?cent)", re.I)
_NAME_ASKED = re.compile(
    r"(?:^|[.?!:;]\s|\b(?:in|at|on|of|by|from|to|for|with|under|against|and|but)\s)(?:which|whose)\s"
    r"(?P<a>(?:[\w-]+\s+){0,3}[\w-]+)|\bwhat(?:['’]s|\s(?:is|was|are|were))\s(?P<b>(?:\S+\s){1,6}?)called\b",
    re.I,
)
_INDEFINITE = r"\b(?:an?|one|another|some|several|two|three)\s+(?:[\w-]+\s+){0,3}?"
_NOUN_ENDS = rf"\W*$|[,.;:]|\s(?:{'|'.join(FUNCTION_WORDS)}|off|near|outside|based|whose)\b"
_IS_SAID_TO_BE = re.compile(r"(?:[,(:–—]|\b(?:is|was|are|were|be|as|became|become))$")
_IS_NAMED = re.compile(
    r"(?:\s(?:in|of|from|near|off)\s[A-Z][\w-]*,|\sof)?\W{0,3}(?:(?:so-)?called|named|known|dubbed|(?:the\s+)?[A-Z0-9])"
)
# What an abstention says is missing.
WANTED = {
    Asked.NUMBER: "the number asked for",
    Asked.MONEY: "the sum asked for",
    Asked.PERCENT: "the percentage asked for",
    Asked.MEASURE: "the measure asked for",
    Asked.DATE: "the time asked for",
    Asked.PERSON: "the person asked for",
    Asked.PLACE: "the place asked for",
    Asked.REASON: "the reason asked for",
    Asked.NAME: "the name asked for",
}


def holds(question: Question, text: str) -> bool:
    """Return whether `text` holds a thing of the kind asked for that the question does not name itself."""
    match question.asked:
        case Asked.NUMBER:
            return _has_count(text, question.text)
        case Asked.MONEY:
            is_share = bool(_SHARE_OF_MONEY.search(question.text)) and _has_new(_PERCENT, text, question.text)
            is_bare = bool(_PAYS.search(text)) and _has_new(_BARE_SUM, text, question.text)
            return is_share or is_bare or _has_new(_MONEY, text, question.text)
        case Asked.PERCENT:
            is_part = bool(_PART.search(question.text)) and _has_new(_MONEY, text, question.text)
            return is_part or _has_new(_PERCENT, text, question.text)
        case Asked.MEASURE:
            return any(_has_new(pattern, text, question.text) for pattern in _measures(question))
        case Asked.DATE:
            return _has_new(_DATE, text, question.text)
        case Asked.PERSON:
            return _names_person(text, question)
        case Asked.PLACE:
            return _names_place(text, question.text)
        case Asked.REASON:
            return bool(_CAUSE.search(text))
        case Asked.NAME:
            return bool(new_names(text, question.text))
        case _:
            return True


def only_mentions(question: Question, text: str) -> bool:
    """Return whether `text` leaves unnamed what the question asks the name of ('a bank in Dubrovnik')."""
    if question.asked in FIGURES or not (asked := _NAME_ASKED.search(question.text)):
        return False
    thing = _head_of(asked["a"] or asked["b"])
    mentions = list(re.finditer(rf"{_INDEFINITE}{thing}\w{{0,3}}(?={_NOUN_ENDS})", text, re.I)) if thing else []
    named = (
        _IS_SAID_TO_BE.search(text[: each.start()].rstrip()) or _IS_NAMED.match(text[each.end() :]) for each in mentions
    )
    return bool(mentions) and not any(named)


def _head_of(text: str) -> str:
    """Return the stem of the last word of a noun phrase, of its whole if nothing ends it; '' for a name."""
    words = text.removeprefix("the ").removeprefix("its ").split()
    phrase = list(takewhile(lambda word: word.lower() not in FUNCTION_WORDS, words))
    head = phrase[-1] if phrase else ""
    return re.escape(head.rstrip("s")) if len(head) > 3 and head.islower() else ""


def _has_new(pattern: re.Pattern[str], text: str, question: str) -> bool:
    asked = question.lower()
    return any(match.group().lower().strip() not in asked for match in pattern.finditer(text))


def _has_count(text: str, question: str) -> bool:
    """Whether `text` holds a number; sums and shares are none unless 'how much' is asked or how things changed."""
    is_amount = bool(_AMOUNT.search(question))
    if is_amount and _has_new(_PERCENT, text, question):
        return True
    without = _DAY.sub(" ", text if is_amount else _PERCENT_OR_SUM.sub(" ", text))
    return _has_new(_PLAIN_NUMBER, without, question)


def _names_place(text: str, question: str) -> bool:
    """Whether `text` names a place that the question does not; a town is not a country."""
    asked = question.lower()
    places = [match["place"] for match in _PLACE.finditer(text) if match["place"].lower() not in asked]
    return any(not is_country(place) for place in places) if _TOWN.search(question) else bool(places)


def _measures(question: Question) -> Iterator[re.Pattern[str]]:
    """Yield what tells the measure asked for: a number with its unit, an age, a date until when, a change."""
    units = next((words for stem, words in _MEASURE_WORDS.items() if question.unit.startswith(stem)), _ANY_MEASURE)
    number = rf"(?:\d[\d.,–-]*|{_NUMBER_WORD}|(?:{_LASTING})\s+an?|first|second|fifth|sixth|seventh)"
    yield re.compile(rf"\b{number}(?:[\s-]+(?!(?:an?|per|each|every)\b)\w+){{0,3}}?[\s-]+(?:{units})\b", re.I)
    if re.search(r"\bhow long\b", question.text, re.I):
        yield _DATE
    elif re.search(r"\bhow old\b", question.text, re.I):
        yield re.compile(r"\bage[ds]?\b\D{0,20}\d+", re.I)
    elif re.search(r"\bhow (?:far|fast|deep)\b", question.text, re.I):
        yield _PERCENT


def _names_person(text: str, question: Question) -> bool:
    """Whether `text` names a person whom the question does not: two names, or one beside an office or 'said'."""
    asked = question.text.lower()
    beside = (next(name for name in match.groups() if name) for match in _PERSON_WITH_ROLE.finditer(text))
    return any(_is_person(name, asked) for name in beside) or any(
        _is_person(match.group(), asked, least=2) and not question.lexicon.ids_in(match.group())
        for match in _TWO_NAMES.finditer(text)
    )


def _is_person(name: str, asked: str, least: int = 1) -> bool:
    words = set(fold(name).split()) - FUNCTION_WORDS - COMMON_CAPITALS
    return len(words) >= least and not words & _NO_PERSON and not any(word in asked for word in words if len(word) > 3)
