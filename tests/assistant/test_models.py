"""The embedding model is a setting: what reads sentences closely does not depend on it."""

import pytest

from assistant.settings import load_settings
from assistant.wiring import Assistant
from index.embedding import packaged_model
from index.sources import find_files


@pytest.fixture(scope="module")
def small_model(tmp_path_factory):
    """A sentence-transformers model of 32 dimensions that has learned nothing."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    tokenizer = BertTokenizerFast.from_pretrained(packaged_model(), local_files_only=True)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(folder / "bare")
    tokenizer.save_pretrained(folder / "bare")
    reads = Transformer(str(folder / "bare"), max_seq_length=256)
    SentenceTransformer(modules=[reads, Pooling(32)]).save(str(folder / "whole"))
    return folder / "whole"


def test_passages_may_be_found_by_a_model_of_another_size(small_model, tmp_path):
    (tmp_path / "orion.txt").write_text(
        "Orion Motors builds the V7 sedan in Trondheim.\n\nVega Auto makes tyres in Bergen.\n", encoding="utf-8"
    )
    settings = load_settings(data_dir=tmp_path / "data", embedding_model=str(small_model))
    assistant = Assistant.create(tmp_path / "data", settings=settings)
    try:
        assistant.ingest(find_files([tmp_path / "orion.txt"]))
        assistant.warm_up()
        assert assistant.embedder.dimension == 32
        assert assistant.ask("Where does Orion Motors build the V7?").answer.startswith("Orion Motors builds the V7")
        assistant.forget()
    finally:
        assistant.close()
