# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a reader must know before trusting the numbers of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mcugen.engines import ENGINES
from mcugen.records import BATCH, ClipRecord, Run
from mcugen.report.configurations import missing_figures
from mcugen.report.detection import auc_interval, detect
from mcugen.report.numbers import (
    Check,
    checks,
    difference,
    difference_text,
    largest_difference,
    score_text,
)
from mcugen.scoring import wake_word

FITS = {"longer": "what remains is not used", "shorter": "padded with zeros"}
FEATURES_DIFFERENT = 0.001
ARENA_MARGIN = 1.05
ARENA_STEP = 16  # TFLite Micro's alignment
FEW_CLIPS = 10
FEW_SAMPLES = 30
SCORE_TOLERANCE = 0.001
"""Part of a score. float32 on the device may move single features by one step, scores by less."""


def findings(run: Run) -> tuple[str, ...]:
    """All warnings of a run, the gravest first."""
    found = (
        *_disagreement(run),
        *_emulator(run),
        *_clock(run),
        *_latency_warnings(run),
        *_labels(run),
        *clip_notes(run),
        *_few_samples(run),
        *_full_memory(run),
        *_arena(run),
    )
    return tuple(found)


def _disagreement(run: Run) -> tuple[str, ...]:
    texts = []
    apart = [clip for clip in run.clips if _is_apart(clip)]
    if apart:
        texts.append(
            f"Device and reference scores of {len(apart)} clips differ by more than "
            f"{SCORE_TOLERANCE:.1%}, by {difference_text(largest_difference(apart))} at most. "
            "`mcugen verify` shows whether the engine or the front-end differs."
        )
    texts.extend(f"{check.text}." for check in checks(run) if is_unexpected(check, run.head.input))
    return tuple(texts)


def disagreement(clip: ClipRecord) -> str:
    """Why a clip's device and reference scores count as different; empty where they do not."""
    if not _is_apart(clip):
        return ""
    return (
        f"device {score_text(clip.score)}, reference {score_text(clip.reference_score)}: more than "
        f"{SCORE_TOLERANCE:.1%} apart"
    )


def _is_apart(clip: ClipRecord) -> bool:
    gap = difference(clip)
    if gap is None or clip.reference_score is None:
        return False
    return abs(gap) > SCORE_TOLERANCE * abs(clip.reference_score)


def is_unexpected(check: Check, input_name: str | None) -> bool:
    """A front-end in float32 may differ from the reference in few features by one step, and then the
    outputs also differ; where the PC made the features, nothing may differ at all."""
    if input_name != "pcm":
        return check.different > 0
    if check.largest_difference is None:
        return False  # judged by the features
    many = check.different > FEATURES_DIFFERENT * check.compared
    return many or check.largest_difference > 1


def _emulator(run: Run) -> tuple[str, ...]:
    if run.head.tick_unit != "instructions":
        return ()
    return (
        "An emulator counted instructions. They are not cycles and not time: memory waits, caches "
        "and dual issue of real hardware are not in these figures.",
    )


def _clock(run: Run) -> tuple[str, ...]:
    if run.head.tick_unit != "cycles" or run.head.ticks_per_second:
        return ()
    return ("The device did not say how fast its clock runs, so cycles are not shown as time.",)


def _latency_warnings(run: Run) -> tuple[str, ...]:
    """What gave no figures, and what the source of a latency warned of itself."""
    missing = (f"{title}: no figures: {reason}" for title, reason in missing_figures(run))
    pairs = ((x.name, dict(x.facts).get("warning")) for x in run.latencies)
    return (*missing, *(f"{name}: {warning}" for name, warning in pairs if warning))


def clip_notes(run: Run) -> tuple[str, ...]:
    """What of the clips the figures are not about, counted."""
    several = sum(clip.windows > 1 for clip in run.clips) if run.head.classes else 0
    last = (
        f"{several} of {len(run.clips)} clips have several windows: the class is that of the last one; "
        "`mcugen evaluate` judges all."
    )
    return (*fit_lines(run.clips), *([last] if several else []), *_batch(run))


def _batch(run: Run) -> tuple[str, ...]:
    """Windows whose outputs are read are computed one by one."""
    batch = dict(run.head.facts).get(BATCH)
    if batch is None or all(clip.outputs_compared is not None for clip in run.clips):
        return ()
    return (
        f"{batch} windows are computed at once: the inference of one is its share; --repeats times single "
        "ones.",
    )


def fit_lines(clips: Sequence[ClipRecord]) -> tuple[str, ...]:
    """How many clips are longer or shorter than the windows of the front-end, and what becomes of it."""
    counts = Counter(clip.fit for clip in clips)
    return tuple(
        f"{counts[fit]} of {len(clips)} clips are {fit} than the model's windows: {what}."
        for fit, what in FITS.items()
        if counts[fit]
    )


def _labels(run: Run) -> tuple[str, ...]:
    scored = sum(clip.score is not None for clip in run.clips)
    if scored < 2 or run.head.score == wake_word.SCORE:
        return ()
    detection = detect(run.clips)
    if detection is None:
        return (
            "AUC is not computed: it needs scored clips labelled both normal and anomaly (file "
            "names that start with normal_ or anomaly_, or --labels).",
        )
    least = min(detection.negatives, detection.positives)
    if least >= FEW_CLIPS:
        return ()
    return (
        f"AUC and pAUC rest on {detection.negatives} normal and {detection.positives} "
        f"anomaly clips: too few to distinguish good detectors{_interval(run.clips)}.",
    )


def _interval(clips: Sequence[ClipRecord]) -> str:
    interval = auc_interval(clips)
    if interval is None:
        return ""
    return f"; the AUC's 95 % interval is {interval[0]:.3f} to {interval[1]:.3f}"


def _few_samples(run: Run) -> tuple[str, ...]:
    few = [x.name for x in run.latencies if 0 < x.count < FEW_SAMPLES]
    if not few:
        return ()
    return (f"Percentiles rest on fewer than {FEW_SAMPLES} samples: {'; '.join(few)}.",)


def _arena(run: Run) -> tuple[str, ...]:
    """Advice for the arena of an interpreter, whose size was only proposed when it was built."""
    engine = ENGINES.get(run.head.engine)
    if engine is None or not engine.links_tflm:
        return ()
    advice = []
    for memory in run.memories:
        if memory.name != "arena" or not memory.given_bytes:
            continue
        wanted_bytes = -(-round(memory.used_bytes * ARENA_MARGIN) // ARENA_STEP) * ARENA_STEP
        if wanted_bytes < memory.given_bytes:
            advice.append(
                f"TFLite Micro uses {memory.used_bytes:,} of the {memory.given_bytes:,} bytes of its "
                f"arena: `mcugen build --arena-bytes {wanted_bytes}` gives the rest back. The "
                "firmware reports at start-up when that is too little."
            )
    return tuple(advice)


def _full_memory(run: Run) -> tuple[str, ...]:
    return tuple(
        f"{memory.name} is {memory.used_bytes / memory.given_bytes:.0%} full."
        for memory in run.memories
        if memory.given_bytes
        and memory.name != "arena"
        and memory.used_bytes > 0.9 * memory.given_bytes
    )
