// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The C types of TFLite that engines read, the same in 2022 as today, for stand-ins of its headers.
#ifndef MCUGEN_TESTS_TFLITE_TYPES_H
#define MCUGEN_TESTS_TFLITE_TYPES_H

#include <stddef.h>
#include <stdint.h>

#define TFLITE_SCHEMA_VERSION (3)

typedef enum { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;

typedef enum {
  kTfLiteNoType = 0,
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteUInt8 = 3,
  kTfLiteInt64 = 4,
  kTfLiteBool = 6,
  kTfLiteInt16 = 7,
  kTfLiteInt8 = 9,
} TfLiteType;

typedef struct {
  float scale;
  int32_t zero_point;
} TfLiteQuantizationParams;

typedef union {
  void *raw;
  int8_t *int8;
  uint8_t *uint8;
} TfLitePtrUnion;

typedef struct {
  TfLitePtrUnion data;
  TfLiteQuantizationParams params;
  size_t bytes;
  TfLiteType type;
} TfLiteTensor;

typedef struct {
  int size;
  int data[4];
} TfLiteIntArray;

typedef struct {
  TfLitePtrUnion data;
  TfLiteIntArray *dims;
  TfLiteType type;
} TfLiteEvalTensor;

#endif
