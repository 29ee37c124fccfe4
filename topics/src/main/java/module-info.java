import org.jspecify.annotations.NullMarked;

/**
 * Topics that processes share with no server: a topic is a log in files that any process maps, appends to and reads.
 *
 * <p>Start at {@link dev.naru.topics.Store}.
 */
@NullMarked
module dev.naru.topics {
    requires transitive dev.naru.linux;
    requires transitive dev.naru.memory;
    requires jdk.jfr;
    requires static transitive org.jspecify;

    exports dev.naru.topics;

    uses dev.naru.topics.CodecProvider;
}
