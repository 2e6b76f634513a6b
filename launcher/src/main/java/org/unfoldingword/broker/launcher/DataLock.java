package org.unfoldingword.broker.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One process per data directory. The operating system frees the lock of a process that dies. */
final class DataLock implements AutoCloseable {

    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    static DataLock take(Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new StartFailure(file.getParent() + ": in use by another broker (process "
                        + Files.readString(file).strip() + "; expected: one start per data directory)");
            }
            // The holder's process id, for the message above.
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DataLock(channel);
        } catch (IOException unusable) {
            throw new StartFailure(
                    file + ": " + FailureLine.reason(unusable) + " (expected: a file that can be locked)", unusable);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ending) {
            // The process ends, and its locks with it.
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException withinThisProcess) {
            return false;
        }
    }
}
