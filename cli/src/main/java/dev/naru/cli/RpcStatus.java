package dev.naru.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorDetailsProto;
import dev.naru.linux.Problem;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import org.jspecify.annotations.Nullable;

/** How a call ended, when not well. */
final class RpcStatus {
    /** Where gRPC's libraries put what a server says beyond the text. */
    private static final Metadata.Key<com.google.rpc.Status> DETAILS = Metadata.Key.of(
            "grpc-status-details-bin", ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

    private RpcStatus() {}

    /** Says so in one line, and one more for each of its details; answers the exit status. */
    static int tell(Context context, RpcSchema schema, Status status, @Nullable Metadata trailers)
            throws InterruptedException {
        context.out().flush();
        context.err().println(status.getCode() + ": " + words(status));
        if (trailers != null) {
            details(context, schema, trailers);
        }
        return Problem.CALL_FAILED.exitStatus();
    }

    /** What was said, and where it was the transport's, why. */
    private static String words(Status status) {
        String said = status.getDescription() == null ? "" : status.getDescription();
        Throwable cause = status.getCause();
        String why = cause == null || said.contains(String.valueOf(cause.getMessage()))
                ? ""
                : " (" + cause.getMessage() + ")";
        // what netty adds after a line feed is for those who write netty
        String text = why.isEmpty() ? said : said.lines().findFirst().orElse("");
        return (text + why).replaceAll("\\p{Cntrl}+", " ").strip();
    }

    private static void details(Context context, RpcSchema schema, Metadata trailers) throws InterruptedException {
        com.google.rpc.Status told;
        try {
            told = trailers.get(DETAILS);
        } catch (IllegalArgumentException other) {
            return; // bytes of something else
        }
        if (told != null) {
            RpcJson json = new RpcJson(schema, true, false);
            for (Any detail : told.getDetailsList()) {
                context.err().println("  " + detail(json, detail));
            }
        }
    }

    private static String detail(RpcJson json, Any detail) throws InterruptedException {
        try {
            return json.print(detail, ErrorDetailsProto.getDescriptor().getMessageTypes());
        } catch (InvalidProtocolBufferException | CliException unknown) {
            return detail.getTypeUrl() + ", " + detail.getValue().size() + " B";
        }
    }
}
