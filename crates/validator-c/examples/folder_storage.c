/* A storage over a folder of POSIX files: what survives a power cut is what fsync returned for,
 * and a file that is replaced is the old one or the new one, never half of one. */
#define _XOPEN_SOURCE 700

#include "folder_storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PATH_CAPACITY = 1024 };

static int32_t answer(void) {
  switch (errno) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return RC_STORAGE_ANSWER_FULL;
  case ENOENT:
    return RC_STORAGE_ANSWER_MISSING;
  default:
    return RC_STORAGE_ANSWER_FAILED;
  }
}

static int path_of(char *path, const void *folder, const char *name, const char *ending) {
  int length = snprintf(path, PATH_CAPACITY, "%s/%s%s", (const char *)folder, name, ending);
  return length > 0 && length < PATH_CAPACITY ? 0 : -1;
}

static int open_file(const void *folder, const char *name, int flags) {
  char path[PATH_CAPACITY];
  if (path_of(path, folder, name, "") != 0) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return open(path, flags | O_CLOEXEC, 0600);
}

/* Closes a file; what went wrong before counts more than what goes wrong now. */
static int32_t closed(int file, int32_t before) {
  if (close(file) != 0 && before == RC_STORAGE_ANSWER_OK)
    return answer();
  return before;
}

static int32_t write_all(int file, const uint8_t *bytes, size_t length, off_t at) {
  while (length > 0) {
    ssize_t written = pwrite(file, bytes, length, at);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return answer();
    bytes += written;
    length -= (size_t)written;
    at += written;
  }
  return RC_STORAGE_ANSWER_OK;
}

static int32_t list(void *folder, rc_found found, void *sink) {
  DIR *names = opendir((const char *)folder);
  if (names == NULL)
    return RC_STORAGE_ANSWER_FAILED;
  for (struct dirent *entry = readdir(names); entry != NULL; entry = readdir(names)) {
    if (entry->d_name[0] != '.')
      found(sink, entry->d_name);
  }
  closedir(names);
  return RC_STORAGE_ANSWER_OK;
}

static int32_t length_of(void *folder, const char *name, uint64_t *length) {
  char path[PATH_CAPACITY];
  struct stat found;
  if (path_of(path, folder, name, "") != 0)
    return RC_STORAGE_ANSWER_FAILED;
  if (stat(path, &found) != 0)
    return answer();
  *length = (uint64_t)found.st_size;
  return RC_STORAGE_ANSWER_OK;
}

static int32_t read_bytes(void *folder, const char *name, uint64_t from, uint8_t *bytes,
                          size_t length) {
  int file = open_file(folder, name, O_RDONLY);
  if (file < 0)
    return answer();
  int32_t done = RC_STORAGE_ANSWER_OK;
  while (length > 0 && done == RC_STORAGE_ANSWER_OK) {
    ssize_t got = pread(file, bytes, length, (off_t)from);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      done = RC_STORAGE_ANSWER_FAILED;
    else {
      bytes += got;
      length -= (size_t)got;
      from += (uint64_t)got;
    }
  }
  return closed(file, done);
}

static int32_t write_bytes(void *folder, const char *name, uint64_t at, const uint8_t *bytes,
                           size_t length) {
  int file = open_file(folder, name, O_WRONLY);
  if (file < 0)
    return answer();
  return closed(file, write_all(file, bytes, length, (off_t)at));
}

static int32_t sync_file(void *folder, const char *name) {
  int file = open_file(folder, name, O_WRONLY);
  if (file < 0)
    return answer();
  return closed(file, fdatasync(file) == 0 ? RC_STORAGE_ANSWER_OK : answer());
}

static int32_t cut(void *folder, const char *name, uint64_t length) {
  int file = open_file(folder, name, O_WRONLY);
  if (file < 0)
    return answer();
  return closed(file, ftruncate(file, (off_t)length) == 0 ? RC_STORAGE_ANSWER_OK : answer());
}

/* A name survives a power cut once its folder was synced. */
static int32_t sync_names(const void *folder) {
  int names = open((const char *)folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (names < 0)
    return answer();
  return closed(names, fsync(names) == 0 ? RC_STORAGE_ANSWER_OK : answer());
}

static int32_t replace(void *folder, const char *name, const uint8_t *bytes, size_t length) {
  char path[PATH_CAPACITY], draft[PATH_CAPACITY];
  if (path_of(path, folder, name, "") != 0 || path_of(draft, folder, name, ".draft") != 0)
    return RC_STORAGE_ANSWER_FAILED;
  int file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0)
    return answer();
  int32_t done = write_all(file, bytes, length, 0);
  if (done == RC_STORAGE_ANSWER_OK && fsync(file) != 0)
    done = answer();
  done = closed(file, done);
  if (done != RC_STORAGE_ANSWER_OK)
    return done;
  return rename(draft, path) == 0 ? sync_names(folder) : answer();
}

static int32_t remove_file(void *folder, const char *name) {
  char path[PATH_CAPACITY];
  if (path_of(path, folder, name, "") != 0)
    return RC_STORAGE_ANSWER_FAILED;
  return unlink(path) == 0 ? RC_STORAGE_ANSWER_OK : answer();
}

static int32_t free_bytes(void *folder, uint64_t *bytes) {
  struct statvfs found;
  if (statvfs((const char *)folder, &found) != 0)
    return answer();
  *bytes = (uint64_t)found.f_bavail * found.f_frsize;
  return RC_STORAGE_ANSWER_OK;
}

rc_storage folder_storage(const char *folder) {
  return (rc_storage){
      .context = (void *)folder,
      .list = list,
      .length = length_of,
      .read = read_bytes,
      .write = write_bytes,
      .sync = sync_file,
      .cut = cut,
      .replace = replace,
      .remove = remove_file,
      .free_bytes = free_bytes,
  };
}
