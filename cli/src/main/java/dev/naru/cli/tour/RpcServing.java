package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.rpc.RpcServer;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The far side of {@link RpcCalling}. What is called comes out of a read, and what is written answers the call that asks for it. Once
 * there was an answer, those who ask play ping-pong: they have their own bytes back, from the thread that has the call.
 */
final class RpcServing extends PieceReader implements WritableByteChannel {
    private static final String SERVICE = "dev.naru.Tour";

    /** Answered with nothing. */
    static final MethodDescriptor<byte[], byte[]> SEND = method("Send");

    /** Answered with what the far side has to say. */
    static final MethodDescriptor<byte[], byte[]> ASK = method("Ask");

    private static final byte[] NOTHING = {};
    private static final int PIECES = 16;

    private final RpcServer server;
    private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(PIECES);
    private final BlockingQueue<StreamObserver<byte[]>> asked = new ArrayBlockingQueue<>(1);
    private volatile boolean hasAnswered;
    private volatile boolean isOpen = true;

    private RpcServing(Address.Rpc address) {
        ServerServiceDefinition service = ServerServiceDefinition.builder(SERVICE)
                .addMethod(SEND, ServerCalls.asyncUnaryCall(this::sent))
                .addMethod(ASK, ServerCalls.asyncUnaryCall(this::asked))
                .build();
        this.server = RpcServer.builder(address.toString())
                .directExecutor()
                .addService(service)
                .build();
    }

    /** Serves there. */
    static RpcServing at(Address.Rpc address) throws IOException {
        RpcServing serving = new RpcServing(address);
        var _ = serving.server.start();
        return serving;
    }

    /** Whoever asks has his own bytes back, from the beginning. */
    void answerAll() {
        hasAnswered = true;
    }

    private void sent(byte[] piece, StreamObserver<byte[]> answers) {
        if (put(pieces, piece, answers)) {
            answer(answers, NOTHING);
        }
    }

    private void asked(byte[] piece, StreamObserver<byte[]> answers) {
        if (hasAnswered) {
            answer(answers, piece);
        } else if (piece.length == 0 || put(pieces, piece, answers)) {
            boolean _ = put(asked, answers, answers);
        }
    }

    private static <T> boolean put(BlockingQueue<T> queue, T value, StreamObserver<byte[]> answers) {
        try {
            queue.put(value);
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            answers.onError(Status.CANCELLED.asRuntimeException());
            return false;
        }
    }

    private static void answer(StreamObserver<byte[]> answers, byte[] bytes) {
        answers.onNext(bytes);
        answers.onCompleted();
    }

    @Override
    void next(ByteBuffer into) throws InterruptedException {
        take(into, MemorySegment.ofArray(pieces.take()));
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        byte[] answer = new byte[bytes.remaining()];
        bytes.get(answer);
        try {
            StreamObserver<byte[]> waiting = asked.take();
            hasAnswered = true;
            answer(waiting, answer);
            return answer.length;
        } catch (InterruptedException _) {
            throw interrupted();
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() {
        isOpen = false;
        server.close();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(Bytes.PLAIN)
                .setResponseMarshaller(Bytes.PLAIN)
                .build();
    }

    /** Messages that are bytes and nothing else. */
    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        PLAIN;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }
}
