"""Read a question: what kind of thing it asks for, whom it names, its time, whether it is one at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assistant.chinese import in_english
from assistant.entities import asked_ventures, known_names, with_descriptions_named
from assistant.names import Name, names_in_question
from assistant.parts import Part, parts_of
from assistant.times import AskedTime, asked_time
from index.lexicon import Lexicon, load_lexicon
from index.words import content_words


class Asked(StrEnum):
    """The kind of thing a question asks for."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    MEASURE = "measure"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    REASON = "reason"
    LIST = "list"
    YES_NO = "yes or no"
    OTHER = "other"


FIGURES = frozenset({Asked.NUMBER, Asked.MONEY, Asked.PERCENT, Asked.MEASURE, Asked.DATE})
_MEASURES = (
    r"kilomet(?:er|re)s?|km|miles?|met(?:er|re)s?|months?|years?|weeks?|days?|hours?|minutes?|kwh|mwh|gwh|tonnes?|tons?|"
    r"acres?|hectares?|gigawatt-hours?|megawatt-hours?|megawatts?|gigawatts?|grams?|kilograms?|litres?|liters?"
)
_SIZES = r"kilomet(?:er|re)s|km|miles|met(?:er|re)s|kwh|mwh|gwh|tonnes|tons|hectares|acres|kilograms|kg|litres|liters"
_ROLES = r"executive|economist|manager|analyst|founder|person|chairman|professor|doctor|minister"
_LEADS = (
    r"is|was|are|heads?|leads?|runs?|chairs?|said|signed|put|wrote|founded|came up|claim(?:s|ed)|warn(?:s|ed)|coined"
)
_PARTIES = (
    r"partners?|owners?|producers?|makers?|suppliers?|contractors?|shareholders?|behind|buyers?|parent|customers?|builders?|"
    r"publishers?|sponsors?|donors?|lenders?|investors?|bidders?|operators?|money"
)
_THINGS = (
    r"compan(?:y|ies)|firms?|brands?|marques?|models?|cars?|vehicles?|suvs?|sedans?|automakers?|carmakers?|makers?|"
    r"partners?|ventures?|suppliers?|newspapers?|outlets?|media|banks?|groups?|clubs?|museums?|hospitals?|startups?|"
    r"foundations?|foundr(?:y|ies)|sides?|teams?|part(?:y|ies)|yards?|"
    r"utilit(?:y|ies)|funds?|agenc(?:y|ies)|authorit(?:y|ies)|universit(?:y|ies)|opponents?|institutes?"
)
_SHARED = r"(?:share|stake|holding|shareholding|margin|tariff|duty)"
_STUFF = r"energy|water|weight|time|space|electricity|power|land|fuel|oil|gas|food|steel|steam|wine|milk"
_PRICES = r"(?:prices?|priced|costs?|registered capital|share capital|budget|revenues?|turnover|fees?|worth|expense)"
_PAYING = (
    r"(?:costs?|pays?|paid|invest(?:s|ed|ing)?|spend(?:s|ing)?|spent|owe[sd]?|saved?|hand(?:s|ed)? over|sells? for|"
    r"sold for|goes? for|fetch(?:es|ed)?|borrow(?:s|ed)?|len[dt]|donated?|injected?|repaid|repay|earn(?:s|ed)?|"
    r"charge[sd]?)"
)
_GETTING = (
    r"(?:receive[sd]?|gets?|got|put(?:s|ting)? (?:up|into|towards)|chip(?:s|ped)? in|br(?:ing|ings|ought) in|"
    r"turn(?:s|ed)? over|disburse[sd]?|contribute[sd]?|wants? for|asks? for|make on|makes on)"
)
_SUMS = (
    r"(?:bill|sum|investments?|che(?:que|ck)|outlay|valuation|proceeds|compensation|grant|loan|deficit|surplus|fine|"
    r"penalty|premium(?!\s(?:\w+\s)?(?:cars?|brands?|models?|makers?|vehicles?|suvs?|segment|market|class))|"
    r"royalt(?:y|ies)|dividend|debts?|(?<!job )loss(?:es)?|profits?|savings?|ransom|bid|injection|damages|rent|"
    r"salary|wages?|payments?|payout|severance|income|earnings|prize money|state aid|credit line|capital spending|"
    r"book value|commission(?! of| on| for))"
)
_NOT_ONES = r"(?<!\bhis )(?<!\bher )(?<!\bits )(?<!\btheir )"  # 'own', 'pay': no verb after these
_NO_NOUN = rf"{_NOT_ONES}(?<!\bthe )(?<!\bof )(?<!-)"
# A request without a question word ('Iberluz net profit 2024?') asks for what its noun counts.
_TERSE = (
    r"^(?!.*\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|did|does|do|has|have|had|will|would|can|"
    r"could|may|should|must)\b)(?!\W*name\b).*"
)
# The first pattern that matches decides.
_ASKED: dict[Asked, tuple[str, ...]] = {
    Asked.REASON: (
        r"\b(?:why|how come|for what reason|(?:the|his|her|its|their|whose|what) reasons?)\b",
        r"\bwhat (?:made|drove|moved|prompted|persuaded|pushed|forced|convinced|motivated|explains?|caused?|led)\b",
        r"\b(?:what|who) (?:is|was|are|were) to blame\b|\bwhat brought\b",
        r"\bwhat (?:held up|stopped|triggered|sparked|prevent(?:s|ed)|keeps|kept|speaks for|spoke against)\b",
    ),
    Asked.DATE: (
        r"(?:^|\W)(?:since |by |until |till |from )when\b|\bwhen\W*$|^\W*when\b",
        r"\bwhen\s+(?:exactly\s+)?(?:is|was|did|does|do|will|were|are|has|have|had|would|can|could|should)\b",
        r"\b(?:what|which) (?:year|month|date|day|quarter|decade|hour)\b|\bthe deadline\b",
        r"\bhow soon\b|\bby what (?:season|year|month|date)\b|\bthe (?:date|day|year) (?:on|in) which\b",
        rf"{_TERSE}\b(?:year of|(?:opening|founding|launch|closing) (?:year|date)|(?:opening|launch|closing) of)\b",
    ),
    Asked.PERCENT: (
        r"(?<!\d)(?<!\d\s)\bper ?cent(?:age)?\b|\bwhat (?:slice|proportion|fraction)\b",
        r"\b(?:profit|equity|ownership|stake|share)\W+(?:margin|split)\b",
        rf"\bhow (?:big|large|high|much)\b.{{0,25}}(?<!\bper )(?<!\bat )\b{_SHARED}\b(?! capital| price)",
        r"\b(?:what|which|how)\b.{0,30}(?<!\bat )\b(?:stakes?|market share|wholesale share)\b",
        r"\b(?:what|which) (?:share|portion)\b|\bwhat part of (?:its|their|his|her)\b",
        rf"\b(?:what|how much)\b.{{0,50}}{_NOT_ONES}\bown of\b",
        rf"\b(?:what|how much) of\b.{{0,50}}{_NOT_ONES}\b(?:own(?:s|ed)?|belongs?|in the hands)\b",
        r"\b(?:what|which) (?:gross |net |profit |operating )?margin\b",
        r"\b(?:what|which)\b.{0,20}\b(?:rate|capacity factor|ratio)\b",
        r"\b(?:what|which|how (?:much|high|big|large))\b(?! money).{0,30}\b(?:tariffs?|dut(?:y|ies))\b",
        r"\bin what proportions?\b|\bpercentages?\b",
        r"\bhow\b.{0,30}\b(?:equity|shares?|ownership|stakes?)\b.{0,60}\b(?:split|divided?|distributed|apportioned)\b",
        r"\bwhat (?:is|was|are|were)\b.{0,40}\bshare (?:of|in)\b",
        rf"(?!.*\bprice\b){_TERSE}\b(?:shares? (?:of|in)|portion|tariff|stake|market share|growth|margin)\b",
    ),
    Asked.MONEY: (
        r"\bhow much (?:\w+ )?(?:money|capital|cash)\b|\bwhat sum\b",
        rf"\bhow (?:big|large|high|great|small)\b.{{0,40}}\b{_SUMS}\b|\bhow (?:deep|far) in(?:to)? the (?:red|black)\b",
        r"\bhow many (?:yuan|dollars?|euros?|yen|rupees?|pounds?|won|francs?|krone[rn]?|kronor)\b",
        rf"\bhow much\b(?!\s(?:{_STUFF})\b).{{0,70}}(?<!-)\b(?:{_PRICES}|{_SUMS}|{_PAYING}|offer(?:s|ed)?)\b",
        rf"\bwhat (?:did|does|do|will|would|must|has|had|have|could|can|should)\b.{{0,70}}{_NO_NOUN}\b{_PAYING}\b",
        rf"\bhow much (?:did|does|do|has|have|had|will|would|is|are|was|were|must|should)\b.{{0,60}}\b{_GETTING}\b",
        r"\bwhat (?:is|was|are|were)\s.{0,60}\b(?:paying|spending|investing|paid|charging|offering)\b",
        r"\bwhat (?:did|does|do|will|would)\b.{0,60}\bget (?:per|for (?:the|its|his|her|their|an?|each|every))\b",
        rf"\bwhat (?:is|was|are|were)\s+(?:\S+\s+){{0,6}}(?:{_PRICES}|{_SUMS})\b",
        rf"\b(?:what|which|at what|for what)\s+(?:[\w-]+\s+){{0,2}}(?:{_PRICES}|{_SUMS})\b",
        r"\b(?:list|starting|asking) price\b|\bwhat (?:bonus|subsid(?:y|ies))\b",
        r"\bin debt\b|\bin (?:euros|dollars|yuan|yen|pounds|rupees)\W*$|\bhow much .{0,40}\bper share\b",
        r"\bwhat (?:does|do|will|would)\b.{0,40}\b(?:charge|ask for)\b|\bthe amount\b|\benterprise value\b",
        rf"{_TERSE}\b(?:contribution|{_PRICES}|{_SUMS})\b",
    ),
    Asked.MEASURE: (
        r"\bhow (?:far|long|old|fast|tall|wide|deep|heavy)\b",
        rf"\bin (?:gigawatt|megawatt|kilowatt)-hours\b|\bin (?:{_SIZES})\W*$",
        r"\bwhat (?:is|was)\s+(?:\S+\s){0,4}(?:depth|length|width|height|weight)\b",
        rf"{_TERSE}\b(?:depth|length|width|height|weight)\b",
        rf"\b(?:how many|what number of)\s+(?:\w+\s)?(?:{_MEASURES})\b",
    ),
    Asked.NUMBER: (
        r"\bhow (?:many|much)\b|^\W*(?:the )?number of\b",
        r"\bwhat (?:is the |was the |is |was )?(?:\w+ )?(?:number|volume|tally|figure|count|sales figure)\b",
        r"\b(?:sales|deliveries|output|volume|orders|units)\b[^?]*\b(?:19|20)\d{2}\?$",
        r"\bwhat (?:is|was|were)\s+(?:\S+\s){0,3}(?:quota|capacity|headcount|workforce)\b",
        r"\bwhat (?:annual |yearly |monthly |daily )?(?:quota|capacity|output|volume|production|headcount)\b",
        rf"{_TERSE}\b(?:headcount|sales|deliveries|volume|output|capacity|quota|number of|tally|jobs|staff|figure)\b",
        rf"{_TERSE}\bjob losses\b",
        rf"{_TERSE}\b(?:sold|built|made|delivered|shipped|exported|registrations|subscribers|employees)\b",
        r"\bhow often\b",
    ),
    Asked.PLACE: (
        r"\bwhere\b",
        r"\b(?:what|which|whose)\s+(?:\w+\s)?(?:city|cities|town|country|countries|states?|regions?|province|continent)\b",
        r"\bpart of the world\b",
    ),
    Asked.PERSON: (
        rf"\bwho (?:{_LEADS})\b(?!\s(?!lead|run|head|chair)\w+ing\b)(?!.{{0,50}}\b(?:{_PARTIES})\b)",
        r"\bwho (?:will|is going to) (?:lead|head|run|chair)\b",
        r"\bwhom? (?:has|have|had|did) .{0,40}\b(?:put in|appoint(?:ed)?|hired?)\b",
        rf"\bwhich (?:\w+\s){{0,2}}(?:{_ROLES})\b",
        rf"\b(?:his|her) name\b|\bname of\b.{{0,50}}\b(?:{_ROLES}|boss|ceo|head|chief|engineer|president|director)\b",
    ),
    Asked.NAME: (
        r"\bwhom?\b|\bwhose\b",
        rf"\bwhich (?:\w+\s){{0,3}}(?:{_THINGS})\b",
        rf"\bwhat (?:(?!are|is|was|were|do|does|did|has|the|kind)\w+\s)?(?:{_THINGS})\b",
        r"\bwhat\b.{0,60}\bcalled\b|\bname of\b|\bnamed\b",
    ),
    Asked.LIST: (
        r"\bwhat (?:\w+\s){0,3}(?:are|were)\b",
        r"\bwhich (?:\w+\s){0,2}\w+(?<!\bi)(?<!\bwa)(?<!\bha)(?<!\bdoe)s\b",
        r"\b(?:list|name) (?:the|all)\b|\bunder which\b",
    ),
    Asked.YES_NO: (r"^\W*(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\b",),
}
_ASKED_COMPILED = tuple((kind, re.compile("|".join(patterns), re.I)) for kind, patterns in _ASKED.items())
_MOST_PARTS = 4
_IS = re.compile(r"\b(what|who|where|when|how)['’]s\b", re.I)
_UNIT = re.compile(rf"\b(?:(?:how many|number of)\s(?:\w+\s)?|in\s(?=\S+\W*$))({_MEASURES})\b", re.I)
_NOT_A_QUESTION = re.compile(
    r"""\b(?:ignore|disregard|forget|override)\b.{0,40}
        \b(?:instructions?|documents?|sources?|rules?|prompts?|above|previous)\b
    | \b(?:system|hidden|initial)\ prompt\b | \b(?:your|the)\ (?:instructions|prompt|rules|configuration|guidelines)\b
    | \b(?:developer|debug|god|jailbreak)\ mode\b
    | \b(?:api[\ _-]?keys?|passwords?(?!\ manager)|credentials|access\ tokens?|private\ keys?|environment\ variables?)\b
    | ^\W*(?:please\s+)?(?:can\ you\s+|could\ you\s+)?
      (?:write|compose|draft|sing|invent|make\ up|create|generate|translate|pretend|act\ as|role-?play|rhyme|paint)\b
    | \b(?:an?|any|some|me|us|your|my|good|best)\ (?:[\w-]+\ ){0,2}
      (?:poems?|haikus?|limericks?|sonnets?|songs?|jokes?|recipes?|horoscopes?|lyrics|bedtime\ story)\b
    | ^\W*(?:[\w-]+\ ){0,2}(?:poem|joke|recipe|horoscope|lyrics)\ (?:for|about|of|on)\b
    | \b(?:weather|rain|snow|sunny|forecast)\b.{0,40}\b(?:today|tomorrow|tonight|weekend|afternoon|morning)\b
    | \b(?:will\ it|is\ it\ going\ to)\ (?:rain|snow)\b | \bweather\b
    | \b(?:python|javascript|java|sql|bash)\ (?:code|function|script|program|query)\b
    """,
    re.I | re.X | re.S,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the answerer sees it.

    `words` are its content words, `names` what it names, `time` the time it asks about, `unit` the
    unit of measure it asks for, if any. `parts` are the questions it is made of, if several.
    `ventures` are those of the lexicon that it is about. `reading` is the ambiguous name of which
    this part takes one meaning.
    """

    text: str
    asked: Asked
    words: tuple[str, ...]
    names: tuple[Name, ...]
    time: AskedTime
    unit: str
    in_scope: bool
    parts: tuple["Question", ...] = ()
    ventures: frozenset[str] = frozenset()
    reading: str = ""
    lexicon: Lexicon = field(default_factory=load_lexicon, compare=False, repr=False)


def understand(text: str, lexicon: Lexicon | None = None) -> Question:
    """Return what can be told of a question from its words and the lexicon (by default the program's own)."""
    lexicon = lexicon or load_lexicon()
    parts = [each for part in parts_of(with_descriptions_named(text, lexicon)) for each in _readings(part, lexicon)][
        :_MOST_PARTS
    ]
    if len(parts) < 2:
        return _understand(Part(text), lexicon)
    return replace(_understand(Part(text), lexicon), parts=tuple(parts))


def _readings(part: Part, lexicon: Lexicon) -> Iterator[Question]:
    """Yield a part as it is, or once for each meaning of an ambiguous name in it."""
    mentions = lexicon.entities_in(part.text)
    name = next((each for each in mentions if len(each.ids) > 1 and not each.described), None)
    if name is None:
        yield _understand(part, lexicon)
        return
    for meant in dict.fromkeys(each for reading in name.readings for each in reading):
        usual = lexicon.name_of(meant)
        said = Part(part.asking.replace(name.text, usual), part.context.replace(name.text, usual))
        question = _understand(said, lexicon)
        names = (
            replace(each, entities=frozenset({meant})) if meant in each.entities else each for each in question.names
        )
        ventures = lexicon.ventures({meant}) | (question.ventures - name.ids)
        yield replace(question, names=tuple(names), ventures=ventures, reading=name.text)


def _understand(part: Part, lexicon: Lexicon) -> Question:
    text = part.text
    asking = _IS.sub(r"\1 is", in_english(part.asking))
    asked = next((kind for kind, pattern in _ASKED_COMPILED if pattern.search(asking)), Asked.OTHER)
    unit = match[1].lower() if asked is Asked.MEASURE and (match := _UNIT.search(asking)) else ""
    return Question(
        text=text,
        asked=asked,
        words=content_words(text),
        names=known_names(text, names_in_question(text), lexicon),
        time=asked_time(in_english(text)),
        unit=unit,
        in_scope=not _NOT_A_QUESTION.search(text),
        ventures=asked_ventures(text, lexicon),
        lexicon=lexicon,
    )
