# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Runs on the board: python3 score_tflite.py MODEL INPUTS OUTPUTS [THREADS]

INPUTS holds whole input tensors, raw, one after the other; OUTPUTS gets the output tensors in the same
way. Prints which interpreter ran and the nanoseconds of every inference. Python 3.8 or newer.
"""

import sys
import time
from pathlib import Path


def load_interpreter():
    """The board's interpreter class and where it comes from."""
    try:
        from tflite_runtime.interpreter import Interpreter

        return Interpreter, "tflite_runtime"
    except ImportError:
        pass
    try:
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter, "ai_edge_litert"
    except ImportError:
        pass
    try:
        import tensorflow

        return tensorflow.lite.Interpreter, "tensorflow"
    except ImportError:
        sys.exit("no tflite_runtime, ai_edge_litert or tensorflow in this Python")


def version_of(package):
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package.replace("_", "-"))
    except PackageNotFoundError:
        return "unknown"


def main(model, inputs, outputs, threads="1"):
    import numpy

    interpreter_class, package = load_interpreter()
    interpreter = interpreter_class(model_path=model, num_threads=int(threads))
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    sink = interpreter.get_output_details()[0]
    windows = numpy.fromfile(inputs, dtype=source["dtype"]).reshape(-1, *source["shape"])
    ticks = []
    with Path(outputs).open("wb") as file:
        for window in windows:
            interpreter.set_tensor(source["index"], window)
            start = time.perf_counter_ns()
            interpreter.invoke()
            ticks.append(time.perf_counter_ns() - start)
            file.write(interpreter.get_tensor(sink["index"]).tobytes())
    print("interpreter=" + package)
    print("version=" + version_of(package))
    print("nanoseconds=" + ",".join(str(tick) for tick in ticks))


main(*sys.argv[1:])
