"""``rumorsim docs``: the documentation in a browser. No logic."""

from __future__ import annotations

import click


@click.command("docs")
@click.option("--build", is_flag=True, help="Build the pages anew, even if they are there.")
@click.option("--browser/--no-browser", default=True, help="Open the pages in a browser.")
def docs(build: bool, browser: bool) -> None:
    """Open the documentation: tutorials, guides, the model, every key, the API.

    It needs no internet connection. The first time the pages are built, which takes some
    minutes and needs the extra "docs": pip install "rumorsim[docs]".
    """
    from rumorsim import __version__
    from rumorsim.cli import documentation

    place = documentation.folder(__version__)
    first = None if build else documentation.built(place)
    if first is None:
        if not documentation.missing_packages():
            click.echo("building the pages; this takes some minutes", err=True)
        first = documentation.build(place)
    click.echo(f"the documentation is {first}")
    if browser:
        import webbrowser

        webbrowser.open(first.as_uri())
