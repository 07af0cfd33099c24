"""A job array for SLURM: a script whose tasks are the shards of a sweep, and what follows them.

Every task writes its records into the same directory, which all nodes must see; whichever
finds nothing missing writes the tables.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Array:
    """A job array: ``jobs`` tasks of ``workers`` processes each, ``hours`` and ``memory`` each.

    ``memory`` is as SLURM writes it ("4G"); ``program`` what is called on the nodes;
    ``posterior`` the directory of a calibration that parameters are drawn from.
    """

    study: Path
    out: Path
    jobs: int
    workers: int = 1
    time: str = "01:00:00"
    memory: str = "4G"
    program: str = "rumorsim"
    most_runs: int | None = None
    posterior: Path | None = None

    def script(self) -> str:
        """The script for ``sbatch``, every word of it quoted for the shell."""
        study, out = shlex.quote(str(self.study.absolute())), shlex.quote(str(self.out.absolute()))
        most = "" if self.most_runs is None else f" --most-runs {self.most_runs}"
        drawn = ""
        if self.posterior is not None:
            drawn = f" --posterior {shlex.quote(str(self.posterior.absolute()))}"
        log = str(self.out.absolute()).replace("%", "%%") + "-slurm-%A_%a.log"
        return f"""\
#!/bin/bash
#SBATCH --job-name=rumorsim-sweep
#SBATCH --array=1-{self.jobs}
#SBATCH --cpus-per-task={self.workers}
#SBATCH --mem={self.memory}
#SBATCH --time={self.time}
#SBATCH --output={shlex.quote(log)}
#SBATCH --requeue
# Part I of {self.jobs} of a sweep. A task that is stopped goes on where it was; submitting this
# again makes only what is missing. The last task to end writes the tables.
set -eu
exec {self.program} sweep {study} --out {out} \\
    --workers {self.workers}{most}{drawn} --shard "$SLURM_ARRAY_TASK_ID/{self.jobs}"
"""
