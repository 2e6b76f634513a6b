package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One Lua script of the class path, with {@code engine.lua} and the fragments it names in front of it, known to Redis by its SHA-1. */
record Script(String name, String text, String sha) {

    private static final String ENGINE = read("engine");

    /** @param fragments what else the script is built on, without its name's ending */
    static Script load(String name, String... fragments) {
        return of(name, base(fragments) + read(name));
    }

    /** As {@link #load}, for a {@link GroupedScript}: one command runs it for many callers. */
    static Script loadGrouped(String name, String... fragments) {
        return grouped(name, read(name), fragments);
    }

    /** As {@link #loadGrouped}, of this text. */
    static Script grouped(String name, String text, String... fragments) {
        return of(name, base(fragments) + "local function one()\n" + text + "end\n" + read("grouped"));
    }

    private static String base(String... fragments) {
        StringBuilder base = new StringBuilder(ENGINE);
        for (String fragment : fragments) {
            base.append(read(fragment));
        }
        return base.toString();
    }

    static Script of(String name, String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8));
            return new Script(name, text, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("script " + name + ".lua: not on the class path");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
