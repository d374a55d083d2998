import pytest

from assistant.evaluation.baseline import baseline_of, load_baseline, save_baseline
from assistant.evaluation.compare import below_floor, compare
from assistant.evaluation.errors import RunFileError
from assistant.evaluation.measures import BY_NAME, MEASURES
from assistant.evaluation.run_file import Slice, load_run, save_run
from assistant.evaluation.scoring import latencies, rescore, score
from tests.assistant.evaluation.samples import HASH, abstained, answered, case, cited, question, run, says

RIGHT, WRONG = says("It is built in Guangzhou."), says("It is built in China.")
HITS = ["built in Guangzhou"]


def asked(number: int, **given):
    return question("Guangzhou", id=f"q-{number}", question=f"Where is car {number} built?", **given)


def scored(answers, **given):
    """A scored run of one question for each of `answers`; None in place of one leaves the question out."""
    cases = [case(asked(number), answer, HITS) for number, answer in enumerate(answers) if answer]
    return score(run(*cases, **given))


def test_each_question_that_changed_is_told():
    before = baseline_of(scored([RIGHT, WRONG, WRONG, RIGHT]))
    found = compare(before, scored([RIGHT, RIGHT, abstained(), WRONG]))
    assert [(change.kind, change.after.case.question.id) for change in found.changes] == [
        ("fixed", "q-1"),
        ("still wrong", "q-2"),
        ("broken", "q-3"),
    ]
    assert found.changes[1].before.lost_at == "not selected"
    assert found.changes[1].after.loss.step == "wrongly abstained"


def test_a_measure_that_worsens_beyond_its_tolerance_is_a_regression():
    before = baseline_of(scored([RIGHT] * 100))
    just_within = compare(before, scored([RIGHT] * 98 + [WRONG] * 2))
    assert not just_within.is_regression
    beyond = compare(before, scored([RIGHT] * 97 + [WRONG] * 3))
    assert {item.measure.name for item in beyond.regressions} >= {"fact_recall", "answered_right", "right"}
    assert "Facts in the answer: 100% became 97.0% (−3.0 points; 2.0 points are allowed)" in beyond.reasons()


def test_a_measure_that_improves_is_none():
    found = compare(baseline_of(scored([WRONG] * 10)), scored([RIGHT] * 10))
    assert not found.is_regression
    assert found.of("fact_recall").paired.difference == 1


def test_more_wrong_abstentions_are_a_regression_because_lower_is_better():
    found = compare(baseline_of(scored([WRONG] * 10)), scored([WRONG] * 9 + [abstained()]))
    assert [item.measure.name for item in found.regressions] == ["wrong_abstention"]
    better = compare(baseline_of(scored([WRONG] * 9 + [abstained()])), scored([WRONG] * 10))
    assert not better.is_regression


def test_longer_answers_are_no_regression():
    long = says("It is built in Guangzhou, " + "far " * 50)
    assert not compare(baseline_of(scored([RIGHT] * 5)), scored([long] * 5)).is_regression


def test_an_inexact_quote_is_below_the_floor_whatever_the_baseline_was():
    wrong = Slice(document_id="d1", start_char_index=0, end_char_index=4, text="t is", content_sha256=HASH)
    broken = score(run(case(asked(0), RIGHT, HITS, slices=(wrong,))))
    assert below_floor(broken) == ["Quotes exact is 0%; it must be 100%"]
    assert compare(baseline_of(broken), broken).is_regression


def test_a_silent_leg_is_a_regression():
    made = case(asked(0), RIGHT, HITS)
    silent = made.model_copy(update={"hits": tuple(h.model_copy(update={"rank_meaning": None}) for h in made.hits)})
    found = compare(baseline_of(score(run(made))), score(run(silent)))
    assert [item.measure.name for item in found.regressions] == ["meaning_leg"]


def test_only_questions_that_are_the_same_are_compared():
    before = baseline_of(scored([RIGHT, RIGHT, RIGHT]))
    changed = case(asked(1, facts=[{"text": "Wuhan"}]), WRONG, HITS)
    noted = case(asked(2, note="checked"), RIGHT, HITS)
    new = case(asked(7), WRONG, HITS)
    found = compare(before, score(run(changed, noted, new)))
    assert found.shared == 1
    assert found.new == ("q-1", "q-7")
    assert found.gone == ("q-0", "q-1")
    assert not found.is_regression


def test_runs_without_a_common_question_cannot_be_compared():
    with pytest.raises(RunFileError, match="shares no question"):
        compare(baseline_of(scored([RIGHT])), scored([None, RIGHT]))


def test_what_another_judge_judged_is_not_compared():
    class Strict:
        name = "strict"

        def supports(self, claim, quotes):
            return False

    lenient = scored([RIGHT] * 6)
    strict = score(lenient.run, Strict())
    found = compare(baseline_of(lenient), strict)
    assert found.of("citation_recall") is None
    assert found.of("fact_recall") is not None
    assert not found.is_regression


def test_every_measure_with_a_better_way_has_a_tolerance():
    for measure in MEASURES:
        assert (measure.tolerance is None) == (measure.better == "neither")
    assert BY_NAME["citation_exactness"].tolerance == 0


def test_a_run_comes_back_from_its_file_as_it_was(tmp_path):
    partial = answered(("It is.", [cited(1, "It is “so”.\u2028x")]), missing=[])
    made = run(case(asked(0), partial, HITS), case(asked(1), None, error="503"), settings={"JV_X": "1"})
    save_run(made, tmp_path / "run.json")
    assert load_run(tmp_path / "run.json") == made
    assert rescore(tmp_path / "run.json").overall == score(made).overall
    assert len((tmp_path / "run.json").read_text(encoding="utf-8").splitlines(keepends=False)) > 2


def test_a_baseline_comes_back_from_its_file_and_holds_no_word_of_a_document(tmp_path):
    scores = scored([RIGHT, WRONG])
    save_baseline(baseline_of(scores), tmp_path / "new" / "seeds.json")
    assert load_baseline(tmp_path / "new" / "seeds.json") == baseline_of(scores)
    assert "Guangzhou" not in (tmp_path / "new" / "seeds.json").read_text()


def test_a_whole_run_serves_as_a_baseline(tmp_path):
    scores = scored([RIGHT, WRONG])
    save_run(scores.run, tmp_path / "run.json")
    assert load_baseline(tmp_path / "run.json") == baseline_of(scores)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "cannot be read"),
        ("[1]", "no run of format 1"),
        ('{"format": 7}', "no run of format 1"),
        ('{"format": 1, "what": "baseline"}', "sets: Field required"),
        ('{"format": 1, "what": "run"}', "sets: Field required"),
    ],
)
def test_a_file_that_is_no_run_is_refused_with_what_to_do(tmp_path, content, words):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(RunFileError, match="make baseline") as caught:
        load_baseline(path)
    assert words in str(caught.value)
    with pytest.raises(RunFileError, match="cannot be read"):
        load_baseline(tmp_path / "absent.json")


def test_what_cannot_be_judged_is_listed_and_never_counted_as_zero():
    failed = case(asked(0), None, error="503: busy")
    unindexed = case(asked(1), WRONG, HITS, indexed=False)
    scores = score(run(failed, unindexed, case(asked(2), RIGHT, HITS)))
    assert [(item.case_id, item.what) for item in scores.unjudged] == [("q-0", "the answer"), ("q-1", "retrieval")]
    assert "503: busy" in scores.unjudged[0].why
    assert (scores.overall["retrieval_recall"].mean, scores.overall["retrieval_recall"].n) == (1, 1)
    assert scores.cases[0].values["right"] == 0
    assert [name for name, value in scores.cases[0].values.items() if value is not None] == ["right", "answered_right"]
    assert scores.overall["answered_right"].mean == pytest.approx(1 / 3)
    assert scores.count(answerable=True) == (1, 3)


def test_latency_is_told_by_step_with_the_total_last():
    timed = [RIGHT.model_copy(update={"timings_ms": {"total": 10.0 * n, "retrieve": float(n)}}) for n in range(1, 6)]
    found = latencies([case(asked(n), answer) for n, answer in enumerate(timed)] + [case(asked(9), None, error="x")])
    assert [(item.step, item.median, item.n) for item in found] == [("retrieve", 3, 5), ("total", 30, 5)]
    assert found[1].p95 == pytest.approx(48)
