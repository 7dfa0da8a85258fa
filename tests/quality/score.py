"""Scores recorded speech against what was said: PESQ-WB of slices of eight seconds.

Usage: score.py REFERENCE.wav RECORDED.wav

Prints one JSON object: `slices` (a score each), `mean`, `min`, and `offset_ms`, where in the recording the reference
begins (negative if the recording begins later). Exits with a message if the two have too little in common to judge.
"""

import json
import sys
from math import gcd

import numpy
from pesq import pesq
from scipy.io import wavfile
from scipy.signal import correlate, resample_poly

RATE = 16_000
SLICE = 8 * RATE
# The first packets may be lost while the call connects, and PESQ judges a call, not its first instant.
SETTLE = RATE // 2


def read(path: str) -> numpy.ndarray:
    """One channel of a WAV file at 16 kHz, as floats in -1 to 1."""
    rate, samples = wavfile.read(path)
    if samples.dtype.kind == "i":
        samples = samples / -float(numpy.iinfo(samples.dtype).min)
    if samples.ndim == 2:
        samples = samples[:, 0]
    factor = gcd(RATE, rate)
    return resample_poly(samples.astype(float), RATE // factor, rate // factor)


def slices(reference: numpy.ndarray, recorded: numpy.ndarray, offset: int):
    """Pairs of eight seconds that lie fully in both."""
    at = max(0, -offset) + SETTLE
    while at + SLICE <= len(reference) and at + offset + SLICE <= len(recorded):
        yield reference[at : at + SLICE], recorded[at + offset : at + offset + SLICE]
        at += SLICE


def main() -> None:
    reference, recorded = read(sys.argv[1]), read(sys.argv[2])
    if numpy.max(numpy.abs(recorded), initial=0.0) < 1e-3:
        sys.exit(f"{sys.argv[2]}: silence in {len(recorded) / RATE:.1f} s of recording")
    likeness = correlate(recorded, reference, method="fft")
    offset = int(numpy.argmax(likeness)) - (len(reference) - 1)
    scores = [pesq(RATE, said, heard, "wb") for said, heard in slices(reference, recorded, offset)]
    if not scores:
        sys.exit(
            f"{sys.argv[2]}: no eight seconds in common "
            f"({len(reference) / RATE:.1f} s said, {len(recorded) / RATE:.1f} s heard, offset {offset / RATE:.2f} s)"
        )
    print(
        json.dumps(
            {
                "slices": [round(score, 3) for score in scores],
                "mean": round(sum(scores) / len(scores), 3),
                "min": round(min(scores), 3),
                "offset_ms": round(1000 * offset / RATE, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
