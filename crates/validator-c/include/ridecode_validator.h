/* Ridecode: the validator as a C library. Made from crates/validator-c; do not edit.
 *
 * docs/validator-library.md tells how to build, link and use it. In short: rc_open on a storage,
 * rc_take_bundle once, then rc_scan for every code; what it admits is on the storage before it
 * returns. Every function answers an rc_answer, and nothing but RC_ANSWER_OK lets anybody through.
 *
 * Threads: any function from any thread. Two calls on one validator at once: the second answers
 * RC_ANSWER_BUSY and does nothing. Different validators never wait for each other.
 */

#ifndef RIDECODE_VALIDATOR_H
#define RIDECODE_VALIDATOR_H

#include <stddef.h>
#include <stdint.h>

// Bytes of a text in a struct, with the zero behind it.
#define RC_TEXT_CAPACITY 64

// The version of this header. It grows when anything in it changes that a program built with the
// one before could notice.
#define RC_ABI_VERSION 1

// What a call answers. Nothing was changed unless it is `RC_ANSWER_OK`. Words are only ever
// added to this list, at its end.
enum rc_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Done.
  RC_ANSWER_OK = 0,
  // There was nothing to do: nobody expected, nothing to undo, nothing to send.
  RC_ANSWER_NOTHING = 1,
  // A pointer that must not be null is.
  RC_ANSWER_NULL_ARGUMENT = 2,
  // A number is none of its list, or a pointer is not aligned.
  RC_ANSWER_BAD_ARGUMENT = 3,
  // More bytes than there may be.
  RC_ANSWER_TOO_LONG = 4,
  // A text is no UTF-8.
  RC_ANSWER_BAD_TEXT = 5,
  // `abi_version` is not this library's `RC_ABI_VERSION`.
  RC_ANSWER_OTHER_ABI = 6,
  // No open validator has this handle: it was closed, or never opened.
  RC_ANSWER_CLOSED = 7,
  // Another call on this validator has not returned yet.
  RC_ANSWER_BUSY = 8,
  // The buffer has no room for the answer.
  RC_ANSWER_BUFFER_TOO_SMALL = 9,
  // The validator was never given a bundle.
  RC_ANSWER_NO_BUNDLE = 10,
  // The bundle is damaged. The last good one stays in force, as for the five that follow.
  RC_ANSWER_BUNDLE_DAMAGED = 11,
  // The bundle was not signed by this back office, or was cut or changed on the way.
  RC_ANSWER_BUNDLE_NOT_SIGNED = 12,
  // The bundle is for another operator.
  RC_ANSWER_BUNDLE_OTHER_OPERATOR = 13,
  // The bundle is not newer than the one in force.
  RC_ANSWER_BUNDLE_NOT_NEWER = 14,
  // The delta changes another version than the one in force: ask for the whole bundle.
  RC_ANSWER_BUNDLE_OUT_OF_ORDER = 15,
  // The bundle has two keys of an issuer under one number.
  RC_ANSWER_BUNDLE_DUPLICATE_KEY = 16,
  // The journal was changed by the disk or by a hand. Keep it for the operator, and begin with
  // empty storage under a new registration.
  RC_ANSWER_JOURNAL_DAMAGED = 17,
  // The storage is full.
  RC_ANSWER_STORAGE_FULL = 18,
  // The storage failed.
  RC_ANSWER_STORAGE_FAILED = 19,
  // The key could not sign.
  RC_ANSWER_SIGNING_FAILED = 20,
  // Randomness could not be had.
  RC_ANSWER_RANDOM_FAILED = 21,
  // The secret or the back office's key is no key.
  RC_ANSWER_BAD_KEY = 22,
  // The back office holds more of the journal than there is: the storage is an old copy.
  // Register anew, with empty storage.
  RC_ANSWER_JOURNAL_OLDER = 23,
  // The library met a mistake of its own. The validator is closed; open it again.
  RC_ANSWER_INTERNAL = 24,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_answer rc_answer;
#else
typedef uint32_t rc_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How far a time may be trusted.
enum rc_trust
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Known to be wrong: nobody is let through.
  RC_TRUST_DISTRUSTED = 0,
  // Set from a trusted source within its drift bound.
  RC_TRUST_SYNCED = 1,
  // Set from a trusted source once, and running alone since; off by at most `bound_s`.
  RC_TRUST_DRIFTING = 2,
  // Set by nobody since it was switched on; off by at most `bound_s` if it was right then.
  RC_TRUST_FREE_RUNNING = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_trust rc_trust;
#else
typedef uint32_t rc_trust;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A mode of transport. 0 is none, so that a place that was never filled in is refused.
enum rc_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // 公交
  RC_MODE_BUS = 1,
  // 地铁
  RC_MODE_METRO = 2,
  // Bus rapid transit.
  RC_MODE_BRT = 3,
  // 有轨电车
  RC_MODE_TRAM = 4,
  // 轮渡
  RC_MODE_FERRY = 5,
  // 索道
  RC_MODE_CABLEWAY = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_mode rc_mode;
#else
typedef uint32_t rc_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a tap means. 0 is none.
enum rc_passage
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // One tap is the whole ride: a bus with a flat fare.
  RC_PASSAGE_SINGLE = 1,
  // The way in.
  RC_PASSAGE_IN = 2,
  // The way out.
  RC_PASSAGE_OUT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_passage rc_passage;
#else
typedef uint32_t rc_passage;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the back office signs with. 0 is none.
enum rc_algorithm
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // ECDSA on P-256 with SHA-256: a key is a compressed point of 33 bytes.
  RC_ALGORITHM_ES256 = 1,
  // Ed25519: a key is 32 bytes and a zero.
  RC_ALGORITHM_EDDSA = 2,
  // SM2 with SM3: a key is a compressed point of 33 bytes.
  RC_ALGORITHM_SM2 = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_algorithm rc_algorithm;
#else
typedef uint32_t rc_algorithm;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The rungs of the ladder, in order of precedence: the first that applies is the answer. The
// numbers are those in journals.
enum rc_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The bytes are no code.
  RC_OUTCOME_UNREADABLE = 0,
  // A known kind of code that is not accepted.
  RC_OUTCOME_UNSUPPORTED_SCHEME = 1,
  // The issuer is not on the trust list.
  RC_OUTCOME_UNKNOWN_ISSUER = 2,
  // The issuer's certificate is not valid.
  RC_OUTCOME_BAD_CERTIFICATE = 3,
  // The issuer's signature is wrong.
  RC_OUTCOME_BAD_ISSUER_SIGNATURE = 4,
  // The phone's signature is missing: a copied credential.
  RC_OUTCOME_DEVICE_SIGNATURE_MISSING = 5,
  // The phone's signature is wrong.
  RC_OUTCOME_BAD_DEVICE_SIGNATURE = 6,
  // The credential does not live yet.
  RC_OUTCOME_NOT_YET_VALID = 7,
  // The credential no longer lives.
  RC_OUTCOME_EXPIRED = 8,
  // The code was made too long ago.
  RC_OUTCOME_STALE_TIME = 9,
  // The code claims to be made in the future.
  RC_OUTCOME_FUTURE_TIME = 10,
  // No brand of this issuer is accepted here.
  RC_OUTCOME_BRAND_NOT_ACCEPTED = 11,
  // The credential is on the deny list; `detail` says why.
  RC_OUTCOME_DENIED = 12,
  // This code was used before; silent within the first seconds.
  RC_OUTCOME_ALREADY_USED = 13,
  // The same rider was here a moment ago with another code. Silent.
  RC_OUTCOME_SAME_RIDER_TOO_SOON = 14,
  // The ride may cost more than the code or the city allows.
  RC_OUTCOME_OVER_CEILING = 15,
  // The validator does not know what time it is.
  RC_OUTCOME_CLOCK_NOT_TRUSTED = 16,
  // The deny list is too old.
  RC_OUTCOME_LIST_TOO_OLD = 17,
  // Let the rider through.
  RC_OUTCOME_ADMIT = 18,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_outcome rc_outcome;
#else
typedef uint32_t rc_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why a driver takes an accept back. 0 is none.
enum rc_undo_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No reason was given.
  RC_UNDO_REASON_UNSAID = 1,
  // The rider did not ride.
  RC_UNDO_REASON_RIDER_LEFT = 2,
  // One ride was accepted twice.
  RC_UNDO_REASON_ACCEPTED_TWICE = 3,
  // Line, stop or fare were set wrong.
  RC_UNDO_REASON_WRONG_PLACE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_undo_reason rc_undo_reason;
#else
typedef uint32_t rc_undo_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a function of the storage answers.
enum rc_storage_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Done.
  RC_STORAGE_ANSWER_OK = 0,
  // There is no room.
  RC_STORAGE_ANSWER_FULL = 1,
  // There is no file of that name.
  RC_STORAGE_ANSWER_MISSING = 2,
  // Anything else went wrong. Numbers that are none of these mean it too.
  RC_STORAGE_ANSWER_FAILED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum rc_storage_answer rc_storage_answer;
#else
typedef int32_t rc_storage_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a validator stands: written into every entry. Texts are UTF-8 of at most 255 bytes with
// a zero behind; null where there is none. They are copied.
typedef struct {
  // An `rc_mode`.
  uint32_t mode;
  // An `rc_passage`.
  uint32_t passage;
  // GTFS `route_id`, where a validator serves one line.
  const char *line;
  // GTFS `stop_id`, where it is known.
  const char *stop;
  // The vehicle or gate array.
  const char *vehicle;
  // GTFS `direction_id`, 0 or 1; -1 where it is not known.
  int32_t direction;
  // A flat fare in minor units, which a code must cover; -1 where it is not known before the
  // ride.
  int64_t fare_minor;
} rc_place;

// Who a validator is and how it works. Fill it with zeros first: a zero is the default of every
// field that has one.
typedef struct {
  // `RC_ABI_VERSION` of the header the caller was built with.
  uint32_t abi_version;
  // The validator's number, from its registration.
  uint32_t validator;
  // The operator's number, from its registration.
  uint32_t operator_id;
  // An `rc_algorithm`: what the back office signs with, from the registration.
  uint32_t office_algorithm;
  // The back office's key, from the registration.
  uint8_t office_key[33];
  // The validator's own Ed25519 secret, where it does not lie in a secure element.
  uint8_t device_secret[32];
  // The public half, where the secret lies in a secure element.
  uint8_t device_public[32];
  // Signs with a secure element: writes 64 bytes of Ed25519 signature and returns 0. Null where
  // `device_secret` holds the secret.
  int32_t (*sign)(void *context, const uint8_t *message, size_t length, uint8_t *signature);
  // Given to `sign`.
  void *sign_context;
  // Where it stands.
  rc_place place;
  // How long an accepted rider has to pass, in milliseconds; 0 without a passage sensor.
  uint32_t passage_ms;
  // Lights the lamp before the storage confirms, if not 0: faster on slow flash, and a power
  // cut in between loses what was shown. `rc_settle` then has to follow.
  uint32_t lamp_before_sync;
  // With full storage, so many entries are kept in memory and riders let through; 0: nobody is.
  uint32_t entries_in_memory_max;
  // A piece of the journal takes no further entry once it has so many bytes; 0: 2 MiB.
  uint32_t piece_length_max;
  // So many entries are kept at least; 0: 30,000.
  uint32_t entries_min;
  // Entries are kept at least so many days; 0: 30.
  uint32_t days_min;
} rc_settings;

// Takes the name of a file that is there.
typedef void (*rc_found)(void *sink, const char *name);

// Named files that survive a power cut, as functions of the caller. Names are ASCII, at most 40
// bytes, with a zero behind. Each function is given `context`, answers an `rc_storage_answer`,
// and returns before anything else happens to this validator; it must not call the library with
// the same validator. They may be called from any thread that calls the library.
typedef struct {
  // Given to every function.
  void *context;
  // Calls `found` with `sink` and the name of each file there is, in any order.
  int32_t (*list)(void *context, rc_found found, void *sink);
  // Tells a file's length in bytes.
  int32_t (*length)(void *context, const char *name, uint64_t *length);
  // Reads exactly `length` bytes of a file from byte `from` on. They are there.
  int32_t (*read)(void *context, const char *name, uint64_t from, uint8_t *bytes, size_t length);
  // Writes bytes at byte `at` of a file that is there, growing it where they reach beyond its
  // end. Need not survive a power cut before `sync`.
  int32_t (*write)(void *context, const char *name, uint64_t at, const uint8_t *bytes, size_t length);
  // Returns when everything written to a file survives a power cut, and not before: a rider
  // is let through right after.
  int32_t (*sync)(void *context, const char *name);
  // Cuts a file to so many bytes.
  int32_t (*cut)(void *context, const char *name, uint64_t length);
  // Puts a whole file in place, new or instead of the one of that name. After a power cut at
  // any moment the old or the new one is there, never half of one; once this returns, the new
  // one.
  int32_t (*replace)(void *context, const char *name, const uint8_t *bytes, size_t length);
  // Removes a file.
  int32_t (*remove)(void *context, const char *name);
  // Tells how many bytes can still be written; null if nobody can tell.
  int32_t (*free_bytes)(void *context, uint64_t *bytes);
} rc_storage;

// Now. The library reads no clock: every call that needs the time is told it.
typedef struct {
  // The time of day: seconds since 1970-01-01T00:00:00Z.
  int64_t unix_s;
  // Milliseconds of a clock that only counts up, such as since the reader was switched on.
  uint64_t ms;
  // An `rc_trust`: how far the time of day may be trusted.
  uint32_t trust;
  // The bound of `RC_TRUST_DRIFTING` and `RC_TRUST_FREE_RUNNING`, in seconds.
  uint32_t bound_s;
} rc_moment;

// An open validator. 0 is none.
typedef uint64_t rc_validator;

// An answer to a code. It is on the storage when `rc_scan` returns. Texts are UTF-8 with a zero
// behind; empty where there is nothing to say.
typedef struct {
  // The entry that it is in the journal; 0 for a silent one, which is not written.
  uint64_t sequence;
  // An `rc_outcome`.
  uint32_t outcome;
  // 1 to let the rider through, else 0: nothing else opens a barrier.
  uint32_t admit;
  // 1 if the scanner read one showing twice: leave lamp and screen as they are.
  uint32_t silent;
  // The issuer, where the code's signatures held; else 0.
  uint32_t issuer;
  // The accepted brand; 0 for none.
  uint32_t brand;
  // The issuer's category of the rider, 0 an ordinary one; -1 where the signatures did not hold.
  int32_t rider_category;
  // The most this ride may cost in minor units, where the rider is let through; else -1.
  int64_t fare_ceiling_minor;
  // What this ride costs in minor units, where the rider is let through and that is known before
  // the ride begins, a flat fare; else -1.
  int64_t fare_minor;
  // The outcome's word, as in the vectors: `stale_time`.
  char word[RC_TEXT_CAPACITY];
  // What the word leaves open, as in the vectors: `overdue`.
  char detail[RC_TEXT_CAPACITY];
  // For the screen: what happened.
  char shown[RC_TEXT_CAPACITY];
  // 屏幕显示：结果。
  char shown_zh[RC_TEXT_CAPACITY];
  // For the screen: what the rider can do.
  char remedy[RC_TEXT_CAPACITY];
  // 屏幕显示：怎么办。
  char remedy_zh[RC_TEXT_CAPACITY];
} rc_decision;

// How a validator is.
typedef struct {
  // The bundle in force; 0 for none.
  uint64_t bundle_version;
  // When it was made, in Unix seconds.
  int64_t bundle_made;
  // Refused credentials in it.
  uint64_t denied;
  // The last entry of the journal.
  uint64_t journal_end;
  // Through this entry the back office holds it.
  uint64_t held_through;
  // Bytes free on the storage; all ones where nobody can tell.
  uint64_t free_bytes;
  // When `rc_void_overdue` is to be called, by `ms` of `rc_moment`; all ones for never.
  uint64_t next_due_ms;
  // A time of day that has passed, in Unix seconds: a clock that says less is wrong.
  int64_t no_earlier_than;
  // 1 while somebody accepted is expected to pass, else 0.
  uint32_t barrier_open;
  // 1 if the storage gives trouble: fails, is full or nearly so.
  uint32_t storage_trouble;
} rc_state;

// What a heartbeat tells that the library does not know. Zeros where the caller does not either.
typedef struct {
  // How many scans the three times are about.
  uint32_t scans;
  // From the code's last byte to the lamp in microseconds: the median.
  uint32_t p50_us;
  // All but one in twenty.
  uint32_t p95_us;
  // All but one in a hundred.
  uint32_t p99_us;
  // 1 if a scanner or the passage sensor is gone.
  uint32_t scanner_gone;
} rc_vitals;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// What an answer means, in English: a text of the library, never null, never freed. A number
// that is no answer has its own text.
const char *rc_answer_text(uint32_t answer);

// The `RC_ABI_VERSION` of the library that is there, to be compared with the header's.
uint32_t rc_abi_version(void);

// Makes a validator's key, once in its life. `random` fills bytes from a source that cannot be
// guessed and returns 0; it is given `context`. The secret is to be kept where nobody reads it,
// the public half is what the validator registers with. Nothing else here needs randomness.
//
// `secret` and `public_key` have room for 32 bytes each, or are null.
rc_answer rc_make_key(int32_t (*random)(void *context, uint8_t *bytes, size_t length),
                      void *context,
                      uint8_t (*secret)[32],
                      uint8_t (*public_key)[32]);

// Opens a validator on its storage: reads the journal back and checks it, cuts what a power cut
// left unfinished, puts the last good bundle in force, and writes that it is at work. `storage`
// and the functions in it have to live until the validator is closed; everything else is copied.
//
// Each pointer is null or points to what its type says; so do the texts of the place.
rc_answer rc_open(const rc_settings *settings,
                  const rc_storage *storage,
                  const rc_moment *now,
                  rc_validator *validator);

// Closes a validator. What was shown is on the storage already; entries that wait in memory for
// room are lost, as in a power cut.
rc_answer rc_close(rc_validator validator);

// Decides about a code as the scanner delivered it, writes the decision down, and only then gives
// it to be shown. More than 65,536 bytes are `RC_ANSWER_TOO_LONG`; anything shorter is decided
// about. If this does not answer `RC_ANSWER_OK`, nobody may pass.
//
// Each pointer is null or points to what its type says; `code` to `length` bytes.
rc_answer rc_scan(rc_validator validator,
                  const uint8_t *code,
                  size_t length,
                  const rc_moment *now,
                  rc_decision *decision);

// The passage sensor saw somebody: whoever was accepted first has passed. `accepted` becomes the
// entry that was. `RC_ANSWER_NOTHING` if nobody was expected.
//
// Each pointer is null or points to what its type says.
rc_answer rc_pass(rc_validator validator, const rc_moment *now, uint64_t *accepted);

// Takes back an accept whose rider did not pass in time: the same code is good again. `accepted`
// becomes the entry that was. To be called at `next_due_ms` of `rc_state`, and again until it
// answers `RC_ANSWER_NOTHING`.
//
// Each pointer is null or points to what its type says.
rc_answer rc_void_overdue(rc_validator validator, const rc_moment *now, uint64_t *accepted);

// The driver takes the last accept back, within two minutes and before the rider passed. `reason`
// is an `rc_undo_reason`. `accepted` becomes the entry that was. `RC_ANSWER_NOTHING` if there is
// none, or not any more.
//
// Each pointer is null or points to what its type says.
rc_answer rc_undo(rc_validator validator,
                  uint32_t reason,
                  const rc_moment *now,
                  uint64_t *accepted);

// The validator stands elsewhere from the next code on: another line, or the next stop.
//
// `place` is null or points to a place, whose texts are null or can be read up to their zero.
rc_answer rc_move_to(rc_validator validator, const rc_place *place);

// Takes a sealed bundle, or a delta on the one in force, as the back office delivered it: keeps
// it, and puts it in force whole from the next code on. `version` becomes its version. One that
// is not good is refused with its reason, and the last good one stays.
//
// Each pointer is null or points to what its type says; `sealed` to `length` bytes.
rc_answer rc_take_bundle(rc_validator validator,
                         const uint8_t *sealed,
                         size_t length,
                         uint64_t *version);

// Tells how a validator is.
//
// `state` is null or has room for one.
rc_answer rc_read_state(rc_validator validator, rc_state *state);

// Seals the oldest entries that the back office does not hold into a segment, to be sent: as
// many as fit into `capacity` bytes, at most `entries_max` (0: 1,000). `length` becomes its
// length. 4,096 bytes hold any one entry, 1 MiB any segment. The same entries come again until
// `rc_held_through` says that they are held. `RC_ANSWER_NOTHING` if all are.
//
// Each pointer is null or points to what its type says; `segment` to room for `capacity` bytes.
rc_answer rc_next_segment(rc_validator validator,
                          uint32_t entries_max,
                          const rc_moment *now,
                          uint8_t *segment,
                          size_t capacity,
                          size_t *length);

// The back office answered that it holds the journal through that entry. Old pieces of it go, as
// far as the settings allow. `RC_ANSWER_JOURNAL_OLDER` if there is no such entry here.
//
// `now` is null or points to a moment.
rc_answer rc_held_through(rc_validator validator, uint64_t through, const rc_moment *now);

// Seals a heartbeat, to be sent every minute or as the back office asks. `length` becomes its
// length; 4,096 bytes hold any.
//
// Each pointer is null or points to what its type says; `heartbeat` to room for `capacity` bytes.
rc_answer rc_heartbeat(rc_validator validator,
                       const rc_vitals *vitals,
                       const rc_moment *now,
                       uint8_t *heartbeat,
                       size_t capacity,
                       size_t *length);

// Writes down what happened while the storage failed, and waits until it holds everything. To be
// called now and then while idle, and after each scan with `lamp_before_sync`.
//
// `now` is null or points to a moment.
rc_answer rc_settle(rc_validator validator, const rc_moment *now);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RIDECODE_VALIDATOR_H */
