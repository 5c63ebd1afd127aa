/* Decides about the shared vectors and prints what came of each, for a test to compare.
 *
 * Input, made by the test from vectors/decisions/ladder.json, words apart by a blank:
 *   office KEY BUNDLE                             in hex; for all cases that follow
 *   case NOW TRUST BOUND MODE PASSAGE LINE FARE CODE   begins with an empty memory; LINE may be "-"
 *   before AT CODE                                admitted before, behind its case
 *   end
 * Output: a line a case: the outcome's word and its detail or "-".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "memory_storage.h"

enum { LINE_CAPACITY = 65536, BEFORE_MAX = 8 };

typedef struct vector {
  rc_moment now;
  rc_place place;
  char line[64];
  uint8_t *code;
  size_t length;
} vector;

static rc_settings settings;
static uint8_t *bundle;
static size_t bundle_length;

static void read_office(char *key, char *sealed) {
  size_t length;
  uint8_t *bytes = read_hex(key, &length);
  demand(length == sizeof settings.office_key, "bytes of the office's key", (long)length);
  settings.abi_version = RC_ABI_VERSION;
  settings.validator = 7;
  settings.operator_id = 1;
  settings.office_algorithm = RC_ALGORITHM_EDDSA;
  memcpy(settings.office_key, bytes, length);
  memset(settings.device_secret, 50, sizeof settings.device_secret);
  free(bytes);
  bundle = read_hex(sealed, &bundle_length);
}

static rc_decision scan(rc_validator validator, const vector *shown) {
  rc_decision decision;
  rc_answer answer = rc_scan(validator, shown->code, shown->length, &shown->now, &decision);
  demand(answer == RC_ANSWER_OK, rc_answer_text(answer), answer);
  return decision;
}

static void decide(vector *vectors, int count) {
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_validator validator;
  uint64_t version;
  if (strcmp(vectors[0].line, "-") != 0)
    vectors[0].place.line = vectors[0].line;
  /* The gate at which the codes before were shown. */
  settings.place = (rc_place){
      .mode = RC_MODE_METRO, .passage = RC_PASSAGE_IN, .direction = -1, .fare_minor = -1};
  rc_answer answer = rc_open(&settings, &storage, &vectors[0].now, &validator);
  demand(answer == RC_ANSWER_OK, rc_answer_text(answer), answer);
  answer = rc_take_bundle(validator, bundle, bundle_length, &version);
  demand(answer == RC_ANSWER_OK, rc_answer_text(answer), answer);
  for (int before = 1; before < count; before++) {
    rc_decision decision = scan(validator, &vectors[before]);
    demand(decision.admit == 1, "admitted before", decision.outcome);
  }
  answer = rc_move_to(validator, &vectors[0].place);
  demand(answer == RC_ANSWER_OK, rc_answer_text(answer), answer);
  rc_decision decision = scan(validator, &vectors[0]);
  demand((decision.outcome == RC_OUTCOME_ADMIT) == (decision.admit == 1), "admits", decision.admit);
  demand((decision.sequence == 0) == (decision.silent == 1), "silent", (long)decision.sequence);
  printf("%s %s\n", decision.word, decision.detail[0] != '\0' ? decision.detail : "-");
  demand(rc_close(validator) == RC_ANSWER_OK, "closed", 0);
  memory_free(&files);
}

static long long number(void) {
  const char *word = strtok(NULL, " \n");
  demand(word != NULL, "a number is missing", 0);
  return strtoll(word, NULL, 10);
}

static void read_vector(vector *into) {
  char *code = strtok(NULL, " \n");
  demand(code != NULL, "a code is missing", 0);
  into->code = read_hex(code, &into->length);
}

static void forget(vector *vectors, int *count) {
  for (int place = 0; place < *count; place++)
    free(vectors[place].code);
  *count = 0;
}

int main(void) {
  static char line[LINE_CAPACITY];
  vector vectors[BEFORE_MAX + 1];
  int count = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    const char *kind = strtok(line, " \n");
    demand(kind != NULL && count <= BEFORE_MAX, "a line too many", count);
    if (strcmp(kind, "office") == 0) {
      char *key = strtok(NULL, " \n");
      read_office(key, strtok(NULL, " \n"));
      continue;
    }
    if (strcmp(kind, "before") != 0 && count > 0) {
      decide(vectors, count);
      forget(vectors, &count);
    }
    if (strcmp(kind, "end") == 0)
      break;
    vector *read = &vectors[count];
    memset(read, 0, sizeof *read);
    read->now.unix_s = number();
    read->now.trust = RC_TRUST_SYNCED;
    if (strcmp(kind, "case") == 0) {
      read->now.trust = (uint32_t)number();
      read->now.bound_s = (uint32_t)number();
      read->place.mode = (uint32_t)number();
      read->place.passage = (uint32_t)number();
      const char *on = strtok(NULL, " \n");
      demand(on != NULL && strlen(on) < sizeof read->line, "a line", 0);
      strcpy(read->line, on);
      read->place.fare_minor = number();
      read->place.direction = -1;
    }
    read_vector(read);
    count += 1;
  }
  free(bundle);
  return 0;
}
