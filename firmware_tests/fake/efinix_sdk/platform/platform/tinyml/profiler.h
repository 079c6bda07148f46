// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_PROFILER_H
#define FAKE_PROFILER_H

#include "tensorflow/lite/micro/micro_interpreter.h"

class FullProfiler : public tflite::MicroProfiler {
 public:
  void setInterpreter(tflite::MicroInterpreter *interpreter) { (void)interpreter; }
  void setDump(bool dump) { (void)dump; }
};

#endif
