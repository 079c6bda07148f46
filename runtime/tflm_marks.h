// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A resolver that marks the end of every operator, and can stop there: later operators may
// overwrite what it left. TFLite Micro has a profiler of its own, but not in libraries built
// without error strings, as releases are, and it keeps all tensors only in a larger arena; this
// works with any of them.
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

constexpr int kMaxLayerOutputs = 16;

// What the kernels of the marked interpreter are called with; no operator is marked without `mark`.
struct Marks {
  mcugen_mark_t mark;
  void *context;
  uint32_t layer;  // operators run in the order of the model
};
inline Marks marks = {nullptr, nullptr, 0};

// The operator after which invoke ends, as if it had failed, and its outputs once it has.
struct Stop {
  bool is_wanted;
  bool is_reached;
  uint32_t layer;
  const void *outputs[kMaxLayerOutputs];
  uint32_t bytes[kMaxLayerOutputs];
};
inline Stop stop = {};

inline uint32_t BytesOf(const TfLiteEvalTensor &tensor) {
  uint32_t bytes = 1;
  switch (tensor.type) {
    case kTfLiteInt16:
      bytes = 2;
      break;
    case kTfLiteInt32:
    case kTfLiteFloat32:
      bytes = 4;
      break;
    case kTfLiteInt64:
      bytes = 8;
      break;
    default:
      break;
  }
  for (int i = 0; i < tensor.dims->size; ++i) {
    bytes *= static_cast<uint32_t>(tensor.dims->data[i]);
  }
  return bytes;
}

inline void KeepOutputs(const TfLiteContext *context, const TfLiteNode *node) {
  for (int i = 0; i < node->outputs->size && i < kMaxLayerOutputs; ++i) {
    const TfLiteEvalTensor *tensor = context->GetEvalTensor(context, node->outputs->data[i]);
    stop.outputs[i] = tensor->data.raw;
    stop.bytes[i] = BytesOf(*tensor);
  }
  stop.is_reached = true;
}

using Registration = std::remove_const_t<
    std::remove_pointer_t<decltype(std::declval<const tflite::MicroOpResolver &>().FindOp(
        static_cast<const char *>(nullptr)))>>;

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

  const Registration *FindOp(const char *op) const override {
    return Marking(resolver_.FindOp(op));
  }

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
    const uint32_t layer = marks.layer++;
    if (marks.mark != nullptr) {
      marks.mark(marks.context, layer);
    }
    if (stop.is_wanted && layer == stop.layer && status == kTfLiteOk) {
      KeepOutputs(context, node);
      return kTfLiteError;
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
