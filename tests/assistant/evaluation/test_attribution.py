"""Twenty failures planted at a known step, and cases that are none."""

import pytest

from assistant.evaluation.attribution import Step, find_loss
from assistant.models import Checks
from tests.assistant.evaluation.samples import abstained, answered, case, cited, hit, near, question, says

ONE = question("Guangzhou")
TWO = question("Guangzhou", "Nissan")
NUMBER = question({"number": 10_000, "unit": "orders"})
NONE = question()
WRONG = says("It is built in China.")
K = 10


def failing_claim(text):
    """An answer that shows a claim although one of its checks failed; its marks-free text does not hold it."""
    answer = says("It is built in China.")
    broken = answer.claims[0].model_copy(
        update={"text": text, "checks": Checks(quote=True, numbers=False, names=True, fits=True)}
    )
    return answer.model_copy(update={"claims": (broken,)})


def inexact(made):
    return made.model_copy(update={"slices": tuple(s.model_copy(update={"text": "…"}) for s in made.slices)})


def with_other_document(made):
    return made.model_copy(update={"hits": (hit("in Guangzhou", ONE, source="docs/other.md"),)})


PARTIAL = answered(("Nissan builds it.", [cited(1, "Nissan builds it.")]), missing=[near("It is built in Guangzhou.")])
PARTIAL_BLIND = answered(("Nissan builds it.", [cited(1, "Nissan builds it.")]), missing=[near("It sells well.")])
QUOTED_ONLY = says("It is built there.", quote="It is built in Guangzhou.")
PLANTED = [
    ("answered, the document is absent", case(ONE, WRONG, ["in China"], indexed=False), Step.NOT_INDEXED),
    ("abstained, the document is absent", case(ONE, abstained(), indexed=False), Step.NOT_INDEXED),
    ("an empty index", case(ONE, abstained(reason="no_documents"), indexed=False), Step.NOT_INDEXED),
    ("one of two facts not indexed", case(TWO, WRONG, ["Nissan"], indexed=[False, True]), Step.NOT_INDEXED),
    ("answered, no hit states it", case(ONE, WRONG, ["in China", "a city"]), Step.NOT_RETRIEVED),
    ("abstained, no hit states it", case(ONE, abstained(), ["in China"]), Step.NOT_RETRIEVED),
    ("nothing found at all", case(ONE, abstained()), Step.NOT_RETRIEVED),
    ("only the eleventh hit states it", case(ONE, WRONG, ["no"] * 10 + ["Guangzhou"]), Step.NOT_RETRIEVED),
    ("the number is in no hit", case(NUMBER, WRONG, ["10,000 dollars"]), Step.NOT_RETRIEVED),
    ("one retrieved, one not", case(TWO, WRONG, ["Nissan"]), Step.NOT_RETRIEVED),
    ("retrieved, the answer is another", case(ONE, WRONG, ["in China", "in Guangzhou"]), Step.NOT_SELECTED),
    ("one of two facts selected", case(TWO, says("Nissan"), ["Nissan", "in Guangzhou"]), Step.NOT_SELECTED),
    ("partial, lost without a trace", case(TWO, PARTIAL_BLIND, ["in Guangzhou"]), Step.NOT_SELECTED),
    ("partial, among the nearest", case(TWO, PARTIAL, ["in Guangzhou"]), Step.FAILED_CHECK),
    ("abstained, among the nearest", case(ONE, abstained(near("In Guangzhou.")), ["Guangzhou"]), Step.FAILED_CHECK),
    ("a claim that failed a check", case(ONE, failing_claim("It is in Guangzhou."), ["Guangzhou"]), Step.FAILED_CHECK),
    ("abstained over a hit", case(ONE, abstained(near("It sells.")), ["in Guangzhou"]), Step.WRONGLY_ABSTAINED),
    ("taken to be out of scope", case(ONE, abstained(reason="out_of_scope"), ["Guangzhou"]), Step.WRONGLY_ABSTAINED),
    ("answered without grounds", case(NONE, says("In Guangzhou.")), Step.ANSWERED_UNANSWERABLE),
    ("answered in part without grounds", case(NONE, PARTIAL), Step.ANSWERED_UNANSWERABLE),
    ("right, but a quote is shifted", inexact(case(ONE, says("In Guangzhou."))), Step.INEXACT_CITATION),
    (
        "rightly abstained, a nearest passage is shifted",
        inexact(case(NONE, abstained(near("x")))),
        Step.INEXACT_CITATION,
    ),
    ("quoted, but not said", case(ONE, QUOTED_ONLY, ["Guangzhou"]), Step.OTHER),
    ("asking failed", case(ONE, None, error="503"), Step.OTHER),
    ("found in another document only", with_other_document(case(ONE, WRONG)), Step.NOT_SELECTED),
]


@pytest.mark.parametrize(("name", "made", "step"), PLANTED, ids=[planted[0] for planted in PLANTED])
def test_a_planted_failure_is_put_down_to_its_step(name, made, step):
    loss = find_loss(made, K)
    assert loss is not None
    assert loss.step is step
    assert loss.why


def test_at_least_twenty_failures_are_planted():
    assert len(PLANTED) >= 20


@pytest.mark.parametrize(
    "made",
    [
        case(ONE, says("In Guangzhou."), indexed=False),
        case(TWO, says("Nissan, Guangzhou.")),
        case(NONE, abstained(near("x"))),
        case(TWO, answered(("Nissan, Guangzhou.", [cited(1, "Nissan, Guangzhou.")]), missing=[])),
    ],
)
def test_what_went_right_has_no_loss(made):
    assert find_loss(made, K) is None
