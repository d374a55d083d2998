"""What `GET /metrics` tells: requests, answers, steps, checks, the queue and tokens, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.api.desk import Desk
from assistant.draft import Generation
from assistant.events import ClaimsDropped, Event, TokensUsed
from assistant.models import Answer
from index.catalogue import Catalogue

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one server."""

    def __init__(self, desk: Desk, catalogue: Catalogue) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("jv_requests", "Requests.", ("method", "route", "status"), registry=self._registry)
        self._latency = Histogram("jv_request_seconds", "Time.", ("route",), buckets=_SECONDS, registry=self._registry)
        self._answers = Counter("jv_answers", "Answers.", ("status", "answered_by"), registry=self._registry)
        self._abstentions = Counter("jv_abstentions", "Answers withheld.", ("reason",), registry=self._registry)
        self._steps = Histogram(
            "jv_step_seconds", "Time by step.", ("step",), buckets=_SECONDS, registry=self._registry
        )
        self._dropped = Counter(
            "jv_failed_checks", "Sentences that failed a check.", ("check",), registry=self._registry
        )
        self._chat = Counter("jv_chat", "What chat models did.", ("what",), registry=self._registry)
        self._tokens = Counter("jv_tokens", "Tokens of chat models.", ("kind",), registry=self._registry)
        ProcessCollector(registry=self._registry)
        self._registry.register(_State(desk, catalogue))

    def request_done(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def heard(self, event: Event) -> None:
        """Count what an event of an answer tells; other events are let pass."""
        if isinstance(event, ClaimsDropped):
            self._dropped.labels("quote").inc(event.count)
        elif isinstance(event, TokensUsed):
            self._tokens.labels("prompt").inc(event.prompt)
            self._tokens.labels("completion").inc(event.completion)
        elif isinstance(event, Generation):
            self._generated(event)

    def answered(self, answer: Answer) -> None:
        """Count an answer and the time of its steps."""
        self._answers.labels(answer.status, answer.answered_by).inc()
        if answer.abstention:
            self._abstentions.labels(answer.abstention.reason).inc()
        for step, milliseconds in answer.timings_ms.items():
            self._steps.labels(step).observe(milliseconds / 1000)

    def _generated(self, made: Generation) -> None:
        for what in ("calls", "shown", "repaired"):
            self._chat.labels(what).inc(getattr(made, what))
        self._chat.labels("failures").inc(made.failure is not None)
        self._chat.labels("fallbacks").inc(made.shown == 0)
        for check in made.dropped:
            self._dropped.labels(check).inc()

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is read at the moment of asking."""

    def __init__(self, desk: Desk, catalogue: Catalogue) -> None:
        self._desk = desk
        self._catalogue = catalogue

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: the catalogue is not read before it is asked for."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily("jv_queue_waiting", "Questions waiting for a turn.", self._desk.waiting)
        yield GaugeMetricFamily("jv_queue_running", "Questions being worked on.", self._desk.running)
        yield GaugeMetricFamily("jv_documents", "Documents in the index.", self._catalogue.count_documents())
        yield GaugeMetricFamily("jv_index_generation", "Generation of the index.", self._catalogue.generation)
