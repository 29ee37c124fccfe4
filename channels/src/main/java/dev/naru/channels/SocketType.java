package dev.naru.channels;

import dev.naru.linux.Sockets.Kind;

/** The {@code ?type=} at the end of a Unix address. */
final class SocketType {
    private static final String MARK = "?type=";

    private SocketType() {}

    /** What the address says, or a stream. */
    static Kind of(String address, String place) {
        int mark = place.lastIndexOf(MARK);
        if (mark < 0) {
            return Kind.STREAM;
        }
        String word = place.substring(mark + MARK.length());
        for (Kind kind : Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new AddressException(address, "there is no type '" + word + "': stream, dgram or seqpacket");
    }

    /** The address without it. */
    static String strip(String place) {
        int mark = place.lastIndexOf(MARK);
        return mark < 0 ? place : place.substring(0, mark);
    }

    /** What is written at the end: nothing for a stream, unless its name would be read as a type. */
    static String suffix(Kind kind, String place) {
        return kind == Kind.STREAM && !place.contains(MARK) ? "" : MARK + kind.word();
    }
}
