"""Alias tables: draw one of many with given weights, by two words and one comparison."""

from __future__ import annotations

from rumorsim.engine.kernels.compiling import kernel


@kernel
def alias_table(weights, other, stack):
    """Walker's alias table of positive ``weights``, float64[n].

    Slot i stands for i with probability threshold[i], else for other[i]; slots are
    equally likely. Vose (1991): linear. The thresholds take the place of the weights;
    ``other`` [n] is filled in, and ``stack`` [n] is room to work in.
    """
    n = weights.size
    total = 0.0
    for each in weights:
        total += each
    threshold = weights
    small, large = 0, n
    for i in range(n):
        threshold[i] = weights[i] / total * n
        other[i] = i
        if threshold[i] < 1.0:
            stack[small] = i
            small += 1
        else:
            large -= 1
            stack[large] = i
    while small > 0 and large < n:
        small -= 1
        low = stack[small]
        high = stack[large]
        other[low] = high
        threshold[high] -= 1.0 - threshold[low]
        if threshold[high] < 1.0:
            large += 1
            stack[small] = high
            small += 1
    while small > 0:
        small -= 1
        threshold[stack[small]] = 1.0
    while large < n:
        threshold[stack[large]] = 1.0
        large += 1
