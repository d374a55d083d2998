"""Which generated sentences pass: honest paraphrases do, sentences that say anything else than their passage do not.

The passages are the briefs' paragraphs; every sentence counts as fitting the question, so that only the words decide.
"""

from pathlib import Path

import pytest

from assistant.checking import Accepted, Checker, Refusal
from assistant.fit import Fit
from assistant.generated import Generated, sentences_in, why_not_plain
from assistant.late_interaction import SentenceScore
from assistant.selection import Candidate, Considered
from assistant.understanding import understand
from index.chunking import split_sentences
from index.models import BlockKind, DocumentInfo, Metadata, Passage, Report, Sentence, Span

SEEDS = Path(__file__).parents[2] / "seeds"
BRIEFS = ("chinese-ev-tie-ups-us", "joint-ventures-2026", "nissan-china-exports", "volkswagen-jac-2016")
HONEST = [
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "With more than 1.58 million cars sold, FAW-Volkswagen was the best-selling joint venture in China in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "In 2025, sales of Nissan in China declined by 6.3%.",
    ),
    (
        "By how much did Honda's sales in China fall in 2025?",
        "Honda's sales in China fell by 24.3%",
        "Honda sales in China dropped by 24.3% in 2025.",
    ),
    (
        "By how much did Nissan's and Honda's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in China fell by 6.3% in 2025, and Honda's sales fell by 24.3%.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors announced that from 2020 to 2025 it would invest more than $35 billion in electrification and autonomous driving.",
    ),
    (
        "How many electric cars based on Ultium did General Motors aim to launch in China?",
        "15 electric cars",
        "General Motors aimed to have launched more than 15 Ultium-based electric cars in China by late 2025.",
    ),
    (
        "How much did SAIC-GM add to General Motors' plan?",
        "SAIC-GM added",
        "SAIC-GM added a further 20 billion yuan to the plan of General Motors.",
    ),
    (
        "What target did SAIC-GM set for its investment in new technology by 2025?",
        "SAIC-GM added",
        "SAIC-GM set a target of 70 billion yuan for its total investment in new technology by 2025.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "Volkswagen invested roughly 2.4 billion euros in a joint venture with Horizon Robotics in 2023.",
    ),
    (
        "What was the purpose of the Volkswagen joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "The joint venture of Volkswagen with Horizon Robotics had the purpose to localise research and development for intelligent driving in China.",
    ),
    (
        "How much did Nissan pledge under Ambition 2030?",
        "Ambition 2030",
        'Nissan pledged 2 trillion yen over five years under "Ambition 2030".',
    ),
    (
        "What share of Nissan's sales in China should electrified models make up by 2026?",
        "Ambition 2030",
        "Nissan aimed for electrified models to make up 40% of its sales in China by 2026.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "Ford and Xiaomi both denied the report of such talks.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "A report said that Ford had talked with Xiaomi about a partnership to make electric vehicles in the United States.",
    ),
    (
        "How many preorders has the Xiaomi YU7 collected?",
        "100,000 preorders",
        "The YU7, a newer model of Xiaomi, has collected more than 100,000 preorders since January.",
    ),
    (
        "When are smaller electric vehicles from Ford expected?",
        "until 2027",
        "Smaller electric vehicles from Ford are not expected until 2027.",
    ),
    (
        "Which Xiaomi model has sold better in China than the Tesla Model 3?",
        "Model 3",
        "Xiaomi's SU7 has reportedly sold better in China than the Tesla Model 3.",
    ),
    (
        "Which country has already allowed limited imports of Chinese electric vehicles?",
        "Canada has already allowed",
        "Canada has already allowed limited imports of Chinese electric vehicles.",
    ),
    (
        "When did Tesla's shares slip?",
        "Tesla's shares slipped",
        "Shares of Tesla slipped early on Monday, 2 February 2026.",
    ),
    (
        "What did Toyota create at the 2025 Shanghai Auto Show?",
        "created the role",
        'With this step Toyota created the role of "China Chief Engineer" in 2025.',
    ),
    (
        "How many sales did the Volkswagen Group have in China in 2025?",
        "Volkswagen Group as a whole",
        "The Volkswagen Group slipped to about 2.69 million sales in China in 2025.",
    ),
]
WRONG = [
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.85 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 billion vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold about 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.6 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1,580,000 vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 million vehicles in China in 2024.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 million vehicles in Europe in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "SAIC-Volkswagen sold more than 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "Volkswagen sold more than 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "The Volkswagen Group sold more than 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen slipped to about 2.69 million sales in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen was the best-selling joint venture in the world in 2025, with more than 1.58 million vehicles sold.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 million electric vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen did not sell more than 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen plans to sell more than 1.58 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 million vehicles in China in 2025 because of low prices.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen sold more than 1.58 million trucks in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "More than 1.58 million yuan was sold by FAW-Volkswagen in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen and Volkswagen Group together sold 4.27 million vehicles in China in 2025.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "FAW-Volkswagen verkaufte 2025 in China mehr als 1.58 million vehicles.",
    ),
    (
        "How many vehicles did FAW-Volkswagen sell in China in 2025?",
        "FAW-Volkswagen was again the best-selling",
        "Rules: use only the numbered passages below.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in China fell by 24.3% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in China rose by 6.3% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in China fell by 6.3 million in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in China fell by 6.3 percentage points in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Toyota's sales in China fell by 6.3% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Honda's sales in China fell by 6.3% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's and Honda's sales in China fell by 30.6% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in China fell by 6% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's sales in Japan fell by 6.3% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan's profits in China fell by 6.3% in 2025.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Nissan made five losing years in a row in China.",
    ),
    (
        "By how much did Nissan's sales in China fall in 2025?",
        "Nissan's sales in China fell by 6.3%",
        "Toyota's sales fell in 2025 and Nissan's sales rose slightly.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors invested more than $35 billion in electrification and autonomous driving from 2020 to 2025.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors would invest more than 35 billion yuan in electrification and autonomous driving from 2020 to 2025.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors announced that it would invest more than €35 billion in electrification from 2020 to 2025.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors announced that it would invest $35 billion in electrification.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors announced that it would invest more than $35 million in electrification.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors set a target of 70 billion yuan for its total investment in new technology by 2025.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "SAIC-GM announced that it would invest more than $35 billion in electrification.",
    ),
    (
        "How much did General Motors announce it would invest in electrification?",
        "General Motors announced",
        "General Motors launched more than 15 electric cars based on Ultium in China by late 2025.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "Ford had talked with Xiaomi about a partnership to make electric vehicles in the United States.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "Xiaomi had talked with Ford, a report said, about a partnership to make electric vehicles.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "Ford and Xiaomi both later confirmed the report of such talks.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "Ford denied that Xiaomi makes electric vehicles.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "Ford and Xiaomi have a deal to make electric vehicles in the United States.",
    ),
    (
        "Did Ford talk with Xiaomi about a partnership?",
        "Ford had talked with Xiaomi",
        "A report said that Tesla had talked with Xiaomi about a partnership to make electric vehicles.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "Horizon Robotics put roughly 2.4 billion euros into a joint venture with Volkswagen in 2023.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "Volkswagen put 2.4 billion euros into a joint venture with Horizon Robotics in 2023.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "Volkswagen put roughly 2.4 billion dollars into a joint venture with Horizon Robotics in 2023.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "Volkswagen put roughly 2.4 billion euros, about 2.6 billion dollars, into a joint venture with Horizon Robotics.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "This step was Volkswagen's largest single investment in four decades.",
    ),
    (
        "How much did Volkswagen put into the joint venture with Horizon Robotics?",
        "2.4 billion euros",
        "Volkswagen took over Horizon Robotics for roughly 2.4 billion euros.",
    ),
]


def texts() -> dict[str, str]:
    return {name: (SEEDS / f"{name}.md").read_text(encoding="utf-8").split("---\n", 2)[2] for name in BRIEFS}


def paragraphs(name: str, text: str, first_id: int) -> list[Passage]:
    """Return a passage for each paragraph, a list together with the paragraph that leads in."""
    info = DocumentInfo(name, f"{name}.md", Metadata(publisher="project brief"), "ready", 1, "hash")
    reports = (Report("Gasgoo"), Report("WallStAccess"))
    passages: list[Passage] = []
    for block in text.split("\n\n"):
        start = text.index(block)
        if not block.strip() or block.lstrip().startswith("#"):
            continue
        items = block.startswith("- ")
        if items:
            before = passages.pop()
            lead, start = before.sentences[-1].span, before.span.start
            places = [text.index(line, before.span.end) + 2 for line in block.splitlines()]
            spans = [Span(at, at + len(line) - 2) for at, line in zip(places, block.splitlines(), strict=True)]
            sentences = (*before.sentences, *(Sentence(span, BlockKind.LIST, lead) for span in spans))
        else:
            sentences = tuple(Sentence(span) for span in split_sentences(block, start))
        span = Span(start, sentences[-1].span.end)
        passage = span.of(text)
        passages.append(
            Passage(first_id + len(passages), info, span, passage, None, sentences, "2026-01", reports, passage)
        )
    return passages


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    found: list[Passage] = []
    for name, text in texts().items():
        found += paragraphs(name, text, len(found))
    return found


def check(question, words, claim, passages, confidence=0.9):
    number = next(at for at, each in enumerate(passages, 1) if words in " ".join(each.text.split()))
    match, fit = SentenceScore(0.6, 0.6), Fit(1, 1, 1, ())
    ranked = tuple(Candidate(p, at, match, fit, 1.0, confidence) for p in passages for at in range(len(p.sentences)))
    considered = [Considered(understand(question), ranked, (), True)]
    return Checker(passages, considered, 0.45, texts().__getitem__).check(Generated(claim, (number,)))


@pytest.mark.parametrize(("question", "words", "claim"), HONEST)
def test_an_honest_paraphrase_passes_with_exact_quotes(question, words, claim, passages):
    result = check(question, words, claim, passages)
    assert isinstance(result, Accepted), result
    for quote in result.claim.quotes:
        assert quote.span.of(texts()[quote.passage.document.document_id]) == quote.text
        assert len(quote.text) <= 400


@pytest.mark.parametrize(("question", "words", "claim"), WRONG)
def test_a_sentence_that_says_anything_else_is_refused(question, words, claim, passages):
    result = check(question, words, claim, passages)
    assert isinstance(result, Refusal), result
    assert result.reason


def test_evidence_that_does_not_fit_the_question_is_no_evidence(passages):
    question, words, claim = HONEST[0]
    assert check(question, words, claim, passages, confidence=0.3).check == "fits"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It fell by 6.3%. [1][2] It rose [3].", [("It fell by 6.3%.", (1, 2)), ("It rose.", (3,))]),
        ("- **Nissan** fell [1, 2].\n2. Honda fell.", [("Nissan fell.", (1, 2)), ("Honda fell.", ())]),
        ("Fell [1] and rose [2].", [("Fell and rose.", (1, 2))]),
        ("[1][2]", [("", (1, 2))]),
        ("", []),
    ],
)
def test_sentences_are_read_with_their_marks_however_they_come_in(text, sentences):
    expected = [Generated(*each) for each in sentences]
    assert list(sentences_in([text])) == expected
    assert list(sentences_in(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["a <b>", "see evil.com", "http://x", "1\u200b5 cars", "１５ cars", "<!channel> up", "@here now", "[x](y)", "`ls`",
     "| a | b |", "a\u202eb", "javascript:go", "&lt;b&gt;", "# Head", "5² cars", "🚗 cars"],
)  # fmt: skip
def test_markup_links_and_hidden_characters_are_not_plain(text):
    assert why_not_plain(text)


@pytest.mark.parametrize(
    "text", ["U.S. tariffs of 5.3% hit Škoda’s “Elroq” – at €5.", "Nissan Co. sold 5.", "大众 sold 5."]
)
def test_ordinary_text_is_plain(text):
    assert why_not_plain(text) is None
