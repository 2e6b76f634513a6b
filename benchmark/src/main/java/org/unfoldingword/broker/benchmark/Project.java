package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where the project lies on this machine. */
final class Project {

    private Project() {}

    /** Three levels above {@code benchmark/target/benchmark.jar}, which is the whole class path. */
    static Path root() {
        Path jar = Path.of(System.getProperty("java.class.path", "")).toAbsolutePath();
        Path root = jar.resolve("../../..").normalize();
        if (!Files.exists(root.resolve("pom.xml"))) {
            throw new IllegalStateException("class path: " + jar + " (expected: benchmark/target/benchmark.jar)");
        }
        return root;
    }

    static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(directory)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
