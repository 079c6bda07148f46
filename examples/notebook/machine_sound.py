# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0

# %% [markdown]
# # A machine-sound detector on an emulated board
#
# JupyterLab opens this file with [jupytext](https://jupytext.readthedocs.io), or
# `jupytext --to notebook machine_sound.py` makes an `.ipynb` of it. It needs GCC for Arm and QEMU
# (`mcugen doctor --board mps2-an505`); with a real board on a port, pass `port=` to `run` and `Device`.

# %%
from pathlib import Path

import numpy as np

import mcugen
from mcugen.paths import examples_dir
from mcugen.train.synth_set import demo_clips

model = examples_dir() / "machine-sound"
clips = demo_clips(Path("clips"))

# %% [markdown]
# ## What it needs

# %%
inspection = mcugen.inspect(model / "machine_sound_int8.tflite")
print(f"{inspection.macs:,} MACs, {inspection.weight_bytes:,} bytes of weights")
print("fits:", ", ".join(board.board.name for board in inspection.boards if not board.reason))

# %% [markdown]
# ## Build it, and prove that it computes what TFLite Micro computes

# %%
build = mcugen.build(model, board="mps2-an505", out="project", on_note=print)
proof = mcugen.verify(build.folder, vectors=5)
print(*proof.lines, sep="\n")
assert proof.is_accepted

# %% [markdown]
# ## Score clips on the device

# %%
chosen = [clip for clip in clips if "id_01" in clip.name]
outcome = mcugen.run(build.folder, chosen, out="run")
for clip in outcome.asked.clips:
    print(f"{Path(clip.clip).name}: {clip.score:.4f}, reference {clip.reference_score:.4f}")

# %% [markdown]
# ## Look inside: the device's own features, and a score by hand
#
# A window's score is the mean square of what the autoencoder does not reconstruct.

# %%
features = mcugen.CFrontEnd(model).windows(chosen[0])[:5]
with mcugen.Device(build.folder) as device:
    answer = device.infer(features)
    scored = device.score(chosen[0])
    quant = device.graph.tensors[device.graph.outputs[0]].quant
    print(answer.ticks, device.tick_unit, "for each of 5 windows")
    print(f"{device.stats().arena_used_bytes} bytes of activations")
reconstructed = quant.scale * (answer.outputs[0].astype(np.float32) - quant.zero_point)
by_hand = np.square(features - reconstructed).mean(axis=1)
print("by hand:", by_hand.round(3), "by the device:", np.round(scored.window_scores[:5], 3))
assert np.allclose(by_hand, scored.window_scores[:5], rtol=1e-3)
