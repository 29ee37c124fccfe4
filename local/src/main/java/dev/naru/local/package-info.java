/**
 * Kafka's own client interfaces over a store of topics, with no broker: {@link dev.naru.local.LocalProducer} and {@link
 * dev.naru.local.LocalConsumer}, made from Kafka's configuration and {@link dev.naru.local.LocalConfig#STORE_CONFIG}.
 */
@NullMarked
package dev.naru.local;

import org.jspecify.annotations.NullMarked;
