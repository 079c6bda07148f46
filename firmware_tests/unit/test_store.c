// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Weights in two slots of a flash that loses power in the middle of writes and erasures. The
// weights are small ones made here: header and digest as `mcugen weights` writes them, and a
// signature that only the right key makes.
#include <string.h>

#include "check.h"
#include "sha256.h"
#include "weights.h"

#define SECTOR 256u
#define SLOT_BYTES (5u * SECTOR)
#define DATA_BYTES 528u
#define BLOB_BYTES (MCUGEN_WEIGHTS_HEADER_BYTES + DATA_BYTES)
#define NEVER UINT32_MAX
#if defined(__arm__)
#define SEQUENCES 100  // in an emulator, where SHA-256 takes its time
#else
#define SEQUENCES 1000
#endif

static _Alignas(16) uint8_t memory[2u * SLOT_BYTES];
static uint32_t steps_left;  // of writes and erasures until the power goes
static uint32_t random_state = 7;

static uint32_t next_random(void) {
  random_state = random_state * 1664525u + 1013904223u;  // Numerical Recipes, 7.1
  return random_state >> 16;
}

// The last step that has power ends half way: the rest of its bytes is anything or as it was.
static bool change(uint32_t address, const uint8_t *bytes, uint32_t count) {
  if (steps_left == 0) {
    return false;
  }
  const bool whole = --steps_left > 0 || steps_left == NEVER - 1;
  const uint32_t done = whole ? count : next_random() % (count + 1u);
  for (uint32_t i = 0; i < count; ++i) {
    if (i < done) {
      memory[address + i] = bytes != NULL ? bytes[i] : 0xFF;
    } else if (next_random() % 4u == 0) {
      memory[address + i] = (uint8_t)next_random();
    }
  }
  return whole;
}

static bool write_flash(void *context, uint32_t address, const void *bytes, uint32_t count) {
  const uint32_t unit = *(const uint32_t *)context;
  CHECK(address % unit == 0 && count % unit == 0 && address + count <= sizeof memory);
  return change(address, bytes, count);
}

static bool erase_flash(void *context, uint32_t address, uint32_t count) {
  (void)context;
  CHECK(address % SECTOR == 0 && count % SECTOR == 0 && address + count <= sizeof memory);
  for (uint32_t sector = 0; sector < count; sector += SECTOR) {
    if (!change(address + sector, NULL, SECTOR)) {
      return false;
    }
  }
  return true;
}

static const uint8_t ARCHITECTURE[MCUGEN_DIGEST_BYTES] = {1, 2, 3};

static void sign(const uint8_t digest[MCUGEN_DIGEST_BYTES], uint8_t key,
                 uint8_t signature[MCUGEN_SIGNATURE_BYTES]) {
  for (size_t i = 0; i < MCUGEN_SIGNATURE_BYTES; ++i) {
    signature[i] = (uint8_t)(digest[i % MCUGEN_DIGEST_BYTES] ^ key ^ (i + 1));
  }
}

static bool is_right(void *context, const uint8_t digest[MCUGEN_DIGEST_BYTES],
                     const uint8_t signature[MCUGEN_SIGNATURE_BYTES]) {
  uint8_t expected[MCUGEN_SIGNATURE_BYTES];
  sign(digest, *(const uint8_t *)context, expected);
  return memcmp(expected, signature, sizeof expected) == 0;
}

static uint8_t right_key = 0x5A;
static const mcugen_verify_t verify = {is_right, &right_key};

static union {
  mcugen_weights_header_t header;
  uint8_t bytes[BLOB_BYTES];
} blob;

static void make_blob(uint32_t version, uint8_t key) {
  memset(&blob, 0, sizeof blob);
  blob.header.magic = MCUGEN_WEIGHTS_MAGIC;
  blob.header.version = version;
  blob.header.data_bytes = DATA_BYTES;
  memcpy(blob.header.architecture, ARCHITECTURE, sizeof ARCHITECTURE);
  for (uint32_t i = 0; i < DATA_BYTES; ++i) {
    blob.bytes[MCUGEN_WEIGHTS_HEADER_BYTES + i] = (uint8_t)(version * 31u + i * 7u);
  }
  mcugen_sha256_t hash;
  mcugen_sha256_init(&hash);
  mcugen_sha256_add(&hash, &blob, offsetof(mcugen_weights_header_t, digest));
  mcugen_sha256_add(&hash, blob.bytes + MCUGEN_WEIGHTS_HEADER_BYTES, DATA_BYTES);
  mcugen_sha256_end(&hash, blob.header.digest);
  sign(blob.header.digest, key, blob.header.signature);
}

static uint32_t unit = 16;
static mcugen_flash_t flash;
static mcugen_store_t store;

static mcugen_result_t boot(void) {
  steps_left = NEVER;
  flash = (mcugen_flash_t){memory, SECTOR, unit, write_flash, erase_flash, &unit};
  store = (mcugen_store_t){.flash = &flash,
                           .slots = {0, SLOT_BYTES},
                           .slot_bytes = SLOT_BYTES,
                           .architecture = ARCHITECTURE,
                           .verify = &verify};
  return mcugen_store_open(&store);
}

// Version of the weights that would be used; 0: none. They are checked as a model does.
static uint32_t version_in_use(void) {
  size_t bytes;
  const mcugen_weights_header_t *const header = mcugen_store_weights(&store, &bytes);
  if (header == NULL) {
    return 0;
  }
  const mcugen_result_t result = mcugen_weights_check(header, bytes, ARCHITECTURE, &verify);
  CHECK_EQUAL(result, MCUGEN_OK);
  const uint8_t *const data = (const uint8_t *)header + MCUGEN_WEIGHTS_HEADER_BYTES;
  for (uint32_t i = 0; i < DATA_BYTES; ++i) {
    if (data[i] != (uint8_t)(header->version * 31u + i * 7u)) {
      CHECK_EQUAL(data[i], 0);  // wrong weights
      break;
    }
  }
  return header->version;
}

static mcugen_result_t install(void) {
  mcugen_result_t result = mcugen_store_begin(&store, BLOB_BYTES);
  for (uint32_t done = 0; result == MCUGEN_OK && done < BLOB_BYTES;) {
    const uint32_t wanted = 1u + next_random() % 100u;
    const uint32_t count = wanted < BLOB_BYTES - done ? wanted : BLOB_BYTES - done;
    result = mcugen_store_append(&store, blob.bytes + done, count);
    done += count;
  }
  return result == MCUGEN_OK ? mcugen_store_commit(&store) : result;
}

static void forget_all(void) {
  for (size_t i = 0; i < sizeof memory; ++i) {
    memory[i] = (uint8_t)next_random();
  }
}

static void gives(mcugen_result_t result, mcugen_result_t expected) {
  CHECK_EQUAL(result, expected);
}

static void in_use(uint32_t expected) {
  const uint32_t version = version_in_use();
  CHECK_EQUAL(version, expected);
}

static void test_what_is_taken_and_what_not(void) {
  forget_all();
  gives(boot(), MCUGEN_BAD_WEIGHTS);
  in_use(0);
  make_blob(5, right_key);
  gives(install(), MCUGEN_OK);
  in_use(5);
  gives(install(), MCUGEN_OLD_WEIGHTS);
  make_blob(4, right_key);
  gives(install(), MCUGEN_OLD_WEIGHTS);
  make_blob(6, right_key ^ 1u);
  gives(install(), MCUGEN_BAD_WEIGHTS);
  make_blob(6, right_key);
  memset(blob.header.signature, 0, sizeof blob.header.signature);
  gives(install(), MCUGEN_BAD_WEIGHTS);
  gives(mcugen_store_commit(&store), MCUGEN_NOT_READY);
  gives(mcugen_store_begin(&store, SLOT_BYTES + 1), MCUGEN_BAD_ARGUMENT);
  in_use(5);
  gives(boot(), MCUGEN_OK);
  in_use(5);
  make_blob(6, right_key);
  gives(mcugen_store_begin(&store, BLOB_BYTES), MCUGEN_OK);
  gives(mcugen_store_append(&store, blob.bytes, BLOB_BYTES - 1), MCUGEN_OK);
  gives(mcugen_store_commit(&store), MCUGEN_NOT_READY);  // cut
  in_use(5);
  gives(install(), MCUGEN_OK);
  in_use(6);
}

static void test_every_bit_of_the_header(void) {
  forget_all();
  boot();
  make_blob(1, right_key);
  gives(install(), MCUGEN_OK);
  for (uint32_t bit = 0; bit < 8u * MCUGEN_WEIGHTS_HEADER_BYTES; ++bit) {
    make_blob(2, right_key);
    blob.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    CHECK(install() != MCUGEN_OK);
    in_use(1);
    memory[SLOT_BYTES + bit / 8] ^= (uint8_t)(1u << bit % 8);  // nor in the slot that is not used
    gives(boot(), MCUGEN_OK);
    in_use(1);
  }
  for (uint32_t bit = 0; bit < 8u * BLOB_BYTES; bit += bit < 2048 ? 1 : 37) {
    memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
    CHECK(boot() == MCUGEN_BAD_WEIGHTS);
    in_use(0);
    memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

// Power cuts in each step of an installation, first and later ones.
static void test_cuts_at_every_write(void) {
  for (unit = 1; unit <= 256; unit *= 16) {
    for (uint32_t cut = 1;; ++cut) {
      forget_all();
      boot();
      make_blob(1, right_key);
      gives(install(), MCUGEN_OK);
      make_blob(2, right_key);
      steps_left = cut;
      const mcugen_result_t result = install();
      const bool was_cut = steps_left == 0;
      boot();
      const uint32_t version = version_in_use();
      // The last unit may have been whole when the power went.
      CHECK(version == 2 || (version == 1 && was_cut));
      CHECK(result != MCUGEN_OK || version == 2);
      gives(version == 1 ? install() : MCUGEN_OK, MCUGEN_OK);
      in_use(2);
      if (!was_cut) {
        break;
      }
    }
  }
  unit = 16;
}

// Anything in any order: good and bad weights, cuts, boots.
static void test_random_sequences(void) {
  for (int sequence = 0; sequence < SEQUENCES; ++sequence) {
    forget_all();
    boot();
    uint32_t version = 0;  // the newest that was installed
    for (int event = 0; event < 8; ++event) {
      const uint32_t kind = next_random() % 6u;
      const bool is_old = kind == 1 && version > 0;
      const uint32_t offered = is_old ? version : version + 1u + next_random() % 3u;
      make_blob(offered, kind == 2 ? (uint8_t)(right_key + 1) : right_key);
      if (kind == 3) {
        blob.bytes[next_random() % BLOB_BYTES] ^= (uint8_t)(1u << next_random() % 8u);
      } else if (kind == 4) {
        steps_left = 1u + next_random() % 60u;
      }
      const bool is_good = kind != 2 && kind != 3 && offered > version;
      const mcugen_result_t result = install();
      CHECK(result != MCUGEN_OK || is_good);
      CHECK(result == MCUGEN_OK || !is_good || kind == 4);
      const bool may_be_new = is_good && kind == 4;  // cut behind its last byte
      if (kind >= 4) {
        boot();
      }
      const uint32_t used = version_in_use();
      CHECK(used == version || (used == offered && (result == MCUGEN_OK || may_be_new)));
      version = used;
    }
  }
}

// FIPS 180-4's examples, and every length around a block in every pair of pieces.
static void test_sha256(void) {
  static const struct {
    const char *text;
    uint8_t start[4];
  } vectors[] = {
      {"", {0xe3, 0xb0, 0xc4, 0x42}},
      {"abc", {0xba, 0x78, 0x16, 0xbf}},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", {0x24, 0x8d, 0x6a, 0x61}},
  };
  uint8_t digest[32], whole[32], data[130];
  mcugen_sha256_t hash;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; ++i) {
    mcugen_sha256_init(&hash);
    mcugen_sha256_add(&hash, vectors[i].text, strlen(vectors[i].text));
    mcugen_sha256_end(&hash, digest);
    CHECK(memcmp(digest, vectors[i].start, 4) == 0);
  }
  for (size_t i = 0; i < sizeof data; ++i) {
    data[i] = (uint8_t)i;
  }
  for (size_t length = 54; length <= sizeof data; ++length) {
    mcugen_sha256_init(&hash);
    mcugen_sha256_add(&hash, data, length);
    mcugen_sha256_end(&hash, whole);
    for (size_t cut = 0; cut <= length; ++cut) {
      mcugen_sha256_init(&hash);
      mcugen_sha256_add(&hash, data, cut);
      mcugen_sha256_add(&hash, data + cut, length - cut);
      mcugen_sha256_end(&hash, digest);
      CHECK(memcmp(digest, whole, sizeof digest) == 0);
    }
  }
}

int main(void) {
  test_sha256();
  test_what_is_taken_and_what_not();
  test_every_bit_of_the_header();
  test_cuts_at_every_write();
  test_random_sequences();
  return check_report();
}
