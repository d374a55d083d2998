"""Tell a document's own words from the furniture around them: the `clean` step.

Furniture is what a page carries besides its article: image names and captions, share and
subscribe lines, related-article tails, bylines, contact lines, copyright notes, disclaimers.
It stays in the text, so that nothing is lost, but it is never chunked and never quoted.
"""

import re
from collections.abc import Sequence

from index.models import Block, BlockKind, Document, Span
from index.raw import RawBlock, RawDocument

_SHORT_LINE_WORDS = 25
_LONG_SENTENCE_WORDS = 14
_TAIL_LINE_WORDS = 12

# A line that is furniture wherever it stands, if it is short.
_FURNITURE_LINE = re.compile(
    r"""^\W*(?:
      \S+\.(?:jpe?g|png|gif|webp|svg|avif|bmp|mp4)$
    | (?:image|photo|picture|video|graphic|chart|illustration|foto|cover|headline\ image)s?
        \s*(?:source|credit|courtesy|by|via|:|©|\()
    | (?:credit|source|sources|via|caption)\s*[:：]
    | (?:getty\ images|shutterstock|istock|afp|reuters/|unsplash)\W*$
    | https?://\S+$ | www\.\S+$ | \S+@\S+\.\w+$
    | (?:share|tweet|print|e-?mail|save|listen|bookmark|copy\ link|whatsapp|facebook|linkedin|x|twitter|telegram|reddit)
        (?:\s+(?:this|on|via|to|by|it|article|story|page|facebook|twitter|x|linkedin|whatsapp|e-?mail|link)\b.*)?$
    | (?:please\s+)?(?:subscribe|sign\ up|log\ ?in|sign\ in|register)\b(?!\s*capital)
        (?=\s*$|.*\b(?:to|for|now|today|here|free|our|newsletter|account|updates)\b)
    | (?:follow|join|find|like)\s+us\b | follow\s+\S+(?:\s\S+){0,3}\s+on\b
    | (?:download|get)\s+(?:our|the)\s+(?:app|newsletter)
    | newsletters?\W*$ | advertisements?\W*$ | advertorial\W*$ | sponsored\b.{0,40}$ | ad\W*$ | story\ continues\ below
    | (?:click|tap)\ here\b | (?:continue|keep)\ reading | loading\b.{0,10}$ | skip\ to\b
    | related\s*(?::|$|(?:articles?|stories|story|posts?|topics?|news|reading|coverage|content|links?)\b)
    | (?:read|see)\s+(?:more|also|next|full|the\ full)\b | also\ read\b | see\ also\b | up\ next\b | read:\s
    | more\s+(?:from|on|stories|news|in|articles|about)\b.{0,60}$
    | (?:you\ (?:may|might)\ also\ (?:like|be)|recommended\b.{0,20}$|recommended\ for)
    | (?:most\s+(?:read|popular|viewed)|trending(?:\ now)?|latest\ (?:news|stories|articles)|top\ stories
        |don['’]t\ miss)\W*$
    | (?:tags?|topics?|filed\ under|categor(?:y|ies)|keywords)\s*:
    | explore\s+more\b | back\s+to\s+(?:top|home|.*\b(?:home|homepage|page))\b | (?:view|show|load|see)\s+(?:all|more)\b
    | (?:leave|post|add|write)\ a\ (?:comment|reply) | (?:\d+\ )?comments?\W*$ | join\ the\ conversation
    | \d+\s*(?:-\s*)?min(?:ute)?s?\s+read | we\ use\ cookies\b | (?:accept|manage)\ (?:all\ )?cookies
    | (?:privacy|cookie)\ (?:policy|notice) | terms\ (?:of|and)\ (?:use|service|conditions)
    | (?:copyright|©|\(c\))\s*.*\d{4} | all\ rights\ reserved | contact\ us\b | our\ standards:
    | (?:additional\ )?(?:reporting|writing|editing)\s+by\b | (?:editors?|translated|compiled)\s*(?:by|:)
    | about\ the\ author\b | (?:buyer|seller)\ service\s*: | (?:media|press|investor)\ contacts?\b
    | (?:edited|written|reported)\s+by\s+[A-Z]
    )""",
    re.I | re.X,
)

# A paragraph that is legal or contact boilerplate, however long.
_BOILERPLATE = re.compile(
    r"""does\ not\ constitute\ (?:an?\ )?(?:investment|financial|legal|tax|professional|offer)
    | not\ (?:intended\ (?:as|to\ be)\ )?(?:investment|financial|legal)\ advice
    | all\ rights\ reserved | for\ (?:informational|information|educational)(?:\ and\ \w+)?\ purposes\ only
    | (?:do\ not|may\ not\ be)\ (?:reproduced?|copied|copy|published?|redistributed?)\b
    | without\ (?:prior\ )?(?:written\ )?permission | this\ (?:press\ release|document)\ contains\ forward-looking
    | sign\ up\ (?:for|to)\ (?:our|the)\b.*\b(?:newsletter|inbox|updates) | subscribe\ to\ (?:our|the)\b.*\bnewsletter
    | we\ use\ cookies | agree\ to\ (?:our|the)\ (?:terms|privacy)
    """,
    re.I | re.X,
)
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")

# A heading under which everything is furniture, up to the next heading.
_FURNITURE_HEADING = re.compile(
    r"""^\W*(?:disclaimers?|disclosures?|legal\ (?:notice|disclaimer)|authors?|about\ (?:the\ )?authors?|about\ us
    | (?:related|recommended|popular|further|latest|more|trending|top)\s+
      (?:articles?|stories|posts?|news|reading|topics?|links?)
    | (?:media\ |press\ |investor\ )?contacts?(?:\ us)?|newsletters?|comments?|tags|share(?:\ this.*)?|subscribe.*
    | (?:cautionary|forward-looking)\ (?:statements?|note).*|copyright.*|advertisements?
    )\W*$""",
    re.I | re.X,
)


def clean(raw: RawDocument, source: str, origin: str, input_sha256: str) -> Document:
    """Return the document: its normalised text with every block's place in it, furniture marked."""
    text, placed = _assemble(raw.blocks, _mark_furniture(raw.blocks))
    return Document(source, origin, text, placed, raw.metadata, input_sha256)


def _mark_furniture(blocks: Sequence[RawBlock]) -> list[BlockKind]:
    """Return each block's kind, furniture recognised by its words, its section or its place."""
    kinds = [block.kind for block in blocks]
    in_furniture_section = False
    for position, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            in_furniture_section = bool(_FURNITURE_HEADING.match(block.text))
        if in_furniture_section or _is_furniture(block, position / len(blocks)):
            kinds[position] = BlockKind.FURNITURE
    return _mark_tail(blocks, kinds)


def _is_furniture(block: RawBlock, place: float) -> bool:
    """Whether a block is furniture by its own words; `place` is where it stands, 0 to 1."""
    if block.kind is BlockKind.FURNITURE:
        return True
    words = len(block.text.split())
    is_long_sentence = words > _LONG_SENTENCE_WORDS and _ends_as_sentence(block.text)
    if words <= _SHORT_LINE_WORDS and not is_long_sentence and _FURNITURE_LINE.match(block.text):
        return True
    return bool(_BOILERPLATE.search(block.text)) or (place > 0.75 and bool(_EMAIL.search(block.text)))


def _mark_tail(blocks: Sequence[RawBlock], kinds: list[BlockKind]) -> list[BlockKind]:
    """Mark what trails after the last sentence: short lines and headings with nothing under them."""
    for position in range(len(blocks) - 1, -1, -1):
        if kinds[position] is BlockKind.FURNITURE:
            continue
        text = blocks[position].text
        is_line = kinds[position] in (BlockKind.HEADING, BlockKind.PARAGRAPH) and not _ends_as_sentence(text)
        if position == 0 or not is_line or len(text.split()) > _TAIL_LINE_WORDS:
            break
        kinds[position] = BlockKind.FURNITURE
    return kinds


def _ends_as_sentence(text: str) -> bool:
    return text.rstrip("\"'”’)»]")[-1:] in ".!?:。！？…"


def _assemble(blocks: Sequence[RawBlock], kinds: Sequence[BlockKind]) -> tuple[str, tuple[Block, ...]]:
    """Join the blocks into one text, a blank line between them (one line break within a list or table)."""
    parts: list[str] = []
    placed: list[Block] = []
    length = 0
    for block, kind in zip(blocks, kinds, strict=True):
        joined = bool(placed) and block.kind is placed[-1].kind and block.kind in (BlockKind.LIST, BlockKind.TABLE)
        gap = ("\n" if joined else "\n\n") if placed else ""
        start = length + len(gap) + len(block.marker)
        parts.append(f"{gap}{block.marker}{block.text}")
        length = start + len(block.text)
        span = Span(start, length)
        placed.append(Block(kind, span, block.level, _lead_in(kind, placed, blocks[len(placed) - 1])))
    return "".join(parts), tuple(placed)


def _lead_in(kind: BlockKind, placed: Sequence[Block], previous: RawBlock) -> Span | None:
    """Return what introduces this list item or table row: the paragraph ending in ':', the header row."""
    before = next((block for block in reversed(placed) if block.kind is not BlockKind.FURNITURE), None)
    if before is None or kind not in (BlockKind.LIST, BlockKind.TABLE):
        return None
    if before.kind is kind:
        return before.lead_in or (before.span if kind is BlockKind.TABLE else None)
    is_introduction = before.kind is BlockKind.PARAGRAPH and previous.text.endswith(":")
    return before.span if is_introduction and kind is BlockKind.LIST else None
