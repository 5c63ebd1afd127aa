/* A storage for rc_open over a folder of POSIX files. To be copied and changed at will. */
#ifndef FOLDER_STORAGE_H
#define FOLDER_STORAGE_H

#include "ridecode_validator.h"

/* A storage whose files lie in `folder`, which has to be there. The text is kept, not copied: it
 * is to live as long as the storage. */
rc_storage folder_storage(const char *folder);

#endif
