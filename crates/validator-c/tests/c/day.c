/* A short day of a gate on a folder: opened, told its bundle, riders let in, passed, taken back,
 * the power cut, everything sent up.
 *
 *   day FOLDER OUT OFFICE_KEY BUNDLE NOW FIRST_CODE SECOND_CODE
 *
 * Bytes to send are left in OUT for the test to check, which knows the validator's key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder_storage.h"
#include "input.h"

enum { SEGMENT_CAPACITY = 4096, PASSAGE_MS = 5000 };

typedef struct code {
  uint8_t *bytes;
  size_t length;
} code;

static void ok(rc_answer answer, const char *what) {
  if (answer != RC_ANSWER_OK)
    fprintf(stderr, "%s: ", rc_answer_text(answer));
  demand(answer == RC_ANSWER_OK, what, answer);
}

/* A reader would ask its hardware; the test has to know the key. */
static int32_t random_bytes(void *context, uint8_t *bytes, size_t length) {
  memset(bytes, *(const uint8_t *)context, length);
  return 0;
}

static rc_decision scan(rc_validator gate, code shown, const rc_moment *now) {
  rc_decision decision;
  ok(rc_scan(gate, shown.bytes, shown.length, now, &decision), "scanned");
  printf("%s %s %s %s\n", decision.word, decision.shown_zh, decision.shown, decision.remedy);
  return decision;
}

static rc_state look(rc_validator gate) {
  rc_state state;
  ok(rc_read_state(gate, &state), "looked at");
  return state;
}

static void keep(const char *folder, const char *name, const uint8_t *bytes, size_t length) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  demand(file != NULL && fwrite(bytes, 1, length, file) == length, "kept", (long)length);
  fclose(file);
}

static void send_all(rc_validator gate, const char *out, const rc_moment *now) {
  uint8_t bytes[SEGMENT_CAPACITY];
  size_t length;
  uint64_t end = look(gate).journal_end;
  for (uint64_t through = 2; through <= end + 1; through += 2) {
    char name[32];
    ok(rc_next_segment(gate, 2, now, bytes, sizeof bytes, &length), "sealed");
    snprintf(name, sizeof name, "segment-%02u", (unsigned)through);
    keep(out, name, bytes, length);
    ok(rc_held_through(gate, through < end ? through : end, now), "held");
  }
  rc_answer answer = rc_next_segment(gate, 0, now, bytes, sizeof bytes, &length);
  demand(answer == RC_ANSWER_NOTHING, "all was sent", answer);
  rc_vitals vitals = {.scans = 4, .p50_us = 900, .p95_us = 1100, .p99_us = 1200};
  ok(rc_heartbeat(gate, &vitals, now, bytes, sizeof bytes, &length), "alive");
  keep(out, "heartbeat", bytes, length);
}

static void second_phase(rc_validator gate, const code codes[2], rc_moment now) {
  uint64_t accepted;
  rc_decision first = scan(gate, codes[0], &now);
  demand(look(gate).barrier_open == 1, "open", 0);
  demand(look(gate).next_due_ms == now.ms + PASSAGE_MS + 1, "due", (long)look(gate).next_due_ms);
  ok(rc_pass(gate, &now, &accepted), "passed");
  demand(accepted == first.sequence, "who passed", (long)accepted);
  demand(rc_pass(gate, &now, &accepted) == RC_ANSWER_NOTHING, "one was let in", 0);

  rc_decision second = scan(gate, codes[1], &now);
  now.ms += PASSAGE_MS + 1;
  now.unix_s += 5;
  ok(rc_void_overdue(gate, &now, &accepted), "nobody passed");
  demand(accepted == second.sequence, "who did not pass", (long)accepted);
  demand(rc_void_overdue(gate, &now, &accepted) == RC_ANSWER_NOTHING, "voided once", 0);
  demand(look(gate).barrier_open == 0, "closed", 0);

  rc_decision again = scan(gate, codes[1], &now);
  ok(rc_undo(gate, RC_UNDO_REASON_RIDER_LEFT, &now, &accepted), "taken back");
  demand(accepted == again.sequence, "what was taken back", (long)accepted);
}

int main(int count, char **words) {
  demand(count == 8, "words", count);
  rc_settings settings;
  memset(&settings, 0, sizeof settings);
  size_t length;
  uint8_t seed = 50, device_public[32];
  uint64_t version;
  uint8_t *key = read_hex(words[3], &length);
  demand(length == sizeof settings.office_key, "bytes of the office's key", (long)length);
  uint8_t *bundle = read_hex(words[4], &length);
  code codes[2];
  for (int place = 0; place < 2; place++)
    codes[place].bytes = read_hex(words[6 + place], &codes[place].length);

  settings.abi_version = RC_ABI_VERSION;
  settings.validator = 0x2001;
  settings.operator_id = 1;
  settings.office_algorithm = RC_ALGORITHM_EDDSA;
  memcpy(settings.office_key, key, sizeof settings.office_key);
  settings.place = (rc_place){.mode = RC_MODE_METRO,
                              .passage = RC_PASSAGE_IN,
                              .stop = "gz-xilang",
                              .vehicle = "gate-3",
                              .direction = -1,
                              .fare_minor = -1};
  settings.passage_ms = PASSAGE_MS;
  ok(rc_make_key(random_bytes, &seed, &settings.device_secret, &device_public), "a key");
  rc_moment now = {.unix_s = strtoll(words[5], NULL, 10), .ms = 1000, .trust = RC_TRUST_SYNCED};
  rc_storage storage = folder_storage(words[1]);

  rc_validator gate;
  ok(rc_open(&settings, &storage, &now, &gate), "opened");
  rc_decision decision;
  rc_answer none = rc_scan(gate, codes[0].bytes, codes[0].length, &now, &decision);
  demand(none == RC_ANSWER_NO_BUNDLE, "nothing is decided without a bundle", none);
  ok(rc_take_bundle(gate, bundle, length, &version), "a bundle");
  demand(rc_take_bundle(gate, bundle, length, &version) == RC_ANSWER_BUNDLE_NOT_NEWER, "once", 0);
  second_phase(gate, codes, now);
  ok(rc_close(gate), "closed");

  now.unix_s += 20;
  ok(rc_open(&settings, &storage, &now, &gate), "opened again");
  demand(look(gate).bundle_version == version, "the bundle stayed", 0);
  scan(gate, codes[0], &now);
  settings.place.stop = "gz-tiyuxilu";
  ok(rc_move_to(gate, &settings.place), "moved");
  scan(gate, codes[1], &now);
  ok(rc_settle(gate, &now), "settled");
  send_all(gate, words[2], &now);
  ok(rc_close(gate), "closed for the night");
  free(key);
  free(bundle);
  free(codes[0].bytes);
  free(codes[1].bytes);
  return 0;
}
