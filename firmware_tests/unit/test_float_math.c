// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// mcugen_log against the C library's double precision one: every mantissa at three exponents, and
// every exponent of a normal float.
#include <math.h>
#include <string.h>

#include "check.h"
#include "float_math.h"

static float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The bound that float_math.h states.
static double excess(uint32_t bits) {
  const double exact = log((double)float_of(bits));
  return fabs((double)mcugen_log(float_of(bits)) - exact) - (1.3e-7 * fabs(exact) + 1e-7);
}

int main(void) {
  static const uint32_t exponents[] = {127, 126, 75};  // 1 to 2, 0.5 to 1, epsilon of a log-mel row
  double worst = -1.0;
  for (size_t e = 0; e < sizeof exponents / sizeof exponents[0]; ++e) {
    for (uint32_t mantissa = 0; mantissa < 1u << 23; ++mantissa) {
      worst = fmax(worst, excess(exponents[e] << 23 | mantissa));
    }
  }
  CHECK(worst <= 0.0);
  for (uint32_t exponent = 1; exponent < 255; ++exponent) {
    CHECK(excess(exponent << 23) <= 0.0);
    CHECK(excess(exponent << 23 | 0x3504F3u) <= 0.0);
    CHECK(excess(exponent << 23 | 0x7FFFFFu) <= 0.0);
  }
  return check_report();
}
