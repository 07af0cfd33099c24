"""``rumorsim compile``: compiled kernels beforehand. No logic."""

from __future__ import annotations

import click


@click.command("compile")
def compile_command() -> None:
    """Compile the kernels now, so that no later run has to wait for them.

    Once after an installation, for who runs rumorsim on this machine: kernels are kept in
    ~/.cache/rumorsim, or in RUMORSIM_CACHE_DIR.
    """
    from rumorsim.simulation.compiling import compile_kernels

    folder, seconds = compile_kernels()
    click.echo(f"compiled kernels are in {folder} ({seconds:.0f} s)")
