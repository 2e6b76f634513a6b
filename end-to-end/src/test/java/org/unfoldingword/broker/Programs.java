package org.unfoldingword.broker;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the machine has, as a shell would find it. */
final class Programs {

    private Programs() {}

    static boolean onPath(String name) {
        return firstOf(List.of(name)).isPresent();
    }

    /** The first on the path that has one of the names. */
    static Optional<Path> firstOf(List<String> names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .flatMap(directory -> names.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
