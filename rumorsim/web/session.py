"""One browser: its messages in order, its two worlds, and the frames it is sent.

The worlds of a session are touched by its own pump alone, in a thread, so one browser never
waits for another's simulation; frames wait for the browser to say that it has drawn those
before, so one that reads slowly, sleeps or is gone slows only itself.
"""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from rumorsim.common.errors import Fault, InputError
from rumorsim.web import limits, messages, wire
from rumorsim.web.faults import faults_message
from rumorsim.web.messages import BadMessage, Message, read_message
from rumorsim.web.places import places_of
from rumorsim.web.replicates import Outcome, Replicates
from rumorsim.web.telling import policy_message, world_message
from rumorsim.web.worlds import TwoWorlds

if TYPE_CHECKING:
    from rumorsim.web.page import Page


class Session:
    """The conversation with one browser, from its first message to its last."""

    def __init__(self, socket: WebSocket, page: Page) -> None:
        self.name = secrets.token_urlsafe(16)
        self.worlds: TwoWorlds | None = None
        self.busy = asyncio.Lock()
        self._socket, self._page = socket, page
        self._orders: asyncio.Queue[Message] = asyncio.Queue(maxsize=64)
        self._stirred = asyncio.Event()
        self._scenario = ""
        self._playing = False
        #: The hour that is looked at instead of the present.
        self._looking: float | None = None
        self._replicates: Replicates | None = None
        self._speed = 0.5
        self._frame = self._drawn = 0
        self._bucket, self._filled = limits.MESSAGE_BURST, time.monotonic()
        self._bad = 0

    async def run(self) -> None:
        """Until the browser goes, says too much, or says nothing for very long."""
        pump = asyncio.create_task(self._pump())
        reader = asyncio.create_task(self._read())
        done, pending = await asyncio.wait((pump, reader), return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await self._forget_replicates()
        async with self.busy:
            self.worlds = None
            await asyncio.get_running_loop().run_in_executor(self._page.threads, gc.collect)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect):
                raise error

    def _still_open(self) -> WebSocket:
        """The socket to send on; WebSocketDisconnect where it was closed in the meantime.

        Whoever reads and whoever shows the worlds send on one socket, and either may close it.
        """
        if self._socket.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnect(1006)
        return self._socket

    # -- what it says -------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            try:
                received = await asyncio.wait_for(self._socket.receive(), limits.IDLE)
            except TimeoutError:
                await self._still_open().close(1001, "no message for too long")
                return
            if received["type"] == "websocket.disconnect":
                return
            if not self._within_rate():
                await self._still_open().close(1008, "too many messages")
                return
            if not await self._take(received.get("text")):
                await self._still_open().close(1008, "too many messages that mean nothing")
                return

    def _within_rate(self) -> bool:
        """A bucket that fills at the long-run rate and holds a burst."""
        now = time.monotonic()
        filled = self._bucket + (now - self._filled) * limits.MESSAGE_RATE
        self._bucket, self._filled = min(filled, limits.MESSAGE_BURST) - 1.0, now
        return self._bucket >= 0.0

    async def _take(self, text: str | None) -> bool:
        try:
            if text is None:
                raise BadMessage("is not text")
            message = read_message(text)
        except BadMessage as error:
            self._bad += 1
            await self._say(faults_message([Fault(str(error), key="message")]))
            return self._bad < limits.BAD_MESSAGES
        if isinstance(message, messages.Ack):
            self._drawn = max(self._drawn, min(message.frame, self._frame))
        else:
            await self._orders.put(message)
        self._stirred.set()
        return True

    # -- what it is sent ------------------------------------------------------------------

    async def _pump(self) -> None:
        due = time.monotonic()
        while True:
            while not self._orders.empty():
                try:
                    await self._obey(self._orders.get_nowait())
                except InputError as error:
                    await self._say_faults(error.faults)
            if self._moving():
                due = max(due + 1 / limits.FRAME_RATE, time.monotonic())
                await self._next(self._speed / limits.FRAME_RATE)
                await asyncio.sleep(max(due - time.monotonic(), 0.001))
            else:
                await self._stirred.wait()
                due = time.monotonic()
            self._stirred.clear()

    def _moving(self) -> bool:
        return (
            self._playing
            and self.worlds is not None
            and self._frame - self._drawn < limits.FRAMES_AHEAD
        )

    async def _next(self, hours: float) -> None:
        worlds = self._opened()
        if await self._work(worlds.advance, worlds.now + hours):
            self._playing = self._playing and not worlds.over
            await self._send_frame()

    async def _obey(self, message: Message) -> None:
        """Do what one message asks; what cannot be done is told to the browser alone."""
        match message:
            case messages.Open():
                await self._open(message)
            case messages.Play():
                await self._go_on_from_here()
                self._playing = not self._opened().over
                await self._send_frame()
            case messages.Pause():
                self._playing = False
                await self._send_frame()
            case messages.Speed():
                self._speed = message.hours
            case messages.Step():
                await self._go_on_from_here()
                self._playing = False
                await self._next(message.hours)
            case messages.Look():
                await self._look(message.at)
            case messages.Act():
                await self._act(message)
            case messages.Hang():
                await self._hang(message)
            case messages.Replicate():
                await self._replicate(message.count)
            case messages.Stop():
                if self._replicates is not None:
                    self._replicates.stop()
            case _:
                await self._run_again(message)

    async def _look(self, at: float | None) -> None:
        """Show an earlier time, or the present again; the worlds stay where they are."""
        worlds = self._opened()
        self._playing = False
        self._looking = None if at is None or at >= worlds.now else at
        await self._send_frame(wire.RESET | wire.KEPT)

    async def _go_on_from_here(self) -> None:
        """Where an earlier time is looked at, it becomes the present."""
        if self._looking is None:
            return
        if await self._work(self._opened().rewind, self._looking):
            self._looking = None
            await self._send_frame(wire.RESET)

    async def _act(self, act: messages.Act) -> None:
        if self._looking is not None:
            rule = "this is the past; return to the present, or go on from here, to act"
            raise InputError(rule)
        if await self._work(self._opened().act, act):
            await self._plan_changed()
            await self._send_frame()

    async def _hang(self, hang: messages.Hang) -> None:
        """Tell what hangs on an account; the worlds stay where they are."""
        worlds = self._opened()
        at = worlds.now if self._looking is None else self._looking
        told = await self._work(worlds.hanging, hang, at)
        if told is not None:
            await self._say(told)

    async def _run_again(self, message: Message) -> None:
        """What changes the worlds from hour 0 on: the browser draws them anew."""
        worlds = self._opened()
        order: tuple[Callable[..., None], *tuple[Any, ...]]
        match message:
            case messages.Rewind():
                order = worlds.rewind, message.to
            case messages.Add():
                order = worlds.add, message.intervention
            case messages.Drop():
                order = worlds.drop, message.entry
            case messages.Policy():
                order = worlds.choose, message.name
            case messages.Settings():
                order = worlds.move, message
            case messages.Undo():
                order = (worlds.undo,)
            case _:
                raise TypeError(f"not an order: {message!r}")
        if await self._work(*order):
            self._playing = self._playing and not worlds.over
            self._looking = None
            if not isinstance(message, messages.Rewind):
                await self._plan_changed()
            await self._send_frame(wire.RESET)

    async def _plan_changed(self) -> None:
        await self._forget_replicates()
        await self._say_policy()

    # -- other seeds ----------------------------------------------------------------------

    @property
    def outcomes(self) -> list[Outcome]:
        """What came of the policy under other seeds so far."""
        return [] if self._replicates is None else self._replicates.outcomes

    async def _replicate(self, count: int) -> None:
        worlds = self._opened()
        await self._forget_replicates()
        threads = self._page.replicating
        self._replicates = Replicates(worlds.scenario, worlds.seed, count, threads, self._tell)

    async def _tell(self, value: dict[str, Any]) -> None:
        """Say something that nobody waits for; a browser that has gone need not hear it."""
        with suppress(WebSocketDisconnect):
            await self._say(value)

    async def _forget_replicates(self) -> None:
        if self._replicates is not None:
            await self._replicates.ended()
            self._replicates = None

    def _opened(self) -> TwoWorlds:
        if self.worlds is None:
            raise InputError("open a scenario first")
        return self.worlds

    async def _open(self, message: messages.Open) -> None:
        self._playing = False
        if not self._page.warm.is_set():
            await self._say({"type": "preparing"})

        def build() -> tuple[TwoWorlds, bytes]:
            scenario = self._page.shelf.scenario(message.scenario)
            policies = scenario.policy_names
            worlds = TwoWorlds(scenario, message.seed, policies[min(1, len(policies) - 1)])
            world = worlds.left.simulation.world
            return worlds, wire.picture(world.graph, places_of(world.graph), world.people.kind)

        built = await self._work(build)
        if built is None:
            return
        await self._forget_replicates()
        self.worlds, picture = built
        self._looking = None
        self._scenario = message.scenario
        await self._say(world_message(self.worlds, self._scenario, self.name))
        await self._still_open().send_bytes(picture)
        await self._say_policy()
        await self._send_frame(wire.RESET)

    async def _work(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Do it in a thread; None where it cannot be done, which the browser is told."""
        loop = asyncio.get_running_loop()
        async with self.busy:
            try:
                result = await loop.run_in_executor(self._page.threads, call, *arguments)
            except InputError as error:
                await self._say_faults(error.faults)
                return None
        return True if result is None else result

    async def _say_faults(self, faults: tuple[Fault, ...]) -> None:
        self._playing = False
        await self._say(faults_message(faults))

    async def _say_policy(self) -> None:
        await self._say(policy_message(self._opened()))

    async def _send_frame(self, flags: int = 0) -> None:
        worlds = self._opened()
        self._frame += 1
        if self._looking is not None:
            data = await self._work(worlds.frame_at, self._frame, self._looking)
        else:
            flags |= wire.PLAYING if self._playing else 0
            data = worlds.frame(self._frame, flags)
        await self._still_open().send_bytes(data)

    async def _say(self, value: dict[str, Any]) -> None:
        await self._still_open().send_text(json.dumps(value, ensure_ascii=False, allow_nan=False))
