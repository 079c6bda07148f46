# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Weights as a file of their own: runtime/sdk/mcugen_weights.h describes it."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

from mcugen.engines.aot.emit import ENGINE_VERSION
from mcugen.errors import ConfigError, EnvironmentError_
from mcugen.features.toml import front_end_to_dict
from mcugen.model.ir import Tensor
from mcugen.sdk.models import Expected, SdkModel

MAGIC = 0x5775636D
HEADER_BYTES = 256
SIGNATURE_BYTES = 64
_HEAD = struct.Struct("<5Ififi32s32s60x")


def architecture(model: SdkModel) -> bytes:
    """SHA-256 of all that code and weights must agree on."""
    assert model.slot is not None
    request, graph = model.request, model.graph
    ends = [graph.tensors[index] for index in (*graph.inputs, *graph.outputs)]
    facts = {
        "engine": ENGINE_VERSION,
        "rounding": request.engine_options.rounding,
        "front_end": front_end_to_dict(request.front_end),
        "score": request.score,
        "ends": [[tensor.dtype.value, list(tensor.shape)] for tensor in ends],
        "arena": model.lowered.plan.arena_bytes,
        "calls": model.slot.skeleton,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).digest()


def weights_blob(model: SdkModel, version: int, expected: Expected) -> bytes:
    """Header and data, not signed."""
    assert model.slot is not None
    graph, data = model.graph, model.slot.data
    quants = [_quant(graph.tensors[end[0]]) for end in (graph.inputs, graph.outputs)]
    head = _HEAD.pack(
        MAGIC,
        version,
        len(data),
        expected.fused,
        expected.unfused,
        *quants[0],
        *quants[1],
        architecture(model),
        bytes.fromhex(graph.sha256),
    )
    digest = hashlib.sha256(head + data).digest()
    blob = head + digest + bytes(SIGNATURE_BYTES) + data
    assert len(blob) == HEADER_BYTES + len(data)
    return blob


def signed(blob: bytes, key_file: Path) -> bytes:
    """The blob with the Ed25519 signature of its digest; the key is a PEM file (PKCS #8)."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise EnvironmentError_(
            "signing needs the package cryptography", hint="pip install 'mcugen[sign]'"
        ) from None
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except OSError as error:
        raise EnvironmentError_(f"cannot read {key_file}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{key_file} holds no private key: {error}", hint=_KEY_HINT) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{key_file} is not an Ed25519 key", hint=_KEY_HINT)
    end = HEADER_BYTES - SIGNATURE_BYTES
    digest = blob[end - hashlib.sha256().digest_size : end]
    return blob[:end] + key.sign(digest) + blob[HEADER_BYTES:]


_KEY_HINT = "openssl genpkey -algorithm ed25519 -out key.pem"


def _quant(tensor: Tensor) -> tuple[float, int]:
    quant = tensor.quant
    if quant is None or quant.axis is not None:
        return 0.0, 0
    return quant.scale, quant.zero_point
