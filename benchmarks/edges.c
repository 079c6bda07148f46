// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A QEMU plugin that counts which piece of straight code runs after which, while a function runs.
//
// Arguments: from, to: addresses of the function; caller_from, caller_to: those of the function
// that calls it, where counting ends; out: the file that gets the counts, one line each:
//   address of the last piece within the function, piece before, piece, instructions of it, times
// in hexadecimal, hexadecimal, hexadecimal, decimal, decimal; the first line says how often the
// function was called. Each call takes the counts up to its end to the file.
// With `out` alone, all instructions of the program are one piece, which ran once.
//
// The few declarations of QEMU's plugin API stand here, because distributions ship QEMU without its
// header. They are the same in its versions 1 (QEMU 4.2 to 8.x) and 2 (9.0 and later).
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
typedef struct qemu_info qemu_info_t;
typedef void (*translated_t)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*executed_t)(unsigned, void *);
typedef void (*ended_t)(qemu_plugin_id_t, void *);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translated_t);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, executed_t, int, void *);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, ended_t, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);

void *qemu_plugin_scoreboard_new(size_t) __attribute__((weak));  // came with version 2

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = 1;

// QEMU refuses a plugin of the other version, and reads ours after this.
__attribute__((constructor)) static void choose_version(void) {
  if (qemu_plugin_scoreboard_new != NULL) {
    qemu_plugin_version = 2;
  }
}

enum { SLOTS = 1 << 17 };  // far more than an engine has pieces

typedef struct {
  uint32_t within, before, piece, instructions;
  uint64_t times;
} edge_t;

static edge_t edges[SLOTS];
static uint32_t from, to, caller_from, caller_to;
static const char *out;
static bool counting;
static uint32_t within, before;
static unsigned calls;
static unsigned long long total;

static void write_counts(void) {
  FILE *file = fopen(out, "w");
  if (file == NULL) {
    return;
  }
  fprintf(file, "%u\n", calls);
  for (const edge_t *e = edges; e != edges + SLOTS; ++e) {
    if (e->times != 0) {
      fprintf(file, "%x %x %x %u %llu\n", e->within, e->before, e->piece, e->instructions,
              (unsigned long long)e->times);
    }
  }
  fclose(file);
}

static edge_t *find_edge(uint32_t piece, uint32_t instructions) {
  uint32_t hash = within * 2654435761u ^ before * 2246822519u ^ piece * 3266489917u ^ instructions;
  for (hash ^= hash >> 15;; ++hash) {
    edge_t *e = &edges[hash % SLOTS];
    if (e->times == 0) {
      *e = (edge_t){within, before, piece, instructions, 0};
    }
    if (e->within == within && e->before == before && e->piece == piece &&
        e->instructions == instructions) {
      return e;
    }
  }
}

static void executed(unsigned cpu, void *packed) {
  (void)cpu;
  const uint64_t both = (uint64_t)(uintptr_t)packed;
  const uint32_t piece = (uint32_t)both;
  if (piece == from && !counting) {
    counting = true;
    ++calls;
    before = 0;
  } else if (counting && piece >= caller_from && piece < caller_to) {
    counting = false;
    write_counts();
  }
  if (counting) {
    within = piece >= from && piece < to ? piece : within;
    ++find_edge(piece, (uint32_t)(both >> 32))->times;
    before = piece;
  }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  const uint64_t instructions = qemu_plugin_tb_n_insns(tb);
  const uint64_t both = (uint32_t)qemu_plugin_tb_vaddr(tb) | instructions << 32;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, (void *)(uintptr_t)both);
}

static void executed_all(unsigned cpu, void *instructions) {
  (void)cpu;
  total += (uintptr_t)instructions;
}

static void translated_all(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  const uintptr_t instructions = qemu_plugin_tb_n_insns(tb);
  qemu_plugin_register_vcpu_tb_exec_cb(tb, executed_all, 0, (void *)instructions);
}

static void write_total(qemu_plugin_id_t id, void *unused) {
  (void)id;
  (void)unused;
  FILE *file = fopen(out, "w");
  if (file != NULL) {
    fprintf(file, "1\n0 0 0 %llu 1\n", total);
    fclose(file);
  }
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                 char **argv) {
  (void)info;
  const struct {
    const char *name;
    uint32_t *value;
  } addresses[] = {
      {"from", &from}, {"to", &to}, {"caller_from", &caller_from}, {"caller_to", &caller_to}};
  for (int i = 0; i < argc; ++i) {
    char *value = strchr(argv[i], '=');
    if (value == NULL) {
      return 1;
    }
    *value++ = '\0';
    for (size_t k = 0; k < sizeof addresses / sizeof *addresses; ++k) {
      if (strcmp(argv[i], addresses[k].name) == 0) {
        *addresses[k].value = (uint32_t)strtoul(value, NULL, 0);
      }
    }
    out = strcmp(argv[i], "out") == 0 ? strdup(value) : out;
  }
  if (out == NULL || (to == 0) != (caller_to == 0)) {
    return 1;
  }
  if (to == 0) {
    qemu_plugin_register_atexit_cb(id, write_total, NULL);
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, to == 0 ? translated_all : translated);
  return 0;
}
