/* Everything a caller can get wrong: each call answers which mistake it was, and none lets anybody
 * through.
 *
 *   misuse OFFICE_KEY BUNDLE NOW CODE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "memory_storage.h"

#define CHECK(call, expected) expect((call), (expected), #call, __LINE__)

static rc_settings settings;
static rc_moment now;
static uint8_t *bundle, *code;
static size_t bundle_length, code_length;

static void expect(rc_answer found, rc_answer expected, const char *call, int line) {
  if (found != expected) {
    fprintf(stderr, "misuse.c:%d: %s\n  answered: %s\n", line, call, rc_answer_text(found));
    fprintf(stderr, "  expected: %s\n", rc_answer_text(expected));
    exit(1);
  }
}

static int32_t no_randomness(void *context, uint8_t *bytes, size_t length) {
  (void)context, (void)bytes, (void)length;
  return 1;
}

static int32_t only_zeros(void *context, uint8_t *bytes, size_t length) {
  (void)context;
  memset(bytes, 0, length);
  return 0;
}

static int32_t broken_element(void *context, const uint8_t *message, size_t length,
                              uint8_t *signature) {
  (void)message, (void)length;
  memset(signature, 7, 64);
  return *(const int32_t *)context;
}

static void without_a_validator(void) {
  uint8_t secret[32], device_public[32], bytes[64];
  uint64_t number;
  size_t length;
  rc_decision decision;
  rc_state state;
  rc_vitals vitals = {0};
  CHECK(rc_make_key(NULL, NULL, &secret, &device_public), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_make_key(only_zeros, NULL, NULL, &device_public), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_make_key(only_zeros, NULL, &secret, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_make_key(only_zeros, NULL, &secret, &device_public), RC_ANSWER_RANDOM_FAILED);
  CHECK(rc_make_key(no_randomness, NULL, &secret, &device_public), RC_ANSWER_RANDOM_FAILED);
  rc_validator none[] = {0, 1, UINT64_MAX};
  for (int place = 0; place < 3; place++) {
    rc_validator it = none[place];
    CHECK(rc_close(it), RC_ANSWER_CLOSED);
    CHECK(rc_scan(it, code, code_length, &now, &decision), RC_ANSWER_CLOSED);
    CHECK(rc_take_bundle(it, bundle, bundle_length, &number), RC_ANSWER_CLOSED);
    CHECK(rc_pass(it, &now, &number), RC_ANSWER_CLOSED);
    CHECK(rc_void_overdue(it, &now, &number), RC_ANSWER_CLOSED);
    CHECK(rc_undo(it, RC_UNDO_REASON_UNSAID, &now, &number), RC_ANSWER_CLOSED);
    CHECK(rc_move_to(it, &settings.place), RC_ANSWER_CLOSED);
    CHECK(rc_read_state(it, &state), RC_ANSWER_CLOSED);
    CHECK(rc_next_segment(it, 0, &now, bytes, sizeof bytes, &length), RC_ANSWER_CLOSED);
    CHECK(rc_held_through(it, 0, &now), RC_ANSWER_CLOSED);
    CHECK(rc_heartbeat(it, &vitals, &now, bytes, sizeof bytes, &length), RC_ANSWER_CLOSED);
    CHECK(rc_settle(it, &now), RC_ANSWER_CLOSED);
  }
}

static void opened_with(rc_settings wrong, rc_answer expected) {
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_validator validator = 99;
  CHECK(rc_open(&wrong, &storage, &now, &validator), expected);
  demand(validator == 0, "no validator", (long)validator);
  memory_free(&files);
}

static void opened_wrongly(void) {
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_validator validator;
  rc_moment wrong_time = now;
  wrong_time.trust = 4;
  CHECK(rc_open(NULL, &storage, &now, &validator), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_open(&settings, NULL, &now, &validator), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_open(&settings, &storage, NULL, &validator), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_open(&settings, &storage, &now, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_open(&settings, &storage, &wrong_time, &validator), RC_ANSWER_BAD_ARGUMENT);
  storage.sync = NULL;
  CHECK(rc_open(&settings, &storage, &now, &validator), RC_ANSWER_NULL_ARGUMENT);

  rc_settings wrong = settings;
  wrong.abi_version += 1;
  opened_with(wrong, RC_ANSWER_OTHER_ABI);
  wrong = settings, wrong.office_algorithm = 0;
  opened_with(wrong, RC_ANSWER_BAD_ARGUMENT);
  wrong = settings, wrong.office_algorithm = RC_ALGORITHM_ES256;
  opened_with(wrong, RC_ANSWER_BAD_KEY);
  wrong = settings, memset(wrong.device_secret, 0, sizeof wrong.device_secret);
  opened_with(wrong, RC_ANSWER_BAD_KEY);
  wrong = settings, wrong.place.mode = 0;
  opened_with(wrong, RC_ANSWER_BAD_ARGUMENT);
  wrong = settings, wrong.place.passage = 4;
  opened_with(wrong, RC_ANSWER_BAD_ARGUMENT);
  wrong = settings, wrong.place.direction = 2;
  opened_with(wrong, RC_ANSWER_BAD_ARGUMENT);
  wrong = settings, wrong.place.fare_minor = INT64_MAX;
  opened_with(wrong, RC_ANSWER_BAD_ARGUMENT);
  wrong = settings, wrong.place.stop = "\xff";
  opened_with(wrong, RC_ANSWER_BAD_TEXT);
  char endless[300];
  memset(endless, 'a', sizeof endless);
  wrong = settings, wrong.place.line = endless;
  opened_with(wrong, RC_ANSWER_TOO_LONG);
}

static void arguments_of_an_open_one(rc_validator it) {
  uint8_t bytes[64];
  uint64_t number;
  size_t length;
  rc_decision decision;
  rc_vitals vitals = {0};
  rc_moment wrong_time = now;
  wrong_time.trust = UINT32_MAX;
  const size_t huge = SIZE_MAX;
  CHECK(rc_take_bundle(it, NULL, 5, &number), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_take_bundle(it, bundle, bundle_length, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_take_bundle(it, bundle, huge, &number), RC_ANSWER_TOO_LONG);
  CHECK(rc_take_bundle(it, bundle, 0, &number), RC_ANSWER_BUNDLE_DAMAGED);
  CHECK(rc_take_bundle(it, bundle, bundle_length / 2, &number), RC_ANSWER_BUNDLE_NOT_SIGNED);
  bundle[bundle_length - 1] ^= 1;
  CHECK(rc_take_bundle(it, bundle, bundle_length, &number), RC_ANSWER_BUNDLE_NOT_SIGNED);
  bundle[bundle_length - 1] ^= 1;
  CHECK(rc_scan(it, code, code_length, &now, &decision), RC_ANSWER_NO_BUNDLE);
  CHECK(rc_take_bundle(it, bundle, bundle_length, &number), RC_ANSWER_OK);
  CHECK(rc_take_bundle(it, bundle, bundle_length, &number), RC_ANSWER_BUNDLE_NOT_NEWER);

  CHECK(rc_scan(it, NULL, 5, &now, &decision), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_scan(it, code, code_length, NULL, &decision), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_scan(it, code, code_length, &now, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_scan(it, code, code_length, &wrong_time, &decision), RC_ANSWER_BAD_ARGUMENT);
  CHECK(rc_scan(it, code, huge, &now, &decision), RC_ANSWER_TOO_LONG);
  CHECK(rc_scan(it, code, 65537, &now, &decision), RC_ANSWER_TOO_LONG);
  CHECK(rc_scan(it, NULL, 0, &now, &decision), RC_ANSWER_OK);
  demand(decision.outcome == RC_OUTCOME_UNREADABLE && decision.admit == 0, "nothing", 0);
  CHECK(rc_scan(it, code, code_length - 1, &now, &decision), RC_ANSWER_OK);
  demand(decision.admit == 0, "half a code", decision.outcome);

  CHECK(rc_pass(it, &now, &number), RC_ANSWER_NOTHING);
  CHECK(rc_pass(it, NULL, &number), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_pass(it, &now, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_void_overdue(it, &now, &number), RC_ANSWER_NOTHING);
  CHECK(rc_undo(it, RC_UNDO_REASON_UNSAID, &now, &number), RC_ANSWER_NOTHING);
  CHECK(rc_undo(it, 0, &now, &number), RC_ANSWER_BAD_ARGUMENT);
  CHECK(rc_undo(it, 5, &now, &number), RC_ANSWER_BAD_ARGUMENT);
  CHECK(rc_move_to(it, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_read_state(it, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_next_segment(it, 0, &now, NULL, huge, &length), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_next_segment(it, 0, &now, bytes, huge, &length), RC_ANSWER_TOO_LONG);
  CHECK(rc_next_segment(it, 0, &now, bytes, 0, &length), RC_ANSWER_BUFFER_TOO_SMALL);
  CHECK(rc_next_segment(it, 0, &now, bytes, sizeof bytes, &length), RC_ANSWER_BUFFER_TOO_SMALL);
  CHECK(rc_next_segment(it, 0, &now, bytes, sizeof bytes, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_held_through(it, UINT64_MAX, &now), RC_ANSWER_JOURNAL_OLDER);
  CHECK(rc_held_through(it, 0, NULL), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_heartbeat(it, NULL, &now, bytes, sizeof bytes, &length), RC_ANSWER_NULL_ARGUMENT);
  CHECK(rc_heartbeat(it, &vitals, &now, bytes, sizeof bytes, &length),
        RC_ANSWER_BUFFER_TOO_SMALL);
  CHECK(rc_settle(it, NULL), RC_ANSWER_NULL_ARGUMENT);
}

/* Whether a sync ran into full storage or into a broken one makes no difference any more. */
static void expect_trouble(rc_answer found, rc_answer expected, const char *call, long step) {
  if (found != RC_ANSWER_STORAGE_FAILED)
    expect(found, expected, call, (int)step);
}

/* The storage fails at its first call, its second, and so on: nobody passes unless all went well,
 * and what was opened works again once the storage does. Tells whether anything failed. */
static int failing_from(long step, int32_t failure, rc_answer expected) {
  memory files = {.fails_in = step, .failure = failure};
  rc_storage storage = memory_storage(&files);
  rc_validator it;
  uint64_t number;
  rc_decision decision;
  rc_answer opened = rc_open(&settings, &storage, &now, &it);
  if (opened != RC_ANSWER_OK) {
    expect_trouble(opened, expected, "rc_open on failing storage", step);
    memory_free(&files);
    return 1;
  }
  rc_answer taken = rc_take_bundle(it, bundle, bundle_length, &number);
  rc_answer scanned = rc_scan(it, code, code_length, &now, &decision);
  if (taken != RC_ANSWER_OK) {
    expect_trouble(taken, expected, "rc_take_bundle on failing storage", step);
    expect(scanned, RC_ANSWER_NO_BUNDLE, "rc_scan without a bundle", (int)step);
    files.fails_in = -1;
    CHECK(rc_take_bundle(it, bundle, bundle_length, &number), RC_ANSWER_OK);
  } else if (scanned != RC_ANSWER_OK)
    expect_trouble(scanned, expected, "rc_scan on failing storage", step);
  else
    demand(decision.admit == 1, "let through", decision.outcome);
  files.fails_in = -1;
  CHECK(rc_scan(it, code, code_length, &now, &decision), RC_ANSWER_OK);
  CHECK(rc_close(it), RC_ANSWER_OK);
  CHECK(rc_close(it), RC_ANSWER_CLOSED);
  memory_free(&files);
  return taken != RC_ANSWER_OK || scanned != RC_ANSWER_OK;
}

static void failing_storage(int32_t failure, rc_answer expected) {
  long step = 0;
  while (failing_from(step, failure, expected))
    step += 1;
  demand(step > 8, "steps of the storage", step);
}

static void lying_storage(void) {
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_validator it;
  CHECK(rc_open(&settings, &storage, &now, &it), RC_ANSWER_OK);
  CHECK(rc_close(it), RC_ANSWER_OK);
  files.lie = UINT64_C(1) << 60;
  CHECK(rc_open(&settings, &storage, &now, &it), RC_ANSWER_STORAGE_FAILED);
  files.lie = 1;
  CHECK(rc_open(&settings, &storage, &now, &it), RC_ANSWER_STORAGE_FAILED);
  files.lie = 0;
  for (int place = 0; place < FILES_MAX; place++)
    if (strncmp(files.files[place].name, "journal-", 8) == 0)
      files.files[place].bytes[0] ^= 1;
  CHECK(rc_open(&settings, &storage, &now, &it), RC_ANSWER_JOURNAL_DAMAGED);
  memory_free(&files);
}

static void called_from_within(void) {
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_validator it;
  uint64_t number;
  rc_decision decision;
  CHECK(rc_open(&settings, &storage, &now, &it), RC_ANSWER_OK);
  CHECK(rc_take_bundle(it, bundle, bundle_length, &number), RC_ANSWER_OK);
  files.called_from_within = it;
  CHECK(rc_scan(it, code, code_length, &now, &decision), RC_ANSWER_OK);
  expect(files.answer_from_within, RC_ANSWER_BUSY, "rc_read_state from within", __LINE__);
  files.called_from_within = 0;
  CHECK(rc_close(it), RC_ANSWER_OK);
  memory_free(&files);
}

static void broken_key(void) {
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_settings with_element = settings;
  rc_validator it;
  uint8_t bytes[4096];
  size_t length;
  int32_t answer = 0;
  with_element.sign = broken_element;
  with_element.sign_context = &answer;
  memset(with_element.device_public, 0, sizeof with_element.device_public);
  CHECK(rc_open(&with_element, &storage, &now, &it), RC_ANSWER_BAD_KEY);
  memcpy(with_element.device_public, settings.office_key, sizeof with_element.device_public);
  CHECK(rc_open(&with_element, &storage, &now, &it), RC_ANSWER_OK);
  CHECK(rc_next_segment(it, 0, &now, bytes, sizeof bytes, &length), RC_ANSWER_SIGNING_FAILED);
  answer = 1;
  CHECK(rc_next_segment(it, 0, &now, bytes, sizeof bytes, &length), RC_ANSWER_SIGNING_FAILED);
  CHECK(rc_close(it), RC_ANSWER_OK);
  memory_free(&files);
}

int main(int count, char **words) {
  demand(count == 5, "words", count);
  size_t length;
  uint8_t *key = read_hex(words[1], &length);
  demand(length == sizeof settings.office_key, "bytes of the office's key", (long)length);
  bundle = read_hex(words[2], &bundle_length);
  code = read_hex(words[4], &code_length);
  now = (rc_moment){.unix_s = strtoll(words[3], NULL, 10), .ms = 1, .trust = RC_TRUST_SYNCED};
  settings.abi_version = rc_abi_version();
  settings.validator = 1;
  settings.operator_id = 1;
  settings.office_algorithm = RC_ALGORITHM_EDDSA;
  memcpy(settings.office_key, key, sizeof settings.office_key);
  memset(settings.device_secret, 50, sizeof settings.device_secret);
  settings.place = (rc_place){
      .mode = RC_MODE_METRO, .passage = RC_PASSAGE_IN, .direction = -1, .fare_minor = -1};
  settings.passage_ms = 5000;

  without_a_validator();
  opened_wrongly();
  memory files = {.fails_in = -1};
  rc_storage storage = memory_storage(&files);
  rc_validator it;
  CHECK(rc_open(&settings, &storage, &now, &it), RC_ANSWER_OK);
  arguments_of_an_open_one(it);
  CHECK(rc_close(it), RC_ANSWER_OK);
  memory_free(&files);
  failing_storage(RC_STORAGE_ANSWER_FULL, RC_ANSWER_STORAGE_FULL);
  failing_storage(RC_STORAGE_ANSWER_FAILED, RC_ANSWER_STORAGE_FAILED);
  failing_storage(-77, RC_ANSWER_STORAGE_FAILED);
  lying_storage();
  called_from_within();
  broken_key();
  free(key);
  free(bundle);
  free(code);
  puts("every mistake has its answer");
  return 0;
}
