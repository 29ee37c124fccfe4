package dev.naru.bench;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules that span all modules: where downcalls and settings live, which way arrows point, how long a file may be. */
class HouseTest {
    private static final int MOST_LINES = 600;

    /** From the bottom up. */
    private static final List<String> ROOMS =
            List.of("linux", "channels", "memory", "queues", "topics", "codecs", "local", "rpc", "cli", "bench");

    private static final JavaClasses MAIN_CODE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.naru");

    @Test
    void theRoomsAreThoseThatWeKnow() {
        assertThat(MAIN_CODE.stream()
                        .map(type -> type.getPackageName().split("\\.", -1)[2])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(ROOMS);
    }

    @Test
    void onlyLinuxMakesDowncalls() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.naru.linux..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class)
                .because("linux is the one room for downcalls")
                .check(MAIN_CODE);
    }

    @Test
    void settingsAreReadAtTheEntry() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.naru.cli.Main")
                .and()
                .doNotHaveFullyQualifiedName("dev.naru.bench.Main")
                .and()
                .doNotHaveFullyQualifiedName("dev.naru.channels.Command") // see the next rule
                .and()
                .doNotHaveFullyQualifiedName("dev.naru.linux.Spawn") // where posix_spawnp looks: PATH
                .and()
                .doNotHaveFullyQualifiedName("dev.naru.linux.internal.Native") // what this JVM is: os.arch
                .and()
                .doNotHaveFullyQualifiedName("dev.naru.linux.internal.NativeText") // and its encoding of names
                .should()
                .callMethodWhere(readsSettings())
                .because("what a process is started with comes in at its entry, and goes on as an argument")
                .check(MAIN_CODE);
    }

    @Test
    void commandReadsTheEnvironmentToHandItOn() {
        noClasses()
                .that()
                .haveFullyQualifiedName("dev.naru.channels.Command")
                .should()
                .callMethodWhere(readsSettings().and(DescribedPredicate.not(readsTheWholeEnvironment())))
                .because("a child inherits our environment as a whole, and that is no setting of ours")
                .check(MAIN_CODE);
    }

    private static DescribedPredicate<JavaCall<?>> readsSettings() {
        DescribedPredicate<JavaCall<?>> system = target(owner(JavaClass.Predicates.type(System.class)))
                .and(target(nameMatching("getProperty|getProperties|getenv")));
        DescribedPredicate<JavaCall<?>> wrapped = target(
                        owner(JavaClass.Predicates.belongToAnyOf(Boolean.class, Integer.class, Long.class)))
                .and(target(nameMatching("getBoolean|getInteger|getLong")));
        return system.or(wrapped);
    }

    private static DescribedPredicate<JavaCall<?>> readsTheWholeEnvironment() {
        return DescribedPredicate.describe(
                "read the whole environment",
                call -> call.getTarget().getName().equals("getenv")
                        && call.getTarget().getRawParameterTypes().isEmpty());
    }

    @Test
    void arrowsPointOnlyDownward() {
        var layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String room : ROOMS) {
            layers.layer(room).definedBy("dev.naru." + room + "..");
        }
        for (int i = 0; i < ROOMS.size(); i++) {
            List<String> above = ROOMS.subList(i + 1, ROOMS.size());
            if (above.isEmpty()) {
                layers.whereLayer(ROOMS.get(i)).mayNotBeAccessedByAnyLayer();
            } else {
                layers.whereLayer(ROOMS.get(i)).mayOnlyBeAccessedByLayers(above.toArray(String[]::new));
            }
        }
        layers.check(MAIN_CODE);
    }

    @Test
    void internalsAreUsedByTheirRoomAlone() {
        for (String room : ROOMS) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.naru." + room + "..")
                    .should()
                    .dependOnClassesThat(resideInAPackage("dev.naru." + room + ".internal.."))
                    .allowEmptyShould(true)
                    .check(MAIN_CODE);
        }
    }

    @Test
    void noMainFileIsLong() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path module : modules()) {
            try (Stream<Path> files = Files.walk(module.resolve("src/main"))) {
                files.filter(file -> file.toString().matches(".*\\.(java|c|h|py)"))
                        .forEach(sources::add);
            }
        }
        assertThat(sources).hasSizeGreaterThan(ROOMS.size());
        assertThat(sources)
                .allSatisfy(source -> assertThat(SourceLines.count(Files.readString(source)))
                        .as("lines of code in %s", source)
                        .isLessThanOrEqualTo(MOST_LINES));
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.isDirectory(folder.resolve("src/main")))
                    .toList();
        }
    }

    /** The folder of the parent POM: tests run in their module's. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        return Files.isDirectory(folder.resolve("bench")) ? folder : folder.getParent();
    }
}
