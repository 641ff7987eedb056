"""The delivery monitor: whether Icecast passes each mount's sound on, and whether it answers again.

A socket takes sound for minutes after the server has stopped reading it, so the sending side alone would never know. So
a thread asks Icecast how many bytes of each mount have arrived there, and a mount whose figure stands still for some
seconds is given up by its connection. While a mount is off the air, the thread asks for any answer at all, so that the
mount comes back as soon as Icecast does, however long its backoff has become.

Icecast renews its figures by the time of day: when the machine's clock is set back by an hour, they stand still for
that hour although the sound is passed on. So after such a step an answer alone is proof enough, until a figure moves
again or the mount connects anew.

The cost is one small request for each mount every few seconds; while a mount is off the air, one every second in all.

Knows neither sound nor connections. `Delivery` is pure; `DeliveryMonitor` is the thread, and its clock and its requests
are passed in.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bandstand.common.types import Seconds

TICK: Final = Seconds(0.25)
"""How often the thread looks for what is due while a mount is off the air."""
CALM_TICK: Final = Seconds(1.0)
"""And while none is, and Icecast answers: each look costs processor time."""
PACE: Final = Seconds(1.0)
"""Between two requests about one mount, until its figure has changed."""
SETTLED: Final = Seconds(4.5)
"""No other change of a figure is expected for so long after one: Icecast updates them every five seconds."""
PATIENCE: Final = Seconds(8.0)
"""A mount whose figure stands still for so long is given up."""
MOST_PATIENCE: Final = Seconds(60.0)
STEP: Final = Seconds(0.5)
"""The clock was set back if it lost more than that between two ticks. By less, figures are no later than `PATIENCE`."""
SWALLOWED: Final = "Icecast takes the sound but does not pass it on"
SPEECHLESS: Final = "Icecast does not answer any more"


@dataclass
class Delivery:
    """What is known of one mount's delivery. Pure; times are seconds by any one monotonic clock.

    The mount's thread calls `start`, `stop`, `find_fault` and `consume_retry`, the monitor's thread the rest. Neither
    waits for the other: each attribute is written by plain assignment, and a figure that crosses a change of connection
    does no harm.
    """

    path: str
    outlasts_silence: bool = False
    """The connection is kept for as long as Icecast does not answer at all, since it may be the one on which listeners
    are when it goes on."""
    on_air: bool = False
    retry_now: bool = False
    """Icecast answers again since the last attempt to reach it."""
    _proof: float = 0.0
    """When something last showed that the sound arrives."""
    _figure: int | None = None
    _changed: bool = False
    """The figure has changed before, so the next change ends a whole interval of the server's."""
    _answered: bool = True
    _is_suspended: bool = False
    """Figures prove nothing, since the clock was set back: any answer does."""
    _patience: float = PATIENCE
    _next_request: float = 0.0

    def start(self, now: float) -> None:
        """The mount came on the air."""
        self._proof, self._figure, self._changed, self._answered = now, None, False, True
        self._next_request = now + PACE
        self._is_suspended = False
        self.on_air, self.retry_now = True, False

    def stop(self) -> None:
        """The mount went off the air."""
        self.on_air = False

    def suspend(self) -> None:
        """The clock was set back, so the figure may stand still for as long although the sound arrives.

        The next figure may be one from before that, so only the one after it shows that figures move again.
        """
        self._is_suspended, self._changed, self._figure = True, False, None

    def consume_retry(self) -> bool:
        """Whether Icecast answers again; true once for each time that it does."""
        retry, self.retry_now = self.retry_now, False
        return retry

    def find_fault(self, now: float) -> str:
        """Why the connection is to be given up, as a sentence; empty if nothing is wrong.

        After each fault the patience is doubled, so that a server whose figures move more slowly than Icecast's is
        wrongly given up once and not at every turn.
        """
        if not self.on_air or now - self._proof < self._patience:
            return ""
        if self.outlasts_silence and not self._answered:
            return ""
        self._patience = min(MOST_PATIENCE, 2 * self._patience)
        return SWALLOWED if self._answered else SPEECHLESS

    @property
    def is_answered(self) -> bool:
        """Whether Icecast answered the last request about any mount."""
        return self._answered

    def is_due(self, now: float) -> bool:
        """Whether Icecast is to be asked for the mount's figure."""
        return self.on_air and now >= self._next_request

    def record_figure(self, figure: int | None, now: float) -> None:
        """Icecast answered: `figure` bytes of the mount have arrived there, or None if it does not say.

        A server that never says is believed.
        """
        if self.outlasts_silence and not self._answered:
            self._proof = now  # it has just gone on
        self._answered = True
        self._next_request = now + PACE
        if figure is not None and figure != self._figure:
            self._is_suspended = self._is_suspended and self._figure is None
            self._record_change(now)
            self._figure, self._proof = figure, now
        elif self._is_suspended or (figure is None and self._figure is None):
            self._proof = now

    def _record_change(self, now: float) -> None:
        if self._changed:
            self._patience = min(MOST_PATIENCE, max(PATIENCE, 1.5 * (now - self._proof)))
        if self._figure is not None:
            self._changed = True
            self._next_request = now + SETTLED

    def record_no_answer(self, now: float) -> None:
        """Icecast did not answer a request, about whichever mount."""
        self._answered = False
        self._next_request = now + PACE


class DeliveryMonitor:
    """The thread that asks Icecast about all mounts."""

    def __init__(
        self,
        deliveries: Sequence[Delivery],
        fetch_figure: Callable[[str], int | None],
        probe: Callable[[], None],
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        """`fetch_figure` returns Icecast's figure for the mount of this path (see `Delivery.record_figure`); `probe`
        returns if Icecast answers at all. Both raise OSError if there is no answer. `clock` is monotonic, `wall` the
        time of day, which somebody may set."""
        self._deliveries = deliveries
        self._fetch_figure = fetch_figure
        self._probe = probe
        self._clock = clock
        self._wall = wall
        self._offset = wall() - clock()
        self._answers = True
        self._next_probe = clock()
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="delivery", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self.tick):
            self.check()

    @property
    def tick(self) -> Seconds:
        """How long to wait for the next check."""
        return CALM_TICK if self._answers and all(delivery.on_air for delivery in self._deliveries) else TICK

    def check(self) -> None:
        """Ask what is due. If one request gets no answer, the others are not tried."""
        now = self._clock()
        self._notice_step(now)
        due = [delivery for delivery in self._deliveries if delivery.is_due(now)]
        try:
            for delivery in due:
                delivery.record_figure(self._fetch_figure(delivery.path), self._clock())
                self._record_answer()
            if not due and now >= self._next_probe and not all(delivery.on_air for delivery in self._deliveries):
                self._next_probe = now + PACE
                self._probe()
                self._record_answer()
        except OSError:
            self._answers = False
            for delivery in self._deliveries:
                delivery.record_no_answer(self._clock())

    def _notice_step(self, now: float) -> None:
        """A stop of this process between reading two clocks looks like a step, too, and does as little harm."""
        offset = self._wall() - now
        if offset < self._offset - STEP:
            for delivery in self._deliveries:
                delivery.suspend()
        self._offset = offset

    def _record_answer(self) -> None:
        if not self._answers:
            self._answers = True
            for delivery in self._deliveries:
                delivery.retry_now = not delivery.on_air
