"""``rumorsim live``: the page with two worlds. No logic."""

from __future__ import annotations

from importlib.util import find_spec

import click

from rumorsim.common.errors import Fault, InputError

#: Packages of the extra ``live``.
_NEEDED = ("uvicorn", "starlette", "websockets")


@click.command("live")
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="IP address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8610,
    show_default=True,
    help="Port to listen on; 0 for any free port.",
)
@click.option(
    "--allow-remote", is_flag=True, help="Allow other machines that have the printed address."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
def live(scenario: str | None, host: str, port: int, allow_remote: bool, browser: bool) -> None:
    """Watch a rumor spread in two worlds side by side, and intervene in one of them.

    Without SCENARIO the page opens with a gallery of small scenarios. It needs no internet
    connection, and only this machine can reach it unless --allow-remote is given.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        what = " and ".join((", ".join(missing[:-1]), missing[-1]) if missing[1:] else missing)
        rule = f"The live page needs {what}, which {'are' if missing[1:] else 'is'} not installed"
        raise InputError(Fault(rule, advice='pip install "rumorsim[live]"'))
    from rumorsim.common.progress import heartbeat
    from rumorsim.web.serving import serve

    # A server says what it does by itself.
    with heartbeat("live") as life, life.muted():
        serve(
            scenario,
            host=host,
            port=port,
            allow_remote=allow_remote,
            browser=browser,
            tell=lambda address: click.echo(
                f"The live page is at {address} (press Ctrl-C to stop)"
            ),
        )
