"""The page: its figures computed a second time from run.json, hostile text, nothing loaded from outside."""

import json
import re
from html.parser import HTMLParser

import pytest

from assistant.evaluation.baseline import baseline_of
from assistant.evaluation.compare import compare
from assistant.evaluation.report import render_report, write_report
from assistant.evaluation.run_file import Slice, save_run
from assistant.evaluation.scoring import score
from tests.assistant.evaluation.samples import HASH, abstained, answered, case, cited, near, question, run, says

HOSTILE = "<script>alert('x')</script><img src=http://evil/x onerror=alert(1)> {{ 7*7 }} </style> $\\frac{1}{2}$ &amp;"
SHIFTED = Slice(document_id="d1", start_char_index=1, end_char_index=4, text="not", content_sha256=HASH)


def many_cases():
    """Forty cases in which nothing is a round share: right, incomplete, refused, ungrounded, inexact, failed."""
    cases = []
    for number in range(40):
        text = f"Plant {number} is in Guangzhou and employs {number + 1},000 people."
        asked = question(f"plant {number}", "Guangzhou", id=f"q-{number}", question=f"Where is plant {number}?")
        if number % 4 == 3:
            asked = question(id=f"q-{number}", question=f"Who owns plant {number}?")
        answer = [says(text), says(f"Plant {number} is here."), abstained(near(text)), says(text)][number // 3 % 4]
        made = case(asked, answer, ["nothing", text] if number % 3 else [text])
        if number in (1, 8):
            made = made.model_copy(update={"slices": (SHIFTED,)})
        cases.append(case(asked, None, error="503") if number == 20 else made)
    return cases


class Page(HTMLParser):
    """Collects tags, attributes and the headline figures of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.figures, self.text = [], [], {}, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        given = dict(attrs)
        if "data-value" in given:
            self.figures[given["data-measure"]] = float(given["data-value"])

    def handle_data(self, data):
        self.text.append(data)


def recompute(path):
    """Derive the headline figures from run.json alone, with loops and plain comparisons only."""
    sums: dict[str, list[float]] = {}
    for entry in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        asked, answer = entry["question"], entry["answer"]
        shown = "" if answer is None or answer["status"] == "abstained" else answer["answer"].lower()
        if asked["answerable"]:
            right = all(fact["text"].lower() in shown for fact in asked["facts"])
            sums.setdefault("answered_right", []).append(right)
        if answer is None:
            continue
        refused = answer["status"] == "abstained"
        sums.setdefault("wrong_abstention" if asked["answerable"] else "abstention_recall", []).append(refused)
        quotes = answer["citations"] + ((answer.get("abstention") or {}).get("nearest") or [])
        exact = [quote["cited_text"] == here["text"] for quote, here in zip(quotes, entry["slices"], strict=True)]
        if exact:
            sums.setdefault("citation_exactness", []).append(sum(exact) / len(exact))
    return {name: sum(values) / len(values) for name, values in sums.items()}


def test_the_headline_figures_are_those_of_an_independent_computation(tmp_path):
    scores = score(run(*many_cases()))
    save_run(scores.run, tmp_path / "run.json")
    shown = Page(render_report(scores)).figures
    expected = recompute(tmp_path / "run.json")
    assert shown == pytest.approx(expected)
    assert len(expected) == 4
    assert all(0 < value < 1 for value in expected.values())


def test_the_verdict_counts_right():
    html = render_report(score(run(*many_cases())))
    verdict = re.search(r'class="verdict">(.*?)</p>', html, re.S)[1]
    assert verdict == (
        "Of 30 questions that the documents answer, 18 are answered completely and 5 are refused although the answer "
        "is there. Of 10 questions that they do not answer, 3 are refused, as they should. "
        "2 of 39 quotes are not exact."
    )


def test_every_failure_stands_under_its_step_with_what_helps_to_see_why(tmp_path):
    scores = score(run(*many_cases()))
    write_report(tmp_path / "report.html", scores)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    for failure in scores.failures:
        assert f'id="{failure.case.question.id}"' in html
    assert html.count('<details class="case"') == len(scores.failures)
    for words in ("Not selected (", "Failed a check (", "Answered without grounds (", "Inexact quote (", "Other ("):
        assert words in html
    assert "differs from the document here" in html
    assert "asking failed: 503" in html


def test_nothing_from_outside_is_run_or_loaded():
    asked = question(HOSTILE, id="evil", question=HOSTILE, conversation=[HOSTILE], note=HOSTILE, as_of="2020")
    quote = cited(1, HOSTILE, title=HOSTILE, publisher=HOSTILE, url="javascript:alert(1)", source=f"{HOSTILE}/plant.md")
    answer = answered((HOSTILE + " no", [quote]), missing=[near(HOSTILE, title=HOSTILE)])
    answer = answer.model_copy(update={"timings_ms": {HOSTILE: 3.0}, "answer": "no"})
    made = case(asked, answer, [HOSTILE], source=f"{HOSTILE}/plant.md", set_name=HOSTILE)
    failed = case(question("x", id="failed", question=HOSTILE), None, error=HOSTILE)
    outside = {"sets": (HOSTILE,), "target": f"http://{HOSTILE}", "settings": {HOSTILE: HOSTILE}, "judge": HOSTILE}
    scores = score(run(made, failed, **outside))
    html = render_report(scores, compare(baseline_of(scores), scores))
    page = Page(html)
    assert not {"script", "img", "iframe", "link", "object", "embed", "a"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert "url(http" not in html
    assert "@import" not in html
    assert "{{ 7*7 }}" in html
    assert html.count("</style>") == 1
    assert "default-src 'none'" in html
    assert "<script>alert('x')</script>" in "".join(page.text)


def test_the_comparison_says_what_is_fixed_broken_and_not_allowed():
    right, wrong = says("In Guangzhou."), says("In China.")
    asked = [question("Guangzhou", id=f"q-{n}", question=f"Where is car {n}?") for n in range(3)]
    before = score(run(*(case(q, a, ["Guangzhou"]) for q, a in zip(asked, [right, wrong, right], strict=True))))
    after = score(run(*(case(q, a, ["Guangzhou"]) for q, a in zip(asked, [wrong, right, wrong], strict=True))))
    html = render_report(after, compare(baseline_of(before), after))
    assert "Broken since the baseline (2)" in html
    assert "Fixed since the baseline (1)" in html
    assert "Worse than the baseline by more than is allowed." in html
    assert "−33.3 points since the baseline" in html
    same = render_report(after, compare(baseline_of(after), after))
    assert "No measure is worse than the baseline by more than is allowed." in same
    assert "as in the baseline" in same


def test_a_run_in_which_all_went_right_has_no_list_of_failures():
    html = render_report(score(run(case(question("Guangzhou"), says("In Guangzhou."), ["Guangzhou"]))))
    assert "Every failure" not in html
    assert "Not judged" not in html


def test_a_run_without_any_answer_still_makes_a_page():
    html = render_report(score(run(case(question("Guangzhou"), None, error="503"))))
    assert "Not judged" in html
