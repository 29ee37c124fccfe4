/** The layouts of a store and what is done by them: {@code docs/layouts/log.md} is their specification. */
package dev.naru.topics.internal;
