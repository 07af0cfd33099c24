"""A SLURM of two nodes on this machine, for tests: its own munge, controller and daemons.

Needs Debian's packages slurmctld, slurmd, slurm-client and munge, and to be root.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["Slurm", "missing", "two_nodes"]

_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "sinfo")
_PATIENCE = 240.0
_PORT = 16917

_CONF = """\
ClusterName=loop
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MinJobAge=3600
SlurmctldPort={port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/daemon-%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/daemon-%n.log
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={one} CPUs=1 RealMemory=4000
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={two} CPUs=1 RealMemory=4000
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """What is not there to start it; empty if all is."""
    absent = [name for name in _PROGRAMS if shutil.which(name, path=_path()) is None]
    if absent:
        return f"{', '.join(absent)} (Debian: slurmctld, slurmd, slurm-client, munge)"
    return "" if os.geteuid() == 0 else "to be root"


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class Slurm:
    """A cluster that runs; its jobs see this environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        conf = str(folder / "slurm.conf")
        self.environment = {**os.environ, "PATH": _path(), "SLURM_CONF": conf}

    def call(self, *words: str, text: str | None = None) -> str:
        """What a command of SLURM prints."""
        done = subprocess.run(
            words,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def submit(self, script: str) -> str:
        """Submit a job array; its number."""
        found = re.search(r"\d+", self.call("sbatch", text=script))
        assert found is not None
        return found[0]

    def tasks(self, job: str) -> dict[str, tuple[str, str]]:
        """State and node of each task of a job array by its number."""
        lines = self.call("squeue", "-h", "-r", "-t", "all", "-j", job, "-o", "%K/%T/%N")
        found = (line.split("/") for line in lines.split())
        return {task: (state, node) for task, state, node in found}

    def wait_until(self, job: str, *wanted: str, every: bool) -> dict[str, tuple[str, str]]:
        """Wait until some (or every) task of a job is in a wanted state; what the tasks are."""
        begun = time.monotonic()
        while True:
            found = self.tasks(job)
            hits = [state in wanted for state, _ in found.values()]
            if hits and (all(hits) if every else any(hits)):
                return found
            assert time.monotonic() - begun < _PATIENCE, found
            time.sleep(0.2)

    def requeue(self, task: str) -> None:
        """Stop a task where it is and put it back into the queue."""
        self.call("scontrol", "requeue", task)


@contextlib.contextmanager
def two_nodes(folder: Path) -> Iterator[Slurm]:
    """The cluster, its files in ``folder``; all its processes end afterwards."""
    folder.mkdir(mode=0o755)
    for name in ("state", "spool-n1", "spool-n2"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(bytes(range(64)) * 2)
    (folder / "munge.key").chmod(0o400)
    text = _CONF.format(folder=folder, port=_PORT, one=_PORT + 1, two=_PORT + 2)
    (folder / "slurm.conf").write_text(text)
    slurm = Slurm(folder)
    commands = [
        [
            *("munged", "--foreground", "--force", "--num-threads=2"),
            *(f"--socket={folder}/munge.socket", f"--key-file={folder}/munge.key"),
            *(f"--pid-file={folder}/munge.pid", f"--seed-file={folder}/munge.seed"),
            f"--log-file={folder}/munge.log",
        ],
        ["slurmctld", "-D"],
        ["slurmd", "-D", "-N", "n1"],
        ["slurmd", "-D", "-N", "n2"],
    ]
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "output.log").open("w"))
        for words in commands:
            started = subprocess.Popen(words, env=slurm.environment, stdout=log, stderr=log)
            stack.callback(started.wait)
            stack.callback(started.terminate)
            time.sleep(1.0)
            assert started.poll() is None, (folder / "output.log").read_text()
        begun = time.monotonic()
        while slurm.call("sinfo", "-h", "-N", "-o", "%T").split() != ["idle", "idle"]:
            assert time.monotonic() - begun < _PATIENCE
            time.sleep(0.2)
        yield slurm
