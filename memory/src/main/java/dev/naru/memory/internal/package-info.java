/** The layouts, who is alive, and the protocols: {@code docs/layouts/} and {@code docs/protocol/} are their specifications. */
package dev.naru.memory.internal;
