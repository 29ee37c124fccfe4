package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code naru doctor}: whether this machine has what Naru needs, and what helps where it has not. */
@Command(
        name = "doctor",
        description = "Check the JDK, the kernel, limits and native access; exit status 69 when something is missing.")
final class DoctorCommand implements Callable<Integer> {
    private final Context context;

    @Option(names = "--json", description = "One JSON object a line and check.")
    private boolean json;

    DoctorCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CliException {
        List<Checkup.Finding> findings = new Checkup(context.jvm()).all();
        findings.forEach(json ? this::write : this::print);
        if (findings.stream().anyMatch(finding -> finding.verdict() == Checkup.Verdict.FAIL)) {
            throw new CliException(Problem.NOT_READY, "doctor");
        }
        return 0;
    }

    private void print(Checkup.Finding finding) {
        context.out().printf("%-5s %-20s %s%n", finding.verdict().word(), finding.name(), finding.value());
        if (finding.verdict() != Checkup.Verdict.OK) {
            context.out().printf("      what helps: %s%n", finding.remedy());
        }
    }

    private void write(Checkup.Finding finding) {
        new JsonLines(context.out()).line(line -> {
            line.writeStringProperty("check", finding.name());
            line.writeStringProperty("verdict", finding.verdict().word());
            line.writeStringProperty("value", finding.value());
            line.writeStringProperty("remedy", finding.remedy());
        });
    }
}
