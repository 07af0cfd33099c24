"""rumorsim: a streaming rumor-propagation simulator."""
