/* How much memory a validator needs with a long deny list, in kilobytes.
 *
 *   weight FOLDER OFFICE_KEY BUNDLE_FILE
 *
 * The bundle is read from a file into memory that is given back before the second figure. Output:
 * refused credentials, kilobytes resident when open, and at the most while the bundle was taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder_storage.h"
#include "input.h"

static long kilobytes(const char *what) {
  char line[256];
  long found = -1;
  FILE *status = fopen("/proc/self/status", "r");
  demand(status != NULL, "/proc/self/status", 0);
  while (fgets(line, sizeof line, status) != NULL)
    if (strncmp(line, what, strlen(what)) == 0)
      found = strtol(line + strlen(what), NULL, 10);
  fclose(status);
  return found;
}

static void take(rc_validator validator, const char *path) {
  FILE *file = fopen(path, "rb");
  demand(file != NULL && fseek(file, 0, SEEK_END) == 0, path, 0);
  long length = ftell(file);
  uint8_t *bytes = malloc((size_t)length);
  uint64_t version;
  rewind(file);
  demand(bytes != NULL && fread(bytes, 1, (size_t)length, file) == (size_t)length, path, length);
  fclose(file);
  rc_answer answer = rc_take_bundle(validator, bytes, (size_t)length, &version);
  demand(answer == RC_ANSWER_OK, rc_answer_text(answer), answer);
  free(bytes);
}

int main(int count, char **words) {
  demand(count == 4, "words", count);
  rc_settings settings;
  memset(&settings, 0, sizeof settings);
  size_t length;
  uint8_t *key = read_hex(words[2], &length);
  settings.abi_version = RC_ABI_VERSION;
  settings.validator = 1;
  settings.operator_id = 1;
  settings.office_algorithm = RC_ALGORITHM_EDDSA;
  memcpy(settings.office_key, key, sizeof settings.office_key);
  free(key);
  memset(settings.device_secret, 50, sizeof settings.device_secret);
  settings.place = (rc_place){
      .mode = RC_MODE_METRO, .passage = RC_PASSAGE_IN, .direction = -1, .fare_minor = -1};
  rc_moment now = {.unix_s = 1795219200, .ms = 1, .trust = RC_TRUST_SYNCED};
  rc_storage storage = folder_storage(words[1]);
  rc_validator validator;
  rc_state state;
  rc_answer answer = rc_open(&settings, &storage, &now, &validator);
  demand(answer == RC_ANSWER_OK, rc_answer_text(answer), answer);
  take(validator, words[3]);
  demand(rc_read_state(validator, &state) == RC_ANSWER_OK, "looked at", 0);
  printf("%llu %ld %ld\n", (unsigned long long)state.denied, kilobytes("VmRSS:"),
         kilobytes("VmHWM:"));
  demand(rc_close(validator) == RC_ANSWER_OK, "closed", 0);
  return 0;
}
