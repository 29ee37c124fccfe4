package dev.naru.bench;

import dev.naru.bench.Work.Wait;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a JVM is told about the log of a race.
 *
 * @param library whose
 * @param folder where logs lie, for this contestant alone; each round has a new one
 * @param policy what a reader that has nothing to read does
 * @param bytes of a record
 * @param batch how many records are published at a time
 * @param flushed whether an append is answered when it is on the disk
 * @param threads how many of this process append
 * @param sides how many processes begin together
 * @param side which of them this is, from 0 on
 * @param percentile of the times that are measured, in percent; 0 where one is measured
 * @param gapNanos from one record to the next where they come at a pace
 */
record LogTask(
        LogLibrary library,
        Path folder,
        Wait policy,
        int bytes,
        int batch,
        boolean flushed,
        int threads,
        int sides,
        int side,
        int percentile,
        int gapNanos) {

    /** One process that appends or reads, alone. */
    static LogTask alone(LogLibrary library, Path folder, int bytes) {
        return new LogTask(library, folder, Wait.SPIN, bytes, 1, false, 1, 1, 0, 0, 0);
    }

    LogTask batched(int records) {
        return new LogTask(
                library, folder, policy, bytes, records, flushed, threads, sides, side, percentile, gapNanos);
    }

    LogTask flushedFor(int many, int percent) {
        return new LogTask(library, folder, policy, bytes, batch, true, many, sides, side, percent, gapNanos);
    }

    LogTask sideOf(int number, int all) {
        return new LogTask(library, folder, policy, bytes, batch, flushed, threads, all, number, percentile, gapNanos);
    }

    LogTask delivered(Wait how, int percent, int gap) {
        return new LogTask(library, folder, how, bytes, batch, flushed, threads, sides, side, percent, gap);
    }

    /** The words of a command line. */
    List<String> words() {
        return List.of(
                library.name(),
                folder.toString(),
                policy.name(),
                Boolean.toString(flushed),
                Integer.toString(bytes),
                Integer.toString(batch),
                Integer.toString(threads),
                Integer.toString(sides),
                Integer.toString(side),
                Integer.toString(percentile),
                Integer.toString(gapNanos));
    }

    /** The task in a command line, whose first word is something else. */
    static LogTask parse(String... arguments) {
        int[] numbers =
                Arrays.stream(arguments).skip(5).mapToInt(Integer::parseInt).toArray();
        return new LogTask(
                LogLibrary.valueOf(arguments[1]),
                Path.of(arguments[2]),
                Wait.valueOf(arguments[3]),
                numbers[0],
                numbers[1],
                Boolean.parseBoolean(arguments[4]),
                numbers[2],
                numbers[3],
                numbers[4],
                numbers[5],
                numbers[6]);
    }
}
