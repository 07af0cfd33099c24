"""``rumorsim live``: the page with two worlds. No logic."""

from __future__ import annotations

import click

from rumorsim.errors import Fault, InputError

__all__ = ["live"]


@click.command("live")
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8610,
    show_default=True,
    help="Port to listen on; 0 for any that is free.",
)
@click.option(
    "--allow-remote", is_flag=True, help="Let other machines in that know the printed address."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
def live(scenario: str | None, host: str, port: int, allow_remote: bool, browser: bool) -> None:
    """Watch a rumor in two worlds side by side, in a browser, and act in one of them.

    Without SCENARIO a gallery of small ones is shown. The page works without internet; it is
    for this machine unless --allow-remote is given.
    """
    try:
        from rumorsim.web.serving import serve
    except ImportError as error:
        advice = 'pip install "rumorsim[live]"'
        rule = f"the live page needs {error.name or 'packages'} that are not installed"
        raise InputError(Fault(rule, advice=advice)) from None
    serve(
        scenario,
        host=host,
        port=port,
        allow_remote=allow_remote,
        browser=browser,
        tell=lambda address: click.echo(f"the page is at {address}  (Ctrl-C ends it)"),
    )
