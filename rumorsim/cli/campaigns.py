"""``rumorsim campaigns``: the campaigns that come with it, one line each, or one in full."""

from __future__ import annotations

import click

from rumorsim.cli.shared import print_document


@click.command("campaigns")
@click.argument("name", required=False)
def campaigns(name: str | None) -> None:
    """List the campaign presets, or print the scenario of NAME.

    \b
      rumorsim campaigns
      rumorsim campaigns 2023-spring > mine.toml
      rumorsim compare mine.toml
    """
    from rumorsim.world.settings.presets import preset_names, preset_path, summary_of

    if name is not None:
        print_document(preset_path("campaigns", name, "campaign").read_text("utf-8"))
        return
    names = preset_names("campaigns")
    width = max(map(len, names))
    for each in names:
        click.echo(f"{each:{width}}  {summary_of(preset_path('campaigns', each))}")
