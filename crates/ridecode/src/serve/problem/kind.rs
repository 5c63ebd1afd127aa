//! Every kind of problem, with its page.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($variant:ident $name:literal $status:ident $title:literal
        $meaning:literal $remedy:literal;)*) => {
        /// A kind of problem, in the order a request meets them.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub(in crate::serve) enum Kind {
            $(#[doc = $title] $variant,)*
        }

        impl Kind {
            /// Every kind.
            pub(in crate::serve) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name, the last part of its URI.
            pub(in crate::serve) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its HTTP status.
            pub(in crate::serve) fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// Its title, the same every time.
            pub(in crate::serve) fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means.
            pub(in crate::serve) fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// What to do about it.
            pub(in crate::serve) fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }
    };
}

kinds! {
    NoSuchPath "no-such-path" NOT_FOUND
        "There is nothing at this path"
        "The path is not part of the interface."
        "Compare it with /openapi.json.";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED
        "The path does not take this method"
        "The path exists, with other methods."
        "Compare it with /openapi.json; the Allow header lists the methods.";
    CrossSite "cross-site" FORBIDDEN
        "A page of another site asks"
        "The browser says that a page of another site sent this write."
        "Write from this server's own pages; behind a proxy, set serve.public_url to the address \
         that browsers see.";
    SignedOut "signed-out" UNAUTHORIZED
        "Nobody is signed in"
        "The request carries no session or token, or one that is wrong or has ended."
        "Sign in again with POST /v1/riders/codes and POST /v1/riders/sessions; staff signs in at \
         /console, or sends the token of its settings as Authorization: Bearer.";
    WrongSignIn "wrong-sign-in" FORBIDDEN
        "The sign-in is wrong"
        "Name, password or one-time code is wrong; which, is not said."
        "Check the name and the clock of the phone; `ridecode staff password` makes a new password.";
    TotpUsed "totp-used" FORBIDDEN
        "The one-time code was used"
        "A one-time code opens one session."
        "Wait for the next one, at most 30 seconds.";
    TooManySignIns "too-many-sign-ins" TOO_MANY_REQUESTS
        "Too many sign-ins failed"
        "Ten failed with this name, or thirty from this address, within fifteen minutes."
        "Try again after `retry_after_s` seconds.";
    UnknownSession "unknown-session" NOT_FOUND
        "There is no such session"
        "The session has ended, or is somebody else's."
        "List them with GET /v1/staff/sessions or GET /v1/riders/sessions.";
    Forbidden "forbidden" FORBIDDEN
        "This caller may not do that"
        "The caller is known, but the path is for another role or another operator."
        "Use the session or token of the role that the interface names for the path.";
    TooLarge "too-large" PAYLOAD_TOO_LARGE
        "The body is too large"
        "The body is longer than this path takes."
        "Send less; a segment may have 1 MiB, and a validator can send several.";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE
        "The body has the wrong media type"
        "The Content-Type is not the one this path reads."
        "Send JSON as application/json and segments as application/octet-stream.";
    MalformedBody "malformed-body" BAD_REQUEST
        "The body cannot be read"
        "The body is not JSON in UTF-8, not an object, or was cut off."
        "Send the object that /openapi.json describes.";
    InvalidField "invalid-field" UNPROCESSABLE_ENTITY
        "A field has a value that is not allowed"
        "The field named by `field` is missing, unknown or outside its rule; `detail` says the rule."
        "Correct the field and send the request again.";
    KeyReused "key-reused" UNPROCESSABLE_ENTITY
        "The idempotency key was used for another request"
        "This key is kept with the reply to a request with another method, path or body."
        "Make a new key for a new request; keep a key only to repeat the very same request.";
    KeyInUse "key-in-use" CONFLICT
        "A request with this idempotency key is being answered"
        "The first request with this key has not been answered yet."
        "Wait a moment and repeat it; the reply of the first one comes back.";
    TooManyCodes "too-many-codes" TOO_MANY_REQUESTS
        "Too many codes were asked for"
        "Five codes were sent to this number within ten minutes."
        "Answer the newest one, or ask again after `retry_after_s` seconds.";
    WrongCode "wrong-code" FORBIDDEN
        "The code is wrong"
        "The digits are not the ones that were sent; `tries_left` says how often one may still try."
        "Read the message again; after the last try, ask for a new code.";
    NoCodeWaiting "no-code-waiting" CONFLICT
        "No code is waiting for this number"
        "No code was sent, it was used already, or it is older than five minutes."
        "Ask for a new one with POST /v1/riders/codes.";
    CannotClose "cannot-close" CONFLICT
        "The account cannot be closed yet"
        "Something is owed or under way; `because` has the word: owed, in_credit, charge_open, \
         ride_open."
        "Pay what is owed, or wait for the end of what is under way.";
    SmsNotSent "sms-not-sent" BAD_GATEWAY
        "The message could not be sent"
        "The SMS gateway did not take the message."
        "Try again in a minute.";
    UnknownMandate "unknown-mandate" NOT_FOUND
        "There is no such mandate"
        "The mandate does not exist, or is another rider's."
        "List your mandates with GET /v1/riders/me.";
    MandateState "mandate-state" CONFLICT
        "The mandate's state does not allow this"
        "The mandate has ended, or has another contract at the provider."
        "Make a new mandate with POST /v1/mandates.";
    ProviderSilent "provider-silent" BAD_GATEWAY
        "The payment provider did not answer"
        "The provider gave no answer in time, or not one of its documented ones."
        "Try again; nothing was changed.";
    ProviderRefused "provider-refused" CONFLICT
        "The payment provider refuses"
        "The provider does not make the contract; `detail` has its reason."
        "Ask the provider what the reason means; nothing was changed.";
    WrongKey "wrong-key" UNPROCESSABLE_ENTITY
        "The key cannot be used"
        "The public key is no point of its curve, or of the wrong kind for the brand."
        "Compact brands take es256 keys, mot brands take sm2 keys; send base64 of the point.";
    WrongProof "wrong-proof" FORBIDDEN
        "The proof does not show that the phone holds the key"
        "The signature is not the key's over `ridecode device`, the rider's number and the nonce \
         of this session."
        "Sign the bytes again with the nonce that signing in gave, and send 64 bytes as base64.";
    UnknownDevice "unknown-device" NOT_FOUND
        "There is no such phone"
        "The phone is not registered, or to another rider."
        "Register it with POST /v1/devices.";
    DeviceRevoked "device-revoked" CONFLICT
        "The phone was revoked"
        "The phone's key was withdrawn and cannot come back."
        "Make a new key on the phone and register it.";
    UnknownRefund "unknown-refund" NOT_FOUND
        "There is no such refund"
        "No refund of that number was planned here."
        "Compare the number with the audit or with the provider's bill.";
    RefundState "refund-state" CONFLICT
        "The refund's state does not allow this"
        "The refund is not refused, or nothing is in credit for its ride any more."
        "Look at its state; what is on its way is asked about by itself.";
    UnknownRide "unknown-ride" NOT_FOUND
        "There is no such ride"
        "No ride of that number cost something, or no ride fits the selection."
        "Look the ride up with the rider; widen the selection.";
    UnknownAdjustment "unknown-adjustment" NOT_FOUND
        "There is no such adjustment"
        "No adjustment has this number, or nothing was given with it."
        "List them with GET /v1/adjustments.";
    AdjustmentState "adjustment-state" CONFLICT
        "The adjustment's state does not allow this"
        "It was approved or refused before."
        "GET it to see who decided and when.";
    SamePerson "same-person" FORBIDDEN
        "Who asks for an adjustment cannot decide about it"
        "Money needs four eyes."
        "Ask somebody else.";
    UnknownTap "unknown-tap" NOT_FOUND
        "There is no such ride or tap"
        "The rider has no ride or tap of that id."
        "Look at the ids of GET /v1/rides.";
    RepairState "repair-state" CONFLICT
        "Nothing is left to mend"
        "The ride lacks no tap, was mended before, or is too old for its rider to mend."
        "Look at the ride again; the operator's staff can mend what a rider may not.";
    UnknownRider "unknown-rider" NOT_FOUND
        "There is no such rider"
        "Nobody has an account with that phone number or of that number."
        "Ask for the number again; the look-up is on the trail all the same.";
    UnknownBrand "unknown-brand" NOT_FOUND
        "There is no such brand"
        "No brand of that number is issued here."
        "Choose one from GET /v1/brands.";
    NoMandate "no-mandate" CONFLICT
        "No payment mandate is active"
        "Codes are given only to riders whose fares can be taken from an account."
        "Sign a mandate with POST /v1/mandates first.";
    NoRideHome "no-ride-home" CONFLICT
        "No ride home is to be had"
        "The issuer offers none, the account is not blocked for debt, or another phone or brand has it."
        "Look at block.ride_home of GET /v1/riders/me; pay what is owed to ride again.";
    RideHomeGone "ride-home-gone" CONFLICT
        "The ride home of this block is gone"
        "It was taken, or not taken in time. There is one for each block."
        "Pay what is owed to ride again.";
    Blocked "blocked" CONFLICT
        "The account owes for earlier rides"
        "`amount` for `rides` rides is unpaid since `since`."
        "Pay what is owed, or wait for the next attempt; the account is free again at once.";
    AccountClosed "account-closed" CONFLICT
        "The account is closed"
        "A closed account does not ride again."
        "Open a new one.";
    UnknownValidator "unknown-validator" NOT_FOUND
        "There is no such validator"
        "No validator of that number is registered, or it was withdrawn."
        "Register it with POST /v1/validators and a one-time code.";
    ValidatorRetired "validator-retired" GONE
        "The validator retired"
        "An operator took the validator out of service; only entries from before are still taken."
        "Switch it off; to use the device again, register a new folder with a one-time code.";
    WrongOneTimeCode "wrong-one-time-code" FORBIDDEN
        "The one-time code is not one of ours"
        "The code was never given out, or is too old."
        "Ask the operator's staff for a new one.";
    OneTimeCodeUsed "one-time-code-used" CONFLICT
        "The one-time code was used already"
        "Another key was registered with this code."
        "Ask the operator's staff for a new one.";
    SegmentMalformed "segment-malformed" BAD_REQUEST
        "The bytes are no segment"
        "The segment is damaged or cut off."
        "Seal the entries again and send them whole.";
    SegmentOfAnother "segment-of-another" FORBIDDEN
        "The segment is another validator's"
        "The segment names another validator than the path."
        "Send it to the path of the validator that sealed it.";
    SegmentSignature "segment-signature" FORBIDDEN
        "The segment's signature is wrong"
        "The segment is not signed by the validator's registered key, or was altered."
        "Seal it again with the key the validator registered with.";
    SegmentEntryCount "segment-entry-count" UNPROCESSABLE_ENTITY
        "The segment has too few or too many entries"
        "A segment has 1 to 1000 entries."
        "Split or wait.";
    SegmentHole "segment-hole" UNPROCESSABLE_ENTITY
        "The segment's entries are not consecutive"
        "A number is missing or repeated; `expected` and `found` say which."
        "Send consecutive entries of the journal, oldest first.";
    SegmentHash "segment-hash" UNPROCESSABLE_ENTITY
        "The segment's chain does not hold"
        "The hash of the entry named by `sequence` does not follow from the entry before it."
        "Read the journal again; if it is damaged there too, take the validator out of service.";
    SegmentConflict "segment-conflict" CONFLICT
        "The segment contradicts what is held"
        "The entry named by `sequence` is held with other content, or does not follow from what is \
         held: there are two journals under one name."
        "Take the validator out of service and register it anew.";
    UnknownCity "unknown-city" NOT_FOUND
        "There is no such city"
        "No city of that name has tariffs here."
        "Use guangzhou or foshan, or the name of a city you added.";
    NotInForce "not-in-force" NOT_FOUND
        "No tariff is in force on that day"
        "The city has tariffs, but none for the day asked for."
        "Ask for another day.";
    UnknownStop "unknown-stop" NOT_FOUND
        "There is no such stop"
        "No stop of the city has that name or id; `suggestions` lists names that are close."
        "Use one of the suggestions.";
    NoPath "no-path" NOT_FOUND
        "No line leads there"
        "The stops are not joined by lines whose fares are known here."
        "Ask for the parts of the trip.";
    CallbackRefused "callback-refused" FORBIDDEN
        "The callback is not the provider's"
        "A signature header is missing, too old or wrong."
        "Sign it as docs/sandbox-provider.md says; nothing was changed.";
    CallbackMalformed "callback-malformed" BAD_REQUEST
        "The callback cannot be read"
        "It is signed, but its body is not what the provider documents."
        "Compare it with docs/sandbox-provider.md; nothing was changed.";
    CallbackUnknown "callback-unknown" NOT_FOUND
        "The callback is about something unknown"
        "It names a mandate, an order or a refund this office never had."
        "Nothing was changed; stop repeating it.";
    DayNotOver "day-not-over" CONFLICT
        "The service day is not over"
        "A day is closed after its end, in the zone of the settings."
        "Close it tomorrow.";
    UnknownPayout "unknown-payout" NOT_FOUND
        "There is no such payout"
        "No payout has that number."
        "List them with GET /v1/payouts.";
    PayoutState "payout-state" CONFLICT
        "The payout's state does not allow this"
        "The step comes too early, too late, from the same person, or an account is missing; \
         `detail` says which."
        "A payout goes planned, approved by another person, exported, paid.";
    BillRefused "bill-refused" UNPROCESSABLE_ENTITY
        "The bill is not what the provider documents"
        "The bill cannot be read, is for another day or in another currency; `detail` has the line."
        "Get the bill from the provider again and hand it in as it came; nothing was changed.";
    UnknownBill "unknown-bill" NOT_FOUND
        "There is no such bill or difference"
        "No bill of that provider and day is held, or it has no such difference."
        "Hand the bill in with POST /v1/provider-bills/{day}; see GET /v1/differences.";
    BillState "bill-state" CONFLICT
        "What is held of the bill does not allow this"
        "Another bill is held for the day, the difference was put right before, or the amounts are \
         not what the bill comes to; `detail` says which."
        "Compare it with GET /v1/provider-bills/{day}.";
    Busy "busy" SERVICE_UNAVAILABLE
        "Too much is waiting"
        "More segments are waiting to be checked than fit."
        "Send it again after the time in Retry-After.";
    TimedOut "timed-out" SERVICE_UNAVAILABLE
        "It took too long"
        "The request was not answered within the time of the settings."
        "Send it again; with the same idempotency key where the path takes one.";
    StoreFailed "store-failed" SERVICE_UNAVAILABLE
        "The database failed"
        "Mostly nothing was changed; where its answer was lost, it may have been."
        "Send it again after the time in Retry-After, under the same key where it has one.";
    Internal "internal" INTERNAL_SERVER_ERROR
        "Something is wrong on our side"
        "A fault of this program; it was logged with the request id."
        "Report it with the x-request-id of the reply.";
}
