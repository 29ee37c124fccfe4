package dev.naru.rpc;

import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** What comes of a call: its first answer, and its end. What else comes is counted and not kept: it may be endless. */
class Answers implements StreamObserver<GreetReply> {
    /** The end, whatever it is. */
    final CompletableFuture<Status> end = new CompletableFuture<>();

    /** The first text, or the empty one if the call ends before there is one. */
    final CompletableFuture<String> first = new CompletableFuture<>();

    private final CountDownLatch counted;

    Answers() {
        this(new CountDownLatch(0));
    }

    /** Each answer counts down. */
    Answers(CountDownLatch counted) {
        this.counted = counted;
    }

    /** A request with a name alone. */
    static GreetRequest request(String name) {
        return GreetRequest.newBuilder().setName(name).build();
    }

    @Override
    public void onNext(GreetReply reply) {
        counted.countDown();
        first.complete(reply.getText());
    }

    @Override
    public void onError(Throwable thrown) {
        first.complete("");
        end.complete(Status.fromThrowable(thrown));
    }

    @Override
    public void onCompleted() {
        first.complete("");
        end.complete(Status.OK);
    }
}
