package dev.naru.bench;

import dev.naru.linux.Cores;
import java.nio.file.Path;
import java.util.List;

/**
 * What races run with.
 *
 * @param java the program that starts a JVM
 * @param classPath where our classes are
 * @param compiler the C compiler, such as {@code cc}
 * @param cores where processes are pinned
 * @param options of every JVM
 */
record Equipment(Path java, String classPath, String compiler, Cores.Pair cores, List<String> options) {}
