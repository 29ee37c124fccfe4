/**
 * The {@code naru} command: one small class a subcommand.
 *
 * <p>Data goes to standard output, words for people to standard error. Every problem comes from one table,
 * {@link dev.naru.linux.Problem}, which also has the exit status.
 */
@NullMarked
package dev.naru.cli;

import org.jspecify.annotations.NullMarked;
