// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A resolver that marks the end of every operator. TFLite Micro has a profiler of its own, but not in
// libraries built without error strings, as releases are; this works with any of them.
#ifndef MCUGEN_TFLM_MARKS_H
#define MCUGEN_TFLM_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include <type_traits>
#include <utility>

#include "engine.h"
#include "tensorflow/lite/micro/compatibility.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace mcugen {

// What the kernels of the marked interpreter are called with; no operator is marked without `mark`.
struct Marks {
  mcugen_mark_t mark;
  void *context;
  uint32_t layer;  // operators run in the order of the model
};
inline Marks marks = {nullptr, nullptr, 0};

using Registration = std::remove_const_t<std::remove_pointer_t<decltype(
    std::declval<const tflite::MicroOpResolver &>().FindOp(static_cast<const char *>(nullptr)))>>;

// Each kind of operator has a copy of its registration whose invoke is InvokeAndMark<its number>.
template <size_t kKinds>
class MarkingResolver : public tflite::MicroOpResolver {
 public:
  explicit MarkingResolver(const tflite::MicroOpResolver &resolver) : resolver_(resolver) {
    SetInvokes(std::make_index_sequence<kKinds>());
  }

  const Registration *FindOp(tflite::BuiltinOperator op) const override {
    return Marking(resolver_.FindOp(op));
  }

  const Registration *FindOp(const char *op) const override { return Marking(resolver_.FindOp(op)); }

  decltype(std::declval<const tflite::MicroOpResolver &>().GetOpDataParser(
      tflite::BuiltinOperator_CUSTOM))
  GetOpDataParser(tflite::BuiltinOperator op) const override {
    return resolver_.GetOpDataParser(op);
  }

 private:
  using Invoke = decltype(Registration::invoke);

  template <size_t kKind>
  static TfLiteStatus InvokeAndMark(TfLiteContext *context, TfLiteNode *node) {
    const TfLiteStatus status = originals_[kKind]->invoke(context, node);
    if (marks.mark != nullptr) {
      marks.mark(marks.context, marks.layer++);
    }
    return status;
  }

  template <size_t... kNumbers>
  void SetInvokes(std::index_sequence<kNumbers...>) {
    const Invoke invokes[] = {&InvokeAndMark<kNumbers>...};
    for (size_t i = 0; i < kKinds; ++i) {
      invokes_[i] = invokes[i];
    }
  }

  const Registration *Marking(const Registration *original) const {
    for (size_t i = 0; original != nullptr && i < kKinds; ++i) {
      if (originals_[i] == nullptr) {
        originals_[i] = original;
        copies_[i] = *original;
        copies_[i].invoke = invokes_[i];
      }
      if (originals_[i] == original) {
        return &copies_[i];
      }
    }
    return original;
  }

  const tflite::MicroOpResolver &resolver_;
  Invoke invokes_[kKinds];
  mutable Registration copies_[kKinds];
  inline static const Registration *originals_[kKinds];
  TF_LITE_REMOVE_VIRTUAL_DELETE
};

}  // namespace mcugen

#endif
