"""The live page: two worlds on one seed, in the browser. Needs the extra ``live``.

``rumorsim live`` serves a page on which the same rumor spreads in two worlds side by side:
one without a policy, one with a policy and with what people click. It runs the real engine:
each browser has a session of two :class:`rumorsim.Simulation` on one seed, and what it is
sent are the events of their streams.

From the outside in: :mod:`addresses` (where it listens), :mod:`server` (addresses and files),
:mod:`guard` (who may come in), :mod:`session` (one browser), :mod:`messages` (what it may say),
:mod:`worlds` (the two simulations and the policy of one), :mod:`one_world` (one of them, and
its past), :mod:`lists` (its trending lists), :mod:`replicates` (the same policy under other
seeds), :mod:`wire` (what a browser is sent), :mod:`telling` and :mod:`forms` (what it is told
in words), :mod:`faults` (what it is told of what cannot be done), :mod:`downloads` (what can be
saved).
"""
