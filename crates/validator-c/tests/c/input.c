#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void demand(int holds, const char *what, long found) {
  if (!holds) {
    fprintf(stderr, "%s: found %ld\n", what, found);
    exit(1);
  }
}

static int digit(char hex) {
  if (hex >= '0' && hex <= '9')
    return hex - '0';
  if (hex >= 'a' && hex <= 'f')
    return hex - 'a' + 10;
  return -1;
}

uint8_t *read_hex(const char *hex, size_t *length) {
  size_t digits = strcmp(hex, "-") == 0 ? 0 : strlen(hex);
  uint8_t *bytes = malloc(digits / 2 + 1);
  demand(bytes != NULL && digits % 2 == 0, "hex has pairs of digits", (long)digits);
  for (size_t place = 0; place < digits; place += 2) {
    int high = digit(hex[place]), low = digit(hex[place + 1]);
    demand(high >= 0 && low >= 0, "no hex digit at", (long)place);
    bytes[place / 2] = (uint8_t)(high << 4 | low);
  }
  *length = digits / 2;
  return bytes;
}
