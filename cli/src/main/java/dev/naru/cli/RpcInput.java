package dev.naru.cli;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import dev.naru.channels.Address;
import dev.naru.channels.Endpoints;
import dev.naru.channels.InputChannel;
import dev.naru.linux.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/** Messages that are to be sent, one JSON value after the other, each taken as soon as it is whole. */
final class RpcInput implements Closeable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String STANDARD = "-";

    private final JsonParser values;
    private final Descriptor type;
    private int count;

    private RpcInput(JsonParser values, Descriptor type) {
        this.values = values;
        this.type = type;
    }

    /**
     * From the command line or standard input.
     *
     * @param text what stands on the command line; null for nothing
     */
    static RpcInput open(Context context, @Nullable String text, Descriptor type, boolean stream)
            throws IOException, InterruptedException, CliException {
        boolean standard = text == null ? stream || !type.getFields().isEmpty() : text.equals(STANDARD);
        if (!standard) {
            return new RpcInput(JSON.createParser(ObjectReadContext.empty(), text == null ? "" : text), type);
        }
        new Pump(context).requireStandardStream(Pump.STANDARD_INPUT);
        InputChannel in = Endpoints.openReader(new Address.Standard());
        InputStream bytes = Channels.newInputStream(in);
        return new RpcInput(JSON.createParser(ObjectReadContext.empty(), bytes), type);
    }

    /** The next message; none at the end. */
    Optional<DynamicMessage> next(RpcSchema schema) throws IOException, CliException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            if (values.nextToken() == null) {
                return Optional.empty();
            }
            count++;
            copy.copyCurrentStructure(values);
        } catch (JacksonIOException failed) {
            throw failed.getCause();
        } catch (JacksonException wrong) {
            throw new CliException(
                    Problem.BAD_MESSAGE, "message " + Math.max(1, count), "no JSON: " + wrong.getOriginalMessage());
        }
        return Optional.of(RpcJson.parse(schema, text.toString(), type, count));
    }

    /** The one message of a method that takes no stream: an empty one where there is none. */
    DynamicMessage only(RpcSchema schema, String method) throws IOException, CliException {
        Optional<DynamicMessage> first = next(schema);
        if (first.isPresent() && next(schema).isPresent()) {
            throw new CliException(Problem.BAD_MESSAGE, "message 2", method + " takes one message");
        }
        return first.orElseGet(() -> DynamicMessage.getDefaultInstance(type));
    }

    @Override
    public void close() {
        values.close();
    }
}
