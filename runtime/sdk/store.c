// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Two slots of a flash. The header of new weights, with the digest of all, is written last: until
// it is whole, the slot's digest is wrong and the other slot is used.
#include <string.h>

#include "weights.h"

static const mcugen_weights_header_t *header_at(const mcugen_store_t *store, uint32_t slot) {
  return (const void *)(store->flash->base + slot);
}

// Bytes of the good weights in a slot; 0: there are none.
static uint32_t good_bytes(const mcugen_store_t *store, uint32_t slot) {
  mcugen_weights_header_t header;
  memcpy(&header, header_at(store, slot), sizeof header);
  if (header.magic != MCUGEN_WEIGHTS_MAGIC ||
      header.data_bytes > store->slot_bytes - MCUGEN_WEIGHTS_HEADER_BYTES) {
    return 0;
  }
  const uint32_t bytes = MCUGEN_WEIGHTS_HEADER_BYTES + header.data_bytes;
  return mcugen_weights_check(header_at(store, slot), bytes, store->architecture, store->verify) ==
                 MCUGEN_OK
             ? bytes
             : 0;
}

static bool is_sound(const mcugen_store_t *store) {
  const mcugen_flash_t *const flash = store->flash;
  const uint32_t unit = flash != NULL ? flash->write_bytes : 0;
  return unit >= 1 && unit <= sizeof store->pending && (unit & (unit - 1)) == 0 &&
         flash->base != NULL && (uintptr_t)flash->base % 16 == 0 && flash->sector_bytes > 0 &&
         flash->sector_bytes % unit == 0 && store->slot_bytes > MCUGEN_WEIGHTS_HEADER_BYTES &&
         store->slot_bytes % flash->sector_bytes == 0 &&
         store->slots[0] % flash->sector_bytes == 0 && store->slots[1] % flash->sector_bytes == 0 &&
         store->slots[0] % 16 == 0 && store->slots[1] % 16 == 0 && store->architecture != NULL;
}

mcugen_result_t mcugen_store_open(mcugen_store_t *store) {
  if (store == NULL || !is_sound(store)) {
    return MCUGEN_BAD_ARGUMENT;
  }
  store->active = NULL;
  store->active_bytes = 0;
  store->expected = 0;
  for (unsigned i = 0; i < 2; ++i) {
    const uint32_t bytes = good_bytes(store, store->slots[i]);
    const mcugen_weights_header_t *const header = header_at(store, store->slots[i]);
    const mcugen_weights_header_t *const active = (const void *)store->active;
    if (bytes > 0 && (active == NULL || header->version > active->version)) {
      store->active = (const void *)header;
      store->active_bytes = bytes;
    }
  }
  return store->active != NULL ? MCUGEN_OK : MCUGEN_BAD_WEIGHTS;
}

const void *mcugen_store_weights(const mcugen_store_t *store, size_t *bytes) {
  *bytes = store->active_bytes;
  return store->active;
}

mcugen_result_t mcugen_store_begin(mcugen_store_t *store, size_t bytes) {
  if (bytes <= MCUGEN_WEIGHTS_HEADER_BYTES || bytes > store->slot_bytes) {
    return MCUGEN_BAD_ARGUMENT;
  }
  const bool first_is_active = store->active == store->flash->base + store->slots[0];
  store->target = store->slots[first_is_active ? 1 : 0];
  store->received = 0;
  store->expected = (uint32_t)bytes;
  const mcugen_flash_t *const flash = store->flash;
  if (!flash->erase(flash->context, store->target, store->slot_bytes)) {
    store->expected = 0;
    return MCUGEN_FLASH;
  }
  return MCUGEN_OK;
}

// `count` bytes at offset `at` of the new slot; the last unit is filled up with zeros.
static bool write_units(mcugen_store_t *store, uint32_t at, const uint8_t bytes[], uint32_t count) {
  const mcugen_flash_t *const flash = store->flash;
  return flash->write(flash->context, store->target + at, bytes, count);
}

// One more byte of the data: a full unit goes to the flash.
static bool add_byte(mcugen_store_t *store, uint8_t byte) {
  const uint32_t unit = store->flash->write_bytes;
  const uint32_t at = store->received % unit;
  store->pending[at] = byte;
  ++store->received;
  if (at + 1 < unit && store->received < store->expected) {
    return true;
  }
  memset(&store->pending[at + 1], 0, unit - at - 1);
  return write_units(store, (store->received - 1) / unit * unit, store->pending, unit);
}

mcugen_result_t mcugen_store_append(mcugen_store_t *store, const void *bytes, size_t count) {
  if (bytes == NULL || count > store->expected - store->received) {
    return MCUGEN_BAD_ARGUMENT;
  }
  const uint8_t *next = bytes;
  for (; count > 0; --count, ++next) {
    if (store->received < MCUGEN_WEIGHTS_HEADER_BYTES) {
      store->head.bytes[store->received++] = *next;
    } else if (!add_byte(store, *next)) {
      store->expected = 0;
      store->received = 0;
      return MCUGEN_FLASH;
    }
  }
  return MCUGEN_OK;
}

// What is in the slot but its header, and the header that has been received.
static mcugen_result_t check_received(const mcugen_store_t *store) {
  const uint8_t *const data = store->flash->base + store->target + MCUGEN_WEIGHTS_HEADER_BYTES;
  const mcugen_result_t result = mcugen_weights_check_parts(
      &store->head.header, data, store->expected - MCUGEN_WEIGHTS_HEADER_BYTES, store->architecture,
      store->verify);
  const mcugen_weights_header_t *const active = (const void *)store->active;
  const bool is_old = active != NULL && store->head.header.version <= active->version;
  return result == MCUGEN_OK && is_old ? MCUGEN_OLD_WEIGHTS : result;
}

mcugen_result_t mcugen_store_commit(mcugen_store_t *store) {
  if (store->expected == 0 || store->received != store->expected) {
    return MCUGEN_NOT_READY;
  }
  const mcugen_result_t result = check_received(store);
  const uint32_t bytes = store->expected;
  store->expected = 0;
  store->received = 0;
  if (result != MCUGEN_OK) {
    return result;
  }
  if (!write_units(store, 0, store->head.bytes, MCUGEN_WEIGHTS_HEADER_BYTES) ||
      good_bytes(store, store->target) != bytes) {
    return MCUGEN_FLASH;
  }
  store->active = store->flash->base + store->target;
  store->active_bytes = bytes;
  return MCUGEN_OK;
}
