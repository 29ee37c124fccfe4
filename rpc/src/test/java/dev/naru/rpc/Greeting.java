package dev.naru.rpc;

import dev.naru.rpc.example.GreetReply;
import dev.naru.rpc.example.GreetRequest;
import dev.naru.rpc.example.GreeterGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;

/** The service of the tests: it greets, as often as it is asked to and as fast as it is taken. */
final class Greeting extends GreeterGrpc.GreeterImplBase {
    /** The names of calls that were cancelled here. Guarded by its monitor. */
    private final Set<String> cancelled = new HashSet<>();

    private static GreetReply reply(String name, GreetRequest request) {
        return GreetReply.newBuilder()
                .setText("hello, " + name)
                .setPayload(request.getPayload())
                .build();
    }

    @Override
    public void greet(GreetRequest request, StreamObserver<GreetReply> replies) {
        replies.onNext(reply(request.getName(), request));
        replies.onCompleted();
    }

    @Override
    public void greetOften(GreetRequest request, StreamObserver<GreetReply> replies) {
        var out = (ServerCallStreamObserver<GreetReply>) replies;
        int[] sent = {0};
        out.setOnCancelHandler(() -> onCancel(request.getName()));
        out.setOnReadyHandler(() -> {
            while (out.isReady() && sent[0] < request.getTimes()) {
                out.onNext(reply(request.getName() + " " + sent[0]++, request));
                if (sent[0] == request.getTimes()) {
                    out.onCompleted();
                }
            }
        });
    }

    /** Waits until a call with that name has been cancelled here. */
    String awaitCancelled(String name) throws InterruptedException {
        synchronized (cancelled) {
            while (!cancelled.contains(name)) {
                cancelled.wait();
            }
        }
        return "cancelled";
    }

    private void onCancel(String name) {
        synchronized (cancelled) {
            cancelled.add(name);
            cancelled.notifyAll();
        }
    }

    @Override
    public StreamObserver<GreetRequest> greetAll(StreamObserver<GreetReply> replies) {
        StringJoiner names = new StringJoiner(" and ");
        return new Each(replies) {
            @Override
            public void onNext(GreetRequest request) {
                names.add(request.getName());
            }

            @Override
            public void onCompleted() {
                replies.onNext(
                        GreetReply.newBuilder().setText("hello, " + names).build());
                replies.onCompleted();
            }
        };
    }

    @Override
    public StreamObserver<GreetRequest> greetEach(StreamObserver<GreetReply> replies) {
        Each each = new Each(replies);
        ((ServerCallStreamObserver<GreetReply>) replies).setOnCancelHandler(() -> onCancel(each.last));
        return each;
    }

    private static class Each implements StreamObserver<GreetRequest> {
        private final StreamObserver<GreetReply> replies;
        private volatile String last = "";

        Each(StreamObserver<GreetReply> replies) {
            this.replies = replies;
        }

        @Override
        public void onNext(GreetRequest request) {
            last = request.getName();
            replies.onNext(reply(request.getName(), request));
        }

        @Override
        public void onError(Throwable thrown) {
            // the client has gone
        }

        @Override
        public void onCompleted() {
            replies.onCompleted();
        }
    }
}
