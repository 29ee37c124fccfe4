package dev.naru.cli.tour;

import tools.jackson.core.JsonGenerator;

/**
 * What was found at one stop.
 *
 * @param stop which
 * @param bytes how many arrived
 * @param megabytesPerSecond 10^6 bytes a second, hashing not included
 * @param rttP50Nanos half of the round trips of 32 bytes were faster
 * @param rttP99Nanos 99 of 100 were faster
 * @param verified whether the far side has the same SHA-256
 * @param object the kernel object
 */
record Row(
        Stop stop,
        long bytes,
        double megabytesPerSecond,
        long rttP50Nanos,
        long rttP99Nanos,
        boolean verified,
        String object) {

    /** Of a stop that failed: nothing was found. */
    static Row failed(Stop stop) {
        return new Row(stop, 0, 0, 0, 0, false, "-");
    }

    /** A file of one piece comes in one read: there is nothing to time. */
    boolean isTimed() {
        return megabytesPerSecond > 0;
    }

    void write(JsonGenerator json) {
        json.writeStringProperty("mechanism", stop.mechanism());
        json.writeNumberProperty("bytes", bytes);
        json.writeNumberProperty("mbPerSecond", Math.round(megabytesPerSecond * 10) / 10.0);
        json.writeNumberProperty("rttP50Ns", rttP50Nanos);
        json.writeNumberProperty("rttP99Ns", rttP99Nanos);
        json.writeBooleanProperty("verified", verified);
        json.writeStringProperty("object", object);
    }
}
