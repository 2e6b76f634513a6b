package org.unfoldingword.broker.launcher;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/** Where {@code start} keeps what must survive a restart. Made when first needed; only its owner may read it. */
record DataDirectory(Path path) {

    /** Where it is for whoever has that environment; what is blank counts as unset. */
    static DataDirectory in(Map<String, String> environment) {
        String path = environment.getOrDefault("BROKER_DATA_DIR", "");
        return new DataDirectory(Path.of(path.isBlank() ? "data" : path));
    }

    /** The secret kept here; made on first use. */
    String secret(Secret secret) {
        Path file = made(path).resolve(secret.file());
        try {
            if (!Files.exists(file)) {
                Path whole = Files.createTempFile(path, secret.file(), ".new", ownerOnly("rw-------"));
                Files.writeString(whole, secret.fresh() + "\n");
                Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readString(file).strip();
        } catch (IOException unusable) {
            throw unusable(file, unusable);
        }
    }

    /** The secret kept here, if any start has made one. */
    Optional<String> knownSecret(Secret secret) {
        Path file = path.resolve(secret.file());
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (NoSuchFileException unknown) {
            return Optional.empty();
        } catch (IOException unusable) {
            throw unusable(file, unusable);
        }
    }

    /** Makes this process the only one that uses the directory, until it ends in whatever way. */
    DataLock lock() {
        return DataLock.take(made(path).resolve("lock"));
    }

    /** A directory of its own for one part; exists. */
    Path below(String name) {
        return made(path.resolve(name));
    }

    private static Path made(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, ownerOnly("rwx------"));
            }
            if (!Files.isWritable(directory)) {
                throw new IOException("not writable");
            }
            return directory.toRealPath();
        } catch (IOException unusable) {
            throw unusable(directory, unusable);
        }
    }

    private static StartFailure unusable(Path path, IOException why) {
        String reason = why instanceof FileAlreadyExistsException ? "not a directory" : FailureLine.reason(why);
        return new StartFailure(
                "broker.data-dir: " + path + ": " + reason
                        + " (expected: a directory that this user may write; environment: BROKER_DATA_DIR)",
                why);
    }

    private static FileAttribute<?> ownerOnly(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
