"""Intervals, resampling, ranking and the tests of what few worlds can say."""
