package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import dev.naru.linux.Sockets.Option;

/**
 * How a connection behaves.
 *
 * @param sendBuffer bytes that wait to be sent: the kernel doubles the number, and has a bound, {@code net.core.wmem_max}; 0 leaves it to the
 *     kernel, which for TCP fits it to the way
 * @param receiveBuffer bytes that wait to be read: likewise, {@code net.core.rmem_max}
 * @param noDelay of TCP: what is written goes at once, and is not gathered while an answer is awaited
 * @param keepAlive of TCP: an idle connection is looked after, so that a far machine that is gone is noticed
 */
public record ConnectionOptions(int sendBuffer, int receiveBuffer, boolean noDelay, boolean keepAlive) {
    /** Refuses negative sizes. */
    public ConnectionOptions {
        if (sendBuffer < 0 || receiveBuffer < 0) {
            throw new IllegalArgumentException("buffers of " + sendBuffer + " and " + receiveBuffer + " bytes");
        }
    }

    /** The kernel's buffers, no delay, no keep-alive. */
    public static ConnectionOptions usual() {
        return new ConnectionOptions(0, 0, true, false);
    }

    /** The same with another buffer of what waits to be sent. */
    public ConnectionOptions withSendBuffer(int bytes) {
        return new ConnectionOptions(bytes, receiveBuffer, noDelay, keepAlive);
    }

    /** The same with another buffer of what waits to be read. */
    public ConnectionOptions withReceiveBuffer(int bytes) {
        return new ConnectionOptions(sendBuffer, bytes, noDelay, keepAlive);
    }

    /** The same, gathering or not. */
    public ConnectionOptions withNoDelay(boolean on) {
        return new ConnectionOptions(sendBuffer, receiveBuffer, on, keepAlive);
    }

    /** The same, looked after or not. */
    public ConnectionOptions withKeepAlive(boolean on) {
        return new ConnectionOptions(sendBuffer, receiveBuffer, noDelay, on);
    }

    /** Before it connects or listens: TCP agrees on its window then, and what is accepted has what its listener has. */
    void apply(Descriptor socket, SocketName name, String target) throws ErrnoException {
        if (sendBuffer > 0) {
            Sockets.set(socket, Option.SEND_BUFFER, sendBuffer, target);
        }
        if (receiveBuffer > 0) {
            Sockets.set(socket, Option.RECEIVE_BUFFER, receiveBuffer, target);
        }
        if (name instanceof SocketName.Internet) {
            Sockets.set(socket, Option.NO_DELAY, noDelay ? 1 : 0, target);
            Sockets.set(socket, Option.KEEP_ALIVE, keepAlive ? 1 : 0, target);
        }
    }
}
