/** The naru command as its users have it: a process of its own, its streams and its exit status. */
package dev.naru.cli.testing;
