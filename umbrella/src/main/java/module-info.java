/** The whole library: require this module, and every room of Naru can be used. */
module dev.naru {
    requires transitive dev.naru.channels;
    requires transitive dev.naru.linux;
    requires transitive dev.naru.memory;
    requires transitive dev.naru.queues;
    requires transitive dev.naru.topics;
}
