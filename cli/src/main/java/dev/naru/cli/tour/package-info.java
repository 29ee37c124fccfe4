/**
 * The tour: for each mechanism two processes, a file that crosses, a game of ping-pong, and a table. One class a stop.
 */
@NullMarked
package dev.naru.cli.tour;

import org.jspecify.annotations.NullMarked;
