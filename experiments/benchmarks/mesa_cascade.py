"""The independent cascade as a Mesa model: agents on a graph, one generation a step."""

from __future__ import annotations

from typing import Any

import mesa  # type: ignore

__all__ = ["Cascade"]


class Teller(mesa.Agent):  # type: ignore
    """Somebody who tells each follower once, with some chance, the step after being told."""

    def __init__(self, model: Any, place: int) -> None:
        super().__init__(model)
        self.place = place
        self.knows = False


class Cascade(mesa.Model):  # type: ignore
    """The cascade from ``authors`` drawn at random; it stops when nobody new tells."""

    def __init__(self, chance: float, graph: Any, authors: int, seed: Any = None) -> None:
        super().__init__(seed=seed)
        self.chance, self.graph = chance, graph
        self.people = [Teller(self, place) for place in range(graph.number_of_nodes())]
        self.telling = self.random.sample(self.people, authors)
        for person in self.telling:
            person.knows = True
        self.datacollector = mesa.DataCollector(
            model_reporters={"sharers": lambda model: sum(p.knows for p in model.people)}
        )

    def step(self) -> None:
        """One generation."""
        told = []
        for person in self.telling:
            for place in self.graph.successors(person.place):
                reader = self.people[place]
                if not reader.knows and self.random.random() < self.chance:
                    reader.knows = True
                    told.append(reader)
        self.telling = told
        self.running = bool(told)
        self.datacollector.collect(self)
