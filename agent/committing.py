"""What stands in a commit: a message made from the facts, and the evidence that goes into its note."""

from __future__ import annotations

import hashlib
import json
import platform
import textwrap
from importlib.metadata import version
from pathlib import Path

from agent.judging import counted_calls, figure, percent, why_clock
from agent.settings import Settings
from tools.rooms import Target
from tools.values import Clock, Measurement, Verdict
from workspaces.sandbox import in_force

EVIDENCE_FORMAT = 1
MOST_OTHERS = 12


def message(verdict: Verdict) -> str:
    """Subject, reasons, figures, how to check, trailers."""
    measurement = verdict.measurements[0]
    found, candidate = measurement.figure, verdict.candidate
    paragraphs = [
        candidate.title,
        _wrapped(f"{candidate.hotspot.id}: {candidate.explanation}".strip().rstrip(":")),
        _wrapped(_facts(verdict, measurement)),
        _other_benchmarks(verdict),
        "\n".join(f"- {check.rung}: {check.detail}" for check in verdict.checks),
        _how_to_repeat(measurement),
        "\n".join(
            [
                f"Speedup: {found.speedup:.2f}",
                f"Confidence: {percent(found.confidence)} [{found.low:.2f}, {found.high:.2f}]",
                f"Benchmark: {measurement.benchmark.id}",
                f"Candidate: {candidate.id}",
                f"Proposed-by: {candidate.model}" + (f" ({candidate.rewrite})" if candidate.rewrite else ""),
                f"Evidence: {digest(verdict)}",
            ]
        ),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def evidence(verdict: Verdict, target: Target, settings: Settings) -> str:
    """JSON of everything that the verdict rests on: raw samples, checks, environment, versions, seed."""
    interpreter = target.interpreter
    content = {
        "format": EVIDENCE_FORMAT,
        "digest": digest(verdict),
        "verdict": verdict.model_dump(mode="json"),
        "settings": settings.model_dump(mode="json"),
        "environment": {
            "verispeed": version("verispeed"),
            "python": ".".join(map(str, interpreter.version)),
            "implementation": interpreter.implementation,
            "interpreter": interpreter.origin,
            "packages": dict(sorted(interpreter.distributions.items())),
            "sandbox": in_force(target.sandbox, target.limits),
            "machine": platform.machine(),
            "system": f"{platform.system()} {platform.release()}",
            "processor": _processor(),
        },
    }
    return json.dumps(content, indent=1) + "\n"


def digest(verdict: Verdict) -> str:
    """Stands in the commit, so that evidence from elsewhere can be told from the real one."""
    return hashlib.sha256(verdict.model_dump_json().encode()).hexdigest()[:16]


def _facts(verdict: Verdict, measurement: Measurement) -> str:
    found = measurement.figure
    clock = "CPU time" if measurement.clock is Clock.CPU else "wall time"
    counted = measurement.instructions
    instructions = f"; instructions: {counted.speedup:.2f}" if counted else ""
    return (
        f"{found.speedup:.2f} times as fast ({clock}; with {percent(found.confidence)} confidence between "
        f"{found.low:.2f} and {found.high:.2f}), measured in {found.pairs} pairs of fresh processes in random order; "
        f"{why_clock(measurement)}. "
        f"Wall time: {measurement.wall.speedup:.2f}; first calls: {measurement.cold.speedup:.2f}{instructions}. "
        f"{_elsewhere(measurement)}{_noise(measurement)}Compared with {verdict.base[:12]}."
    )


def _elsewhere(measurement: Measurement) -> str:
    """Other inputs, and what is made once."""
    others, once, calls = measurement.others, measurement.one_off_seconds, measurement.break_even
    text = (
        f"Other arguments of the same types and sizes: {others.speedup:.2f} [{others.low:.2f}, {others.high:.2f}]. "
        if others
        else ""
    )
    if once and calls is not None:
        text += (
            f"Paid once, by importing and the first call: {once * 1000:.2g} ms, earned back after {counted_calls(calls)}. "
        )
    return text


def _other_benchmarks(verdict: Verdict) -> str:
    """For example how the gain depends on the size of the input."""
    if not verdict.elsewhere:
        return ""
    lines = [f"- {figure(one)} {name}" for name, one in list(verdict.elsewhere.items())[:MOST_OTHERS]]
    more = len(verdict.elsewhere) - len(lines)
    return "\n".join(["Other benchmarks that execute it:", *lines, *([f"- and {more} more"] if more else [])])


def _noise(measurement: Measurement) -> str:
    noise = measurement.noise
    return f"The unchanged code against itself: {noise.speedup:.2f} [{noise.low:.2f}, {noise.high:.2f}]. " if noise else ""


def _how_to_repeat(measurement: Measurement) -> str:
    command = f" --workload '{measurement.benchmark.id}'" if measurement.benchmark.command else ""
    return f"To judge it again: optimize verify . <this commit>{command}"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 72, break_long_words=False, break_on_hyphens=False)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
