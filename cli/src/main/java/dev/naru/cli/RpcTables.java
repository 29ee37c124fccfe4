package dev.naru.cli;

import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code naru rpc list} and {@code describe} show. */
final class RpcTables {
    private RpcTables() {}

    /** All services, or the methods of one. */
    static int list(Context context, RpcSession session, @Nullable String service, boolean json)
            throws InterruptedException, CliException {
        JsonLines lines = new JsonLines(context.out());
        if (service != null) {
            for (MethodDescriptor method : session.schema().service(service).getMethods()) {
                String name = method.getService().getFullName() + "/" + method.getName();
                if (json) {
                    lines.line(body -> {
                        body.writeStringProperty("method", name);
                        body.writeStringProperty(
                                "request", method.getInputType().getFullName());
                        body.writeStringProperty("reply", method.getOutputType().getFullName());
                        body.writeBooleanProperty("clientStreaming", method.isClientStreaming());
                        body.writeBooleanProperty("serverStreaming", method.isServerStreaming());
                    });
                } else {
                    context.out().println(name);
                }
            }
            return 0;
        }
        for (String name : session.schema().services()) {
            if (json) {
                lines.line(body -> body.writeStringProperty("service", name));
            } else {
                context.out().println(name);
            }
        }
        return 0;
    }

    /** All services, or one symbol. */
    static int describe(Context context, RpcSession session, @Nullable String symbol, boolean json)
            throws InterruptedException, CliException {
        List<GenericDescriptor> shown = new ArrayList<>();
        if (symbol != null) {
            shown.add(session.schema().symbol(symbol));
        } else {
            for (String service : session.schema().services()) {
                shown.add(session.schema().service(service));
            }
        }
        JsonLines lines = new JsonLines(context.out());
        for (GenericDescriptor each : shown) {
            String kind = RpcSymbols.kind(each);
            if (json) {
                lines.line(body -> {
                    body.writeStringProperty("symbol", each.getFullName());
                    body.writeStringProperty("kind", kind);
                    body.writeStringProperty("file", each.getFile().getName());
                    body.writeStringProperty("definition", RpcDefinition.of(each));
                });
            } else {
                String article = kind.startsWith("e") ? "an " : "a ";
                context.out().println(each.getFullName() + " is " + article + kind + ":");
                context.out().println(RpcDefinition.of(each));
            }
        }
        return 0;
    }
}
