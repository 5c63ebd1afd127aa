/* A storage in memory that can be told to fail, for the tests. */
#ifndef MEMORY_STORAGE_H
#define MEMORY_STORAGE_H

#include "ridecode_validator.h"

enum { FILES_MAX = 32, NAME_CAPACITY = 64 };

typedef struct memory_file {
  char name[NAME_CAPACITY];
  uint8_t *bytes;
  size_t length;
} memory_file;

typedef struct memory {
  memory_file files[FILES_MAX];
  /* Calls until one fails; -1 for never. Every later one fails too. */
  long fails_in;
  /* What the failing calls answer. */
  int32_t failure;
  /* Added to every length that is told. */
  uint64_t lie;
  /* Called into the library from within a write, to see that it does not let that happen. */
  rc_validator called_from_within;
  rc_answer answer_from_within;
} memory;

rc_storage memory_storage(memory *files);
void memory_free(memory *files);

#endif
