"""The live page: two worlds, one luck, in the browser. Needs the extra ``live``.

``rumorsim live`` serves a page on which the same rumor spreads in two worlds side by side:
left without a policy, right with one and with what people click. It runs the real engine:
each browser holds a session of two :class:`rumorsim.Simulation` on one seed, and what it is
sent are the events of their streams.

From the outside in: :mod:`server` (addresses and files), :mod:`guard` (who may come in),
:mod:`session` (one browser), :mod:`messages` (what it may say), :mod:`worlds` (the two
simulations), :mod:`lists` (their trending lists), :mod:`wire` (what it is sent), :mod:`faults`
(what it is told of what cannot be).
"""
