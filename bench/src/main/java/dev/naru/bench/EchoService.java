package dev.naru.bench;

import com.google.protobuf.ByteString;
import dev.naru.bench.echo.EchoGrpc;
import dev.naru.bench.echo.Message;
import dev.naru.bench.echo.Order;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** What is called in the races of RPC; the same over every transport. */
final class EchoService extends EchoGrpc.EchoImplBase {
    @Override
    public void unary(Message request, StreamObserver<Message> answers) {
        answers.onNext(request);
        answers.onCompleted();
    }

    @Override
    public void stream(Order order, StreamObserver<Message> answers) {
        var out = (ServerCallStreamObserver<Message>) answers;
        out.setOnReadyHandler(new Sender(order, out));
    }

    /** Sends as long as the transport takes more, and goes on when it does again. */
    private static final class Sender implements Runnable {
        private final ServerCallStreamObserver<Message> out;
        private final ByteString body;
        private final long count;
        private long sent;

        Sender(Order order, ServerCallStreamObserver<Message> out) {
            this.out = out;
            this.body = body(order.getBytes());
            this.count = order.getCount();
        }

        @Override
        public void run() {
            while (sent < count && out.isReady()) {
                out.onNext(message(sent, body));
                if (++sent == count) {
                    out.onCompleted();
                }
            }
        }
    }

    /** What a message carries. */
    static ByteString body(int bytes) {
        return ByteString.copyFrom(new byte[bytes]);
    }

    /** A new one. */
    static Message message(long number, ByteString body) {
        return Message.newBuilder().setNumber(number).setBody(body).build();
    }
}
