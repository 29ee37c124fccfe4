package dev.naru.rpc;

/** The far side has written what no peer of ours writes: the connection is over, and nothing else. */
final class BrokenProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenProtocolException(String found) {
        super(found);
    }
}
