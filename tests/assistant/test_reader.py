"""The networks that judge sentences, and the copy of the packaged model that reads questions for them."""

import numpy as np
import pytest
import torch

from assistant.late_interaction import Ranges
from assistant.reader import Reader, Reading
from assistant.understanding import Asked
from index.embedding import SentenceEmbedder

QUESTION = "How many cars did Orion Motors build in Trondheim?"
TEXTS = ["Orion Motors built 41,000 cars in Trondheim in 2019.", "Vega Auto paints doors.", "福特小米 (Ford Xiaomi)"]
FEATURES = (0.6, 0.6, 0.0, 1.0, 1.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def encoder():
    return SentenceEmbedder()


@pytest.fixture(scope="module")
def reader(encoder):
    return Reader(encoder)


def readings(encoder, *texts):
    states = encoder.encode_tokens(texts)
    return [Reading(each, Ranges((0, len(each.vectors)), (0, 0), (0, 0)), FEATURES) for each in states]


def test_a_copy_without_changes_reads_as_the_model_itself(encoder):
    for own, copied in zip(encoder.encode_tokens(TEXTS), encoder.changed({}).encode_tokens(TEXTS), strict=True):
        assert np.array_equal(own.vectors, copied.vectors)


def test_changes_are_those_of_the_copy_alone(encoder):
    before = encoder.encode_tokens(TEXTS)[0].vectors
    name, layer = next(iter(encoder.layers().items()))
    up, down = torch.ones(layer.out_features, 1), torch.ones(1, layer.in_features)
    changed = encoder.changed({f"{name}/up": up, f"{name}/down": down})
    assert torch.allclose(changed.layers()[name].weight, layer.weight + 1)
    assert not np.allclose(changed.encode_tokens(TEXTS)[0].vectors, before, atol=1e-2)
    assert np.array_equal(encoder.encode_tokens(TEXTS)[0].vectors, before)


def test_a_copy_keeps_its_own_queries(encoder):
    copied = encoder.changed({})
    assert encoder.read_query(QUESTION) is encoder.read_query(QUESTION)
    assert copied.read_query(QUESTION) is not encoder.read_query(QUESTION)


def test_what_ships_reads_questions_in_another_way_than_the_packaged_model(encoder, reader):
    own, learned = encoder.read_query(QUESTION), reader.learned.read_query(QUESTION)
    assert own.starts.tolist() == learned.starts.tolist()
    assert np.allclose(np.linalg.norm(learned.vectors, axis=1), 1, atol=1e-5)
    assert (own.vectors * learned.vectors).sum(axis=1).min() < 0.95


def test_the_sentence_that_answers_is_likelier_than_another(encoder, reader):
    scores = reader.read(QUESTION, Asked.NUMBER, readings(encoder, *TEXTS))
    assert scores.shape == (3,)
    assert scores.argmax() == 0


def test_a_score_does_not_depend_on_the_order_of_the_sentences(encoder, reader):
    given = readings(encoder, *TEXTS)
    assert np.allclose(
        reader.read(QUESTION, Asked.NUMBER, given),
        reader.read(QUESTION, Asked.NUMBER, given[::-1])[::-1],
        atol=1e-4,
    )


def test_nothing_is_made_of_no_sentences(reader):
    assert reader.read(QUESTION, Asked.NUMBER, []).shape == (0,)
