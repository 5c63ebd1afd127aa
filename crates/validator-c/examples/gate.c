/* The smallest reader: a code in hex on each line of the standard input, an answer on each line of
 * the standard output. docs/validator-library.md goes through it.
 *
 *   gate FOLDER OFFICE_KEY BUNDLE_FILE [UNIX_SECONDS]
 *
 * FOLDER has to be there and keeps the journal. OFFICE_KEY is the back office's key in 64 digits
 * of hex, BUNDLE_FILE what it answered to GET /v1/validators/{id}/bundle. The last word sets the
 * clock, to try codes of another day.
 */
#define _XOPEN_SOURCE 700

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folder_storage.h"

enum { BUNDLE_CAPACITY = 1 << 20, LINE_CAPACITY = 4096 };

static size_t from_hex(const char *hex, uint8_t *bytes, size_t capacity) {
  unsigned byte;
  size_t length = 0;
  while (length < capacity && sscanf(hex + 2 * length, "%2x", &byte) == 1)
    bytes[length++] = (uint8_t)byte;
  return length;
}

static rc_moment now(const char *set) {
  struct timespec time, running;
  clock_gettime(CLOCK_REALTIME, &time);
  clock_gettime(CLOCK_MONOTONIC, &running);
  return (rc_moment){.unix_s = set != NULL ? strtoll(set, NULL, 10) : (int64_t)time.tv_sec,
                     .ms = (uint64_t)running.tv_sec * 1000 + (uint64_t)running.tv_nsec / 1000000,
                     .trust = RC_TRUST_SYNCED};
}

static void check(rc_answer answer, const char *doing) {
  if (answer == RC_ANSWER_OK)
    return;
  fprintf(stderr, "%s: %s\n", doing, rc_answer_text(answer));
  exit(1);
}

int main(int count, char **words) {
  static uint8_t bundle[BUNDLE_CAPACITY], code[LINE_CAPACITY / 2];
  static char line[LINE_CAPACITY];
  if (count < 4) {
    fputs("gate FOLDER OFFICE_KEY BUNDLE_FILE [UNIX_SECONDS]\n", stderr);
    return 1;
  }
  const char *set = count > 4 ? words[4] : NULL;

  rc_settings settings;
  memset(&settings, 0, sizeof settings);
  settings.abi_version = RC_ABI_VERSION;
  settings.validator = 1;
  settings.operator_id = 1;
  settings.office_algorithm = RC_ALGORITHM_EDDSA;
  from_hex(words[2], settings.office_key, sizeof settings.office_key);
  memset(settings.device_secret, 50, sizeof settings.device_secret); /* rc_make_key, once */
  settings.place = (rc_place){.mode = RC_MODE_METRO, .passage = RC_PASSAGE_IN,
                              .stop = "gz-xilang", .direction = -1, .fare_minor = -1};
  rc_storage storage = folder_storage(words[1]);

  rc_validator gate;
  rc_moment start = now(set);
  check(rc_open(&settings, &storage, &start, &gate), "opening");

  uint64_t version;
  FILE *file = fopen(words[3], "rb");
  size_t length = file != NULL ? fread(bundle, 1, sizeof bundle, file) : 0;
  if (file != NULL)
    fclose(file);
  rc_answer taken = rc_take_bundle(gate, bundle, length, &version);
  if (taken != RC_ANSWER_BUNDLE_NOT_NEWER) /* the same one again, at every start but the first */
    check(taken, words[3]);

  while (fgets(line, sizeof line, stdin) != NULL) {
    rc_decision decision;
    rc_moment at = now(set);
    length = from_hex(line, code, sizeof code);
    rc_answer answer = rc_scan(gate, code, length, &at, &decision);
    if (answer != RC_ANSWER_OK)
      printf("out of order: %s\n", rc_answer_text(answer));
    else if (decision.silent == 0)
      printf("%s %s %s %s %s\n", decision.admit == 1 ? "green" : "red", decision.shown_zh,
             decision.shown, decision.remedy_zh, decision.remedy);
    fflush(stdout);
  }
  check(rc_close(gate), "closing");
  return 0;
}
