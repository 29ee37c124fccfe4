package dev.naru.rpc;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of the pieces of large messages, used again when their message was read: new ones would each time be zeroed, and lie where no
 * cache has them. Of one connection; thread-safe.
 */
final class PiecePool {
    /** A message of 2 MiB. */
    private static final int MOST = 32;

    /** Guarded by this object's monitor. */
    private final ArrayDeque<byte[]> idle = new ArrayDeque<>();

    /** An array of that length, with anything in it. */
    byte[] take(int length) {
        if (length == Outgoing.MOST_PIECE) {
            byte[] again = poll();
            if (again != null) {
                return again;
            }
        }
        return new byte[length];
    }

    private synchronized byte @Nullable [] poll() {
        return idle.poll();
    }

    /** Nobody reads it any more. */
    void giveBack(byte[] piece) {
        if (piece.length == Outgoing.MOST_PIECE) {
            synchronized (this) {
                if (idle.size() < MOST) {
                    idle.push(piece); // the last one first: it is in the caches
                }
            }
        }
    }
}
