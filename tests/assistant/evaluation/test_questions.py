from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz, utils

from assistant.evaluation.errors import QuestionSetError
from assistant.evaluation.facts import states
from assistant.evaluation.questions import load_questions
from index.cleaning import clean
from index.loading import load

QUESTIONS = Path(__file__).parents[2] / "questions"
FOLDERS = {
    "seeds": Path(__file__).parents[3] / "seeds",
    "briefs": Path(__file__).parents[3] / "seeds",
    "foreign": QUESTIONS / "foreign" / "corpus",
}
SETS = [item for split in ("dev", "test") for item in load_questions(QUESTIONS / split)]
NEAR_DUPLICATE = 85

GOOD = """corpus: seeds
questions:
  - id: where-built
    question: Where is the N7 built?
    kind: fact
    answerable: true
    facts:
      - text: Guangzhou
        or:
          - pattern: (?i)guang.zhou
"""


def write(folder: Path, text: str, name: str = "set.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_set_is_named_after_its_folder_and_file(tmp_path):
    (loaded,) = load_questions(write(tmp_path, GOOD))
    assert (loaded.name, loaded.corpus) == (f"{tmp_path.name}/set", "seeds")
    assert loaded.questions[0].facts[0].alternatives[0].pattern == "(?i)guang.zhou"


def test_a_folder_gives_its_sets_in_order_of_their_names(tmp_path):
    write(tmp_path, GOOD, "b.yaml")
    write(tmp_path, GOOD.replace("where-built", "other"), "a.yaml")
    assert [item.questions[0].id for item in load_questions(tmp_path)] == ["other", "where-built"]


def test_dates_may_stand_without_quotes(tmp_path):
    (loaded,) = load_questions(write(tmp_path, GOOD + "    as_of: 2020\n"))
    assert loaded.questions[0].as_of == "2020"
    (loaded,) = load_questions(write(tmp_path, GOOD + "    as_of: 2020-01-31\n"))
    assert loaded.questions[0].as_of == "2020-01-31"


ERRORS = [
    ("corpus: seeds", "corpus: The Wood", 1, "corpus is 'The Wood'; use lower-case words"),
    ("corpus: seeds", "corpus: seeds\ncolour: red", 2, "unknown key 'colour'"),
    ("corpus: seeds", "corpus: seeds\nname: x", 2, "unknown key 'name'"),
    ("corpus: seeds\n", "", 1, "'corpus' is missing"),
    ("    kind: fact", "    kind: gossip", 5, "kind is 'gossip'"),
    ("    kind: fact\n", "", 3, "'kind' is missing"),
    ("    kind: fact", "    kind: fact\n    colour: red", 6, "unknown key 'colour'; known are id, question"),
    ("    kind: fact", "    kind: unanswerable", 3, "kind 'unanswerable' does not go with answerable: true"),
    ("answerable: true", "answerable: perhaps", 6, "answerable: input should be a valid boolean"),
    ("id: where-built", "id: Where Built", 3, "id is 'Where Built'; use lower-case words"),
    ("question: Where is the N7 built?", "question: ''", 4, "question"),
    ("question: Where is the N7 built?", "question: 7", 4, "put 7 in quotes"),
    ("text: Guangzhou", "txt: Guangzhou", 8, "unknown key 'txt'; known are number, unit"),
    ("text: Guangzhou", "text: Guangzhou\n        number: 7", 8, "exactly one of number, text and pattern"),
    ("text: Guangzhou", "text: Guangzhou\n        unit: yuan", 8, "belong to a number"),
    ("text: Guangzhou", "text: 2027", 8, "put 2027 in quotes"),
    ("text: Guangzhou", "number: .inf", 8, "not a finite number"),
    ("text: Guangzhou", "number: 7\n        tolerance: 2", 9, "tolerance"),
    ("(?i)guang.zhou", "(?i)guang(zhou", 10, "is not a regular expression"),
    ("pattern: (?i)", "patern: (?i)", 10, "unknown key 'patern'; known are number, unit, tolerance, text, pattern"),
    ("    kind: fact", "    kind: fact\n    as_of: 2020-13", 6, "has no month 13"),
    ("    kind: fact", "    kind: fact\n    as_of: soon", 6, "is not a date"),
    ("    kind: fact", "    kind: fact\n    kind: fact", 6, "'kind' is given twice"),
    ("    kind: fact", "    kind: fact\n    draft: true", 3, "this is a draft"),
    ("    kind: fact", "    kind: [fact", 6, "this is not YAML"),
]


@pytest.mark.parametrize(("before", "after", "line", "words"), ERRORS, ids=[f"{e[2]}-{e[3][:24]}" for e in ERRORS])
def test_an_error_names_file_line_and_what_is_wrong(tmp_path, before, after, line, words):
    assert before in GOOD
    path = write(tmp_path, GOOD.replace(before, after, 1))
    with pytest.raises(QuestionSetError) as caught:
        load_questions(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_answerable_question_without_facts_is_refused_on_its_first_line(tmp_path):
    path = write(tmp_path, GOOD[: GOOD.index("    facts:")])
    with pytest.raises(QuestionSetError, match=r"set\.yaml:3: .*needs at least one fact"):
        load_questions(path)


def test_a_question_without_an_answer_has_no_facts(tmp_path):
    text = GOOD.replace("kind: fact", "kind: unanswerable").replace("answerable: true", "answerable: false")
    with pytest.raises(QuestionSetError, match=r"set\.yaml:3: .*has no facts"):
        load_questions(write(tmp_path, text))


def test_an_id_is_used_once_in_a_folder_and_both_places_are_named(tmp_path):
    write(tmp_path, GOOD, "a.yaml")
    write(tmp_path, GOOD, "b.yaml")
    with pytest.raises(QuestionSetError, match=r"b\.yaml:3: the id 'where-built' is taken already \(.*a\.yaml:3\)"):
        load_questions(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "the file is empty"), ("- 1", "starts with 'corpus:'"), ("corpus: seeds\nquestions: []", "questions")],
)
def test_a_file_that_is_no_set_is_refused(tmp_path, text, words):
    with pytest.raises(QuestionSetError, match=words):
        load_questions(write(tmp_path, text))


def test_a_path_without_sets_is_refused(tmp_path):
    with pytest.raises(QuestionSetError, match=r"holds no \.yaml file"):
        load_questions(tmp_path)
    with pytest.raises(QuestionSetError, match="There is no question set"):
        load_questions(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"corpus: \xff")
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_questions(tmp_path)


def test_no_two_questions_are_near_duplicates():
    asked = [question for item in SETS for question in item.questions]
    alike = [
        (one.id, two.id)
        for one, two in combinations(asked, 2)
        if one.as_of == two.as_of  # the same question at two dates has two answers
        and min(len(one.question.split()), len(two.question.split())) > 4  # whose words any question may hold
        and fuzz.token_set_ratio(one.question, two.question, processor=utils.default_process) >= NEAR_DUPLICATE
    ]
    assert alike == []


def test_no_id_occurs_in_two_sets():
    ids = [question.id for item in SETS for question in item.questions]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("corpus", sorted({item.corpus for item in SETS}))
def test_every_expected_fact_is_stated_by_one_of_its_documents(corpus, request):
    folder = request.getfixturevalue("raw_articles") if corpus == "raw" else FOLDERS[corpus]
    for question in (q for item in SETS if item.corpus == corpus for q in item.questions if q.answerable):
        texts = [read_text(folder / name) for name in question.documents]
        unstated = [fact.label for fact in question.facts if not any(states(text, fact) for text in texts)]
        assert unstated == [], question.id


@cache
def read_text(path: Path) -> str:
    """The document's text as the index holds it."""
    return clean(load(path, path.read_bytes()), path.name, path.name, "").text


def test_the_sets_are_as_large_and_as_hard_as_they_should_be():
    for corpus in ("raw", "seeds"):
        asked = [question for item in SETS if item.corpus == corpus for question in item.questions]
        assert len(asked) >= 80
    raw = [question for item in SETS if item.corpus == "raw" for question in item.questions]
    assert sum(question.kind == "unanswerable" for question in raw) >= 35
    assert sum(question.kind == "out-of-scope" for question in raw) >= 8


def test_the_example_of_the_documentation_is_a_good_set(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (loaded,) = load_questions(write(tmp_path, page.split("```yaml\n")[1].split("```")[0]))
    assert len(loaded.questions) == 3
    fields = set(type(loaded.questions[0]).model_fields) - {"draft", "id", "question", "answerable"}
    assert [name for name in fields if f"| `{name}` |" not in page] == []
