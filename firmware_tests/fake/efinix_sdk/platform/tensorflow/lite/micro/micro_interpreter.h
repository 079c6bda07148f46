// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The part of TFLite Micro of 2022, as Efinix's platform carries it, that engine_efinix.cc uses.
// The model behind it, of 16 values, is fake_efinix.cc's. tests/platforms/efinix/test_engine.py
// compiles against the platform's own headers when EFINIX_DIR names them, so the two cannot drift.
#ifndef FAKE_TFLM_2022_H
#define FAKE_TFLM_2022_H

#include "../../../../../../tflite_types.h"

namespace tflite {

class Model {
 public:
  uint32_t version() const { return TFLITE_SCHEMA_VERSION; }
};

const Model *GetModel(const void *bytes);

class ErrorReporter {};
class MicroErrorReporter : public ErrorReporter {};
class MicroProfiler {};
class MicroOpResolver {};

template <unsigned int kOperators>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TfLiteStatus AddFullyConnected() { return kTfLiteOk; }
};

class MicroInterpreter {
 public:
  MicroInterpreter(const Model *model, const MicroOpResolver &resolver, uint8_t *arena,
                   size_t arena_bytes, ErrorReporter *reporter, MicroProfiler *profiler = nullptr);
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  TfLiteStatus ResetVariableTensors();
  TfLiteTensor *input(size_t index);
  TfLiteTensor *output(size_t index);
  size_t inputs_size() const { return 1; }
  size_t outputs_size() const { return 1; }
  size_t arena_used_bytes() const { return 32; }

 private:
  TfLiteTensor ends_[2];
};

}  // namespace tflite

#endif
