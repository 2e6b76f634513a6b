package org.unfoldingword.broker.benchmark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where the project lies on this machine. */
final class Project {

    private Project() {}

    /** The nearest directory above the class path that has the {@code broker} script, however the jar was started. */
    static Path root() {
        Path jar = Path.of(System.getProperty("java.class.path", "").split(File.pathSeparator, -1)[0])
                .toAbsolutePath()
                .normalize();
        for (Path above = jar.getParent(); above != null; above = above.getParent()) {
            if (Files.isRegularFile(above.resolve("broker")) && Files.exists(above.resolve("pom.xml"))) {
                return above;
            }
        }
        throw new IllegalStateException("class path: " + jar + " (expected: in benchmark/target)");
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
