package dev.naru.rpc;

import io.grpc.Status;

/** A message that has come is longer than it may be: its call ends. */
final class MessageTooLongException extends Exception {
    private static final long serialVersionUID = 1;

    MessageTooLongException(long length, int limit) {
        super("a message of " + length + " B or more exceeds maximum size " + limit
                + " B: raise maxInboundMessageSize where it is received");
    }

    Status status() {
        return Status.RESOURCE_EXHAUSTED.withDescription(getMessage());
    }
}
