/**
 * Races with peers, and JMH benchmarks of the hot paths.
 *
 * <p>A <b>race</b> ({@link dev.naru.bench.Race}, all of them in {@link dev.naru.bench.Races}) is the same work done by us
 * and by a peer, in turn, in one run, each with two processes that are pinned alike. {@link dev.naru.bench.RaceRunner} pairs
 * the rounds; {@link dev.naru.bench.Contestant} is who runs: {@link dev.naru.bench.NaruContestant} drives two JVMs
 * ({@link dev.naru.bench.Side}), {@link dev.naru.bench.CContestant} the programs under {@code src/main/c}.
 */
@NullMarked
package dev.naru.bench;

import org.jspecify.annotations.NullMarked;
