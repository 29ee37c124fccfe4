package dev.naru.rpc;

import io.grpc.Status;
import io.grpc.StreamTracer;
import java.util.List;

/** gRPC's stream tracers of one side of a call: told of each message, and of the end. Thread-safe if they are. */
final class Tracers {
    static final Tracers NONE = new Tracers(List.of());

    private final List<? extends StreamTracer> all;

    Tracers(List<? extends StreamTracer> all) {
        this.all = all;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<? extends StreamTracer> all() {
        return all;
    }

    /** A message was given out: its number from 0, its bytes in the ring, and before they were compressed. */
    void sent(int number, long wire, long plain) {
        for (StreamTracer tracer : all) {
            tracer.outboundMessage(number);
            tracer.outboundMessageSent(number, wire, plain);
            tracer.outboundWireSize(wire);
            tracer.outboundUncompressedSize(plain);
        }
    }

    /** A message was taken in. */
    void received(int number, long wire, long plain) {
        for (StreamTracer tracer : all) {
            tracer.inboundMessage(number);
            tracer.inboundMessageRead(number, wire, plain);
            tracer.inboundWireSize(wire);
            tracer.inboundUncompressedSize(plain);
        }
    }

    void closed(Status status) {
        for (StreamTracer tracer : all) {
            tracer.streamClosed(status);
        }
    }
}
