"""What every room uses: errors, files, units, laws of chance, randomness, strict settings."""
