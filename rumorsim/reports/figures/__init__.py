"""What figures, tables and numbers in text share; the studies draw with these."""
