package dev.naru.rpc;

/**
 * What stands in a message of a connection's ring: {@code docs/layouts/rpc.md}. Numbers are little-endian.
 *
 * <pre>
 *  0       4    5     6        8
 *  +-------+----+-----+--------+------------------
 *  | call  |type|flags|   0    | body, by the type
 *  +-------+----+-----+--------+------------------
 * </pre>
 */
final class FrameLayout {
    static final int CALL_AT = 0;
    static final int TYPE_AT = 4;
    static final int FLAGS_AT = 5;
    static final int HEADER = 8;

    /** The call of frames that are the connection's own. */
    static final int NO_CALL = 0;

    /** Of a client: a call begins. Timeout (8), method (4), head (4 for its length), then a message if the flags say so. */
    static final byte BEGIN = 1;

    /** Of both: a message, or a piece of one. */
    static final byte MESSAGE = 2;

    /** Of a client: it sends no more in this call. */
    static final byte END = 3;

    /** Of a client: the call is over. Code (4), text. */
    static final byte CANCEL = 4;

    /** Of both: so many bytes (8) more may be sent in this call. */
    static final byte WINDOW = 5;

    /** Of a client, for no call: it begins no more calls here. */
    static final byte LAST = 6;

    /** Of a server: encoding, metadata. */
    static final byte HEADERS = 7;

    /** Of a server: the call is over. Lengths of head and tail (4 each), head as in HEADERS, tail: code (4), text, metadata; message. */
    static final byte CLOSE = 8;

    /** BEGIN: the name stands there, and the number is its from now on. */
    static final int NAMED = 1;

    /** BEGIN, CLOSE: a whole message is the rest. */
    static final int WITH_MESSAGE = 2;

    /** Of a message, at its first piece: it is compressed. */
    static final int COMPRESSED = 4;

    /** BEGIN: as if END followed. */
    static final int WITH_END = 8;

    /** MESSAGE: another piece of this message follows. */
    static final int MORE = 16;

    /** CLOSE: a head stands there. */
    static final int WITH_HEAD = 32;

    /** BEGIN: no deadline. */
    static final long NO_TIMEOUT = Long.MAX_VALUE;

    /** How many methods of a connection have numbers; others come with their names each time. */
    static final int MOST_METHODS = 4_096;

    /** BEGIN: the method has no number. */
    static final int NO_METHOD = -1;

    /** How many bytes a side may send in a call before the other grants more. */
    static final long WINDOW_BYTES = 512 << 10;

    private FrameLayout() {}

    /** What a piece costs of the window: what it takes to keep one that is empty counts too. */
    static long cost(int length) {
        return length + 32L;
    }
}
