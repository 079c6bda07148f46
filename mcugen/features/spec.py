# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FrontEnd: how a source (audio, image, series) becomes the model's input, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mcugen.errors import ConfigError
from mcugen.model.ir import DType, Graph, Problem

FFT_POINTS = (64, 128, 256, 512, 1024, 2048, 4096)
"""Lengths of a real transform that runtime/fft.c takes."""

RESIZES = ("fit", "crop", "stretch")
"""How a picture of another size is brought to the model's: see mcugen/samples/images.py."""

PCM16_FULL_SCALE = 32768
"""A PCM16 sample is divided by this, as librosa and soundfile do."""


@dataclass(frozen=True, slots=True)
class LogMel:
    """Log-mel spectrogram rows; librosa.feature.melspectrogram with its defaults where not named.

    rows = 20 / power * log10(mel + epsilon), so 10 * log10 of a power spectrogram; Slaney mel scale
    and area normalisation, periodic Hann window of n_fft samples, zero padding of n_fft / 2 on both
    sides if `center`.
    """

    sample_rate_hz: int = 16000
    n_fft: int = 1024
    hop_samples: int = 512
    n_mels: int = 128
    fmin_hz: float = 0.0
    fmax_hz: float = 8000.0
    power: float = 2.0
    center: bool = True
    epsilon: float = 2.220446049250313e-16

    @property
    def row_values(self) -> int:
        """Features in one row."""
        return self.n_mels

    def faults(self) -> list[str]:
        """What is wrong with the values, one text each."""
        checks = (
            (self.sample_rate_hz > 0, "sample_rate_hz must be positive"),
            (self.n_fft in FFT_POINTS, f"n_fft must be one of {_words(FFT_POINTS)}"),
            (0 < self.hop_samples <= self.n_fft, "hop_samples must be 1 to n_fft"),
            # front_end_log_mel.c keeps the row behind the spectrum in one buffer.
            (0 < self.n_mels < self.n_fft // 2, "n_mels must be 1 to n_fft / 2 - 1"),
            (
                0 <= self.fmin_hz < self.fmax_hz <= self.sample_rate_hz / 2,
                "fmin_hz and fmax_hz must rise from 0 to half of sample_rate_hz",
            ),
            (self.power in (1.0, 2.0), "power must be 1 (magnitude) or 2 (power)"),
            (1e-30 <= self.epsilon <= 1.0, "epsilon must be 1e-30 to 1"),
        )
        return [text for holds, text in checks if not holds]


@dataclass(frozen=True, slots=True)
class Mfcc:
    """MFCC rows of a short clip, as tf.signal computes them for the MLPerf Tiny keyword models.

    The clip, cut or padded with zeros to clip_samples, is divided by its largest sample. Frames are
    windowed (periodic Hann) and padded to n_fft; magnitudes are summed in HTK mel bands; the rows are
    the first coefficients of the DCT-II of log(mel + epsilon), scaled by sqrt(2 / n_mels).
    Source: mlcommons/tiny, training/keyword_spotting/get_dataset.py.
    """

    sample_rate_hz: int = 16000
    clip_samples: int = 16000
    frame_samples: int = 480
    hop_samples: int = 320
    n_fft: int = 512
    n_mels: int = 40
    coefficients: int = 10
    fmin_hz: float = 20.0
    fmax_hz: float = 4000.0
    epsilon: float = 1e-6

    @property
    def row_values(self) -> int:
        """Features in one row."""
        return self.coefficients

    @property
    def row_count(self) -> int:
        """Rows of a clip, the same for every clip."""
        return 1 + (self.clip_samples - self.frame_samples) // self.hop_samples

    def faults(self) -> list[str]:
        """What is wrong with the values, one text each."""
        checks = (
            (self.sample_rate_hz > 0, "sample_rate_hz must be positive"),
            (self.n_fft in FFT_POINTS, f"n_fft must be one of {_words(FFT_POINTS)}"),
            # mel.c windows pairs of samples, in two mirrored halves.
            (
                0 < self.frame_samples <= self.n_fft and self.frame_samples % 4 == 0,
                "frame_samples must be a multiple of 4 and at most n_fft",
            ),
            (0 < self.hop_samples <= self.frame_samples, "hop_samples must be 1 to frame_samples"),
            (self.clip_samples >= self.frame_samples, "clip_samples must hold one frame"),
            (0 < self.coefficients <= self.n_mels, "coefficients must be 1 to n_mels"),
            (0 < self.n_mels <= self.n_fft // 2, "n_mels must be 1 to n_fft / 2"),
            (
                0 <= self.fmin_hz < self.fmax_hz <= self.sample_rate_hz / 2,
                "fmin_hz and fmax_hz must rise from 0 to half of sample_rate_hz",
            ),
            (1e-30 <= self.epsilon <= 1.0, "epsilon must be 1e-30 to 1"),
        )
        return [text for holds, text in checks if not holds]


@dataclass(frozen=True, slots=True)
class MicroSpeech:
    """Rows of TFLite Micro's micro frontend, in its integers, times 1 / 25.6.

    Hann window, 16-bit transform, root of the energy in mel triangles, a slow mean of each channel
    subtracted (even and odd channels smoothed alike among themselves), per-channel gain (PCAN:
    arXiv:1607.05666), logarithm. Source: tensorflow/lite/experimental/microfrontend/lib.
    """

    sample_rate_hz: int = 16000
    frame_samples: int = 480
    hop_samples: int = 160
    channels: int = 40
    fmin_hz: float = 125.0
    fmax_hz: float = 7500.0
    smoothing_bits: int = 10
    even_smoothing: float = 0.025
    odd_smoothing: float = 0.06
    min_signal_remaining: float = 0.05
    pcan: bool = True
    pcan_strength: float = 0.95
    pcan_offset: float = 80.0
    gain_bits: int = 21
    log_shift: int = 6

    @property
    def row_values(self) -> int:
        """Features in one row."""
        return self.channels

    @property
    def n_fft(self) -> int:
        """Points of the transform: the power of two that holds a frame."""
        return 1 << (self.frame_samples - 1).bit_length()

    @property
    def correction_bits(self) -> int:
        """By how many bits roots of the channels' energies are too small."""
        return self.n_fft.bit_length() - 1 - 6

    def faults(self) -> list[str]:
        """What is wrong with the values, one text each."""
        shares = (self.even_smoothing, self.odd_smoothing, self.min_signal_remaining)
        highest_hz = self.sample_rate_hz * (0.5 - 1 / self.n_fft)
        checks = (
            (self.sample_rate_hz > 0, "sample_rate_hz must be positive"),
            (33 <= self.frame_samples <= FFT_POINTS[-1], "frame_samples must be 33 to 4096"),
            (0 < self.hop_samples <= self.frame_samples, "hop_samples must be 1 to frame_samples"),
            (0 < self.channels <= 128, "channels must be 1 to 128"),
            (
                0 <= self.fmin_hz < self.fmax_hz < highest_hz,
                "fmin_hz and fmax_hz must rise from 0 to below half of sample_rate_hz",
            ),
            (6 <= self.smoothing_bits <= 16, "smoothing_bits must be 6 to 16"),
            (
                all(0 <= share <= 1 for share in shares),
                "even_smoothing, odd_smoothing and min_signal_remaining must be 0 to 1",
            ),
            (0 <= self.pcan_strength <= 1, "pcan_strength must be 0 to 1"),
            (1 <= self.pcan_offset <= 1e6, "pcan_offset must be 1 to 1000000"),
            (18 <= self.gain_bits <= 31, "gain_bits must be 18 to 31"),
            (0 <= self.log_shift <= 10, "log_shift must be 0 to 10"),
        )
        return [text for holds, text in checks if not holds]


@dataclass(frozen=True, slots=True)
class Image:
    """Lines of uint8 pixels, channels interleaved; a feature is pixel * pixel_scale + pixel_offset.

    With the scale s of the model's input, its zero point z and the offset s * (-128 - z), pixel p is
    quantised to p - 128. Pictures are read in RGB order, or blue first (`bgr`); one of another size is
    brought to the model's as `resize` says, refused without it. Arrays are taken as they are.
    """

    line_pixels: int = 32
    channels: int = 3
    pixel_scale: float = 1.0
    pixel_offset: float = 0.0
    bgr: bool = False
    resize: str = ""  # "", or one of RESIZES

    @property
    def row_values(self) -> int:
        """Features in one row: one line of the image."""
        return self.line_pixels * self.channels

    def faults(self) -> list[str]:
        """What is wrong with the values, one text each."""
        checks = (
            (self.line_pixels > 0, "line_pixels must be positive"),
            (self.channels > 0, "channels must be positive"),
            (self.pixel_scale > 0, "pixel_scale must be positive"),
            (not self.bgr or self.channels == 3, "bgr needs 3 channels"),
            (
                self.resize in ("", *RESIZES),
                f"resize must be {', '.join(RESIZES[:-1])} or {RESIZES[-1]}",
            ),
        )
        return [text for holds, text in checks if not holds]


@dataclass(frozen=True, slots=True)
class Timeseries:
    """Time steps of float32 channels, each standardised: (value - mean) / stddev."""

    means: tuple[float, ...] = (0.0,)
    stddevs: tuple[float, ...] = (1.0,)

    @property
    def row_values(self) -> int:
        """Features in one row: the channels of one time step."""
        return len(self.means)

    def faults(self) -> list[str]:
        """What is wrong with the values, one text each."""
        checks = (
            (len(self.means) > 0, "means must name one value per channel"),
            (len(self.means) == len(self.stddevs), "means and stddevs must be equally long"),
            (all(value > 0 for value in self.stddevs), "stddevs must be positive"),
        )
        return [text for holds, text in checks if not holds]


Rows = LogMel | Mfcc | MicroSpeech | Image | Timeseries


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """Source -> rows -> windows -> int8 input.

    `kind` names the C file runtime/front_end_<kind>.c (with _ for -). `rows` holds the parameters
    of that kind, None for `raw`. A window is `window_rows` rows; windows start every `stride_rows`
    rows; only rows first_row <= r < last_row of a clip are used (last_row None: to the end).
    Quantisation is always round-half-away-from-zero in float32, then clamp.
    """

    kind: str
    row_values: int
    window_rows: int
    stride_rows: int = 1
    first_row: int = 0
    last_row: int | None = None
    rows: Rows | None = None

    @property
    def row_s(self) -> float | None:
        """Seconds of audio from one row to the next; None for sources without a sample rate."""
        if isinstance(self.rows, LogMel | Mfcc | MicroSpeech):
            return self.rows.hop_samples / self.rows.sample_rate_hz
        return None

    @property
    def title(self) -> str:
        """Its kind, and what becomes of pictures of another size."""
        resize = self.rows.resize if isinstance(self.rows, Image) else ""
        return f"{self.kind}, resize {resize}" if resize else self.kind

    def resized(self, resize: str) -> FrontEnd:
        """The same with `--resize`; ConfigError unless it reads pictures."""
        if not isinstance(self.rows, Image):
            raise ConfigError(
                f"--resize needs front-end image, the project's is {self.kind}",
                hint="--resize is for pictures",
            )
        return replace(self, rows=replace(self.rows, resize=resize))

    def windows(self, row_count: int) -> int:
        """Number of windows in a clip of `row_count` rows; 0 for a clip that is too short."""
        last_row = row_count if self.last_row is None else min(row_count, self.last_row)
        spare = last_row - self.first_row - self.window_rows
        return 0 if spare < 0 else 1 + spare // self.stride_rows


KINDS: dict[str, type[Rows] | None] = {
    "raw": None,
    "log-mel": LogMel,
    "mfcc": Mfcc,
    "micro-speech": MicroSpeech,
    "image": Image,
    "timeseries": Timeseries,
}
"""kind -> type of its `rows`."""

PRESETS = {
    # MLPerf Tiny anomaly detection: training/anomaly_detection/{baseline.yaml,common.py}.
    "mlperf-ad": FrontEnd("log-mel", 128, 5, first_row=50, last_row=250, rows=LogMel()),
    # MLPerf Tiny keyword spotting: 1 s of audio, 49 rows of 10 coefficients.
    "mlperf-kws": FrontEnd("mfcc", 10, 49, stride_rows=49, rows=Mfcc()),
    # MLPerf Tiny image classification (CIFAR-10) and visual wake words: uint8 minus 128.
    "mlperf-ic": FrontEnd("image", 96, 32, stride_rows=32, rows=Image(32, 3, 1.0)),
    "mlperf-vww": FrontEnd("image", 288, 96, stride_rows=96, rows=Image(96, 3, 1 / 255)),
    # microWakeWord: a row every 10 ms, three of them for each inference of a streaming model.
    "micro-wake-word": FrontEnd("micro-speech", 40, 3, stride_rows=3, rows=MicroSpeech()),
}
"""Names `--front-end` takes, besides `raw`, which depends on the model: see raw_front_end."""


def raw_front_end(graph: Graph) -> FrontEnd:
    """The front-end that does nothing: one row, one window, all of the model's inputs."""
    return FrontEnd("raw", sum(graph.tensors[index].elements for index in graph.inputs), 1)


def image_front_end(graph: Graph) -> FrontEnd:
    """Pictures of the size that the model's input has; pixel p becomes p - 128.

    ConfigError unless the input is int8 of shape [1, lines, pixels, 1 or 3].
    """
    tensor = graph.tensors[graph.inputs[0]]
    shape, quant = tensor.shape, tensor.quant
    if len(shape) != 4 or shape[0] != 1 or shape[3] not in (1, 3):
        raise ConfigError(
            f"front-end image needs an input [1, lines, pixels, 1 or 3], the model's is {list(shape)}",
            hint="use --front-end raw, and arrays as clips",
        )
    if tensor.dtype is not DType.INT8 or quant is None:
        raise ConfigError(
            f"front-end image needs an int8 input, the model's is {tensor.dtype.value}",
            hint="say pixel_scale and pixel_offset of kind image in mcugen.toml, as it was trained",
        )
    offset = quant.scale * (-128 - quant.zero_point)
    rows = Image(shape[2], shape[3], quant.scale, offset)
    return FrontEnd("image", rows.row_values, shape[1], stride_rows=shape[1], rows=rows)


def rows_of_model(front_end: FrontEnd, graph: Graph) -> FrontEnd:
    """Front-end `micro-speech` with as many rows in a window as a streaming model takes, all of them new."""
    elements = graph.tensors[graph.inputs[0]].elements
    if not isinstance(front_end.rows, MicroSpeech) or not graph.streams:
        return front_end
    if elements % front_end.row_values:
        return front_end
    rows = elements // front_end.row_values
    return replace(front_end, window_rows=rows, stride_rows=rows)


def check_front_end(front_end: FrontEnd, graph: Graph) -> list[Problem]:
    """What keeps the front-end from feeding the model's inputs."""
    tensor = graph.tensors[graph.inputs[0]]
    window = front_end.window_rows * front_end.row_values
    if front_end == raw_front_end(graph):
        return []
    if len(graph.inputs) > 1:
        what = f"front-end {front_end.kind} feeds one input, the model has {len(graph.inputs)}"
        return [Problem("model", what, "use --front-end raw")]
    if window == tensor.elements:
        return []
    return [
        Problem(
            f"input {tensor.name}",
            f"the model takes {tensor.elements} values, front-end {front_end.kind} gives "
            f"{front_end.window_rows} x {front_end.row_values} = {window}",
            "choose another --front-end, or set window_rows in mcugen.toml",
        )
    ]


def _words(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values[:-1])) + f" or {values[-1]}"
