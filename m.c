#include "ad01_int8.h"
MCUGEN_ARENA(arena, AD01_INT8_ARENA_BYTES);
static ad01_int8_t model;
extern int8_t sink[]; 
int main(void) {
  if (ad01_int8_init(&model, &arena)) return 1;
  int8_t *in = ad01_int8_input(&model);
  for (int i = 0; i < 640; ++i) in[i] = 0;
  if (ad01_int8_invoke(&model)) return 2;
  return ad01_int8_output(&model)[0];
}
