// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#define TF_LITE_REMOVE_VIRTUAL_DELETE \
  void operator delete(void *) {}
