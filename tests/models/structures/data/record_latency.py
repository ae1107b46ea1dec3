"""In which time step each value spikes in snnTorch's latency code.

Run once, in an environment with torch 2.13.0 and snntorch 1.0.0; the tests read its file and need neither. Levels are powers of two,
whose fractions are exact in float32, or odd, so that no time lies halfway between two steps.

    python tests/models/structures/data/record_latency.py
"""

import json
from pathlib import Path

import torch
from snntorch import spikegen

RECORDED = {}
for levels in (1, 2, 3, 4, 15, 16, 128, 255):
    values = torch.arange(levels + 1) / levels
    for time_steps in (2, 5, 8, 25):
        # The threshold stands below the lowest value that is not zero; values below the threshold do not spike.
        spikes = spikegen.latency(values, num_steps=time_steps, threshold=0.5 / levels, normalize=True, linear=True, clip=True)
        assert spikes[:, 0].sum() == 0 and (spikes[:, 1:].sum(axis=0) == 1).all()
        RECORDED[f"{levels} {time_steps}"] = spikes[:, 1:].argmax(axis=0).tolist()
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(times)}" for name, times in RECORDED.items())
Path(__file__).with_name("snntorch_latency.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
