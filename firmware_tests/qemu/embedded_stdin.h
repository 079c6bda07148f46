// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Standard input of a test program: the array `content` of CONTENT_BYTES bytes
// (tests/c_program.py).
#include <stdio.h>
#include <string.h>

static unsigned long taken;

#ifdef __PICOLIBC__
static int next(FILE *file) {
  (void)file;
  return taken < CONTENT_BYTES ? content[taken++] : _FDEV_EOF;
}

static FILE input = FDEV_SETUP_STREAM(NULL, next, NULL, _FDEV_SETUP_READ);
FILE *const stdin = &input;
#else
int _read(int file, char *bytes, int count);

int _read(int file, char *bytes, int count) {
  const unsigned long left = CONTENT_BYTES - taken;
  const unsigned long given = (unsigned long)count < left ? (unsigned long)count : left;
  (void)file;
  memcpy(bytes, content + taken, given);
  taken += given;
  return (int)given;
}
#endif
