package dev.naru.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Whose logs a JVM uses. */
enum LogLibrary {
    /** Ours. */
    NARU,
    /** Chronicle Queue. */
    CHRONICLE;

    /** What Chronicle Queue needs on Java 25, and what makes it fastest: no checks, no looks at the disk, and no reports home. */
    private static final List<String> CHRONICLE_OPTIONS = List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
            "-Dchronicle.analytics.disable=true",
            "-Dchronicle.disk.monitor.disable=true",
            "-Ddisable.single.threaded.check=true",
            "-Djvm.resource.tracing=false",
            "-Dslf4j.internal.verbosity=ERROR");

    /** What the JVM is started with. */
    List<String> options() {
        return this == NARU ? List.of() : CHRONICLE_OPTIONS;
    }

    /** Opens the log in that folder, or makes it. */
    RaceLog open(Path folder, LogTask task) throws IOException {
        return switch (this) {
            case NARU -> new NaruLog(folder, task);
            case CHRONICLE -> new ChronicleLog(folder, task);
        };
    }
}
