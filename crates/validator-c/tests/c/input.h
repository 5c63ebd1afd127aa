/* Lines of words and hex, as the tests hand them over: C has no JSON of its own. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

/* Reads hex into bytes of its own, to be freed; "-" is none. Ends the program if it is no hex. */
uint8_t *read_hex(const char *hex, size_t *length);

/* Ends the program with a line of its own unless `holds`. */
void demand(int holds, const char *what, long found);

#endif
