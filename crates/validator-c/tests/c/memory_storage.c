#include "memory_storage.h"

#include <stdlib.h>
#include <string.h>

static int fails(memory *files) {
  if (files->fails_in < 0)
    return 0;
  if (files->fails_in == 0)
    return 1;
  files->fails_in -= 1;
  return 0;
}

static memory_file *find(memory *files, const char *name) {
  for (int place = 0; place < FILES_MAX; place++)
    if (strcmp(files->files[place].name, name) == 0)
      return &files->files[place];
  return NULL;
}

static int32_t resize(memory_file *file, size_t length) {
  uint8_t *grown = realloc(file->bytes, length > 0 ? length : 1);
  if (grown == NULL)
    return RC_STORAGE_ANSWER_FULL;
  if (length > file->length)
    memset(grown + file->length, 0, length - file->length);
  file->bytes = grown;
  file->length = length;
  return RC_STORAGE_ANSWER_OK;
}

static int32_t list(void *context, rc_found found, void *sink) {
  memory *files = context;
  if (fails(files))
    return files->failure;
  found(sink, NULL);
  for (int place = 0; place < FILES_MAX; place++)
    if (files->files[place].name[0] != '\0')
      found(sink, files->files[place].name);
  return RC_STORAGE_ANSWER_OK;
}

static int32_t length_of(void *context, const char *name, uint64_t *length) {
  memory *files = context;
  memory_file *file = find(files, name);
  if (fails(files))
    return files->failure;
  if (file == NULL)
    return RC_STORAGE_ANSWER_MISSING;
  *length = file->length + files->lie;
  return RC_STORAGE_ANSWER_OK;
}

static int32_t read_bytes(void *context, const char *name, uint64_t from, uint8_t *bytes,
                          size_t length) {
  memory *files = context;
  memory_file *file = find(files, name);
  if (fails(files))
    return files->failure;
  if (file == NULL)
    return RC_STORAGE_ANSWER_MISSING;
  if (from > file->length || length > file->length - from)
    return RC_STORAGE_ANSWER_FAILED;
  memcpy(bytes, file->bytes + from, length);
  return RC_STORAGE_ANSWER_OK;
}

static int32_t write_bytes(void *context, const char *name, uint64_t at, const uint8_t *bytes,
                           size_t length) {
  memory *files = context;
  memory_file *file = find(files, name);
  if (files->called_from_within != 0) {
    rc_state state;
    files->answer_from_within = rc_read_state(files->called_from_within, &state);
  }
  if (fails(files))
    return files->failure;
  if (file == NULL)
    return RC_STORAGE_ANSWER_MISSING;
  if (at + length > file->length && resize(file, at + length) != RC_STORAGE_ANSWER_OK)
    return RC_STORAGE_ANSWER_FULL;
  memcpy(file->bytes + at, bytes, length);
  return RC_STORAGE_ANSWER_OK;
}

static int32_t sync_file(void *context, const char *name) {
  memory *files = context;
  if (fails(files))
    return files->failure;
  return find(files, name) != NULL ? RC_STORAGE_ANSWER_OK : RC_STORAGE_ANSWER_MISSING;
}

static int32_t cut(void *context, const char *name, uint64_t length) {
  memory *files = context;
  memory_file *file = find(files, name);
  if (fails(files))
    return files->failure;
  return file != NULL ? resize(file, length) : RC_STORAGE_ANSWER_MISSING;
}

static int32_t replace(void *context, const char *name, const uint8_t *bytes, size_t length) {
  memory *files = context;
  if (fails(files))
    return files->failure;
  memory_file *file = find(files, name);
  if (file == NULL)
    file = find(files, "");
  if (file == NULL || strlen(name) >= NAME_CAPACITY || resize(file, length) != 0)
    return RC_STORAGE_ANSWER_FULL;
  strcpy(file->name, name);
  memcpy(file->bytes, bytes, length);
  return RC_STORAGE_ANSWER_OK;
}

static int32_t remove_file(void *context, const char *name) {
  memory *files = context;
  memory_file *file = find(files, name);
  if (fails(files))
    return files->failure;
  if (file == NULL)
    return RC_STORAGE_ANSWER_MISSING;
  free(file->bytes);
  memset(file, 0, sizeof *file);
  return RC_STORAGE_ANSWER_OK;
}

rc_storage memory_storage(memory *files) {
  return (rc_storage){
      .context = files,
      .list = list,
      .length = length_of,
      .read = read_bytes,
      .write = write_bytes,
      .sync = sync_file,
      .cut = cut,
      .replace = replace,
      .remove = remove_file,
      .free_bytes = NULL,
  };
}

void memory_free(memory *files) {
  for (int place = 0; place < FILES_MAX; place++)
    free(files->files[place].bytes);
  memset(files, 0, sizeof *files);
}
