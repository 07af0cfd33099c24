"""What people write about a world: accounts, feed, stories, beliefs, platforms."""
