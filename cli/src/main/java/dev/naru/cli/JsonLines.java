package dev.naru.cli;

import java.io.PrintStream;
import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/** Writes one JSON object a line. */
public final class JsonLines {
    private static final JsonFactory JSON = new JsonFactory();

    private final PrintStream out;

    /** Onto that stream. */
    public JsonLines(PrintStream out) {
        this.out = out;
    }

    /** The properties of one object. */
    @FunctionalInterface
    public interface Body {
        /** Writes them. */
        void write(JsonGenerator json);
    }

    /** Writes one object and sends it on. */
    public void line(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(tools.jackson.core.ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        }
        out.println(text);
        out.flush();
    }
}
