package org.unfoldingword.broker.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.unfoldingword.broker.message.Json;

/**
 * Puts the origin that clients see in place of the worker's, in the members that hold the worker's URLs and nowhere else: what
 * people wrote is never touched, and everything but those values stays byte for byte as it came. Immutable.
 */
public final class PublicUrls {

    /** Members that hold a URL wherever they stand. */
    private static final Set<String> VOICE = Set.of("voice_audio_url", "inbound_voice_audio_url");

    private static final String ATTACHMENTS = "attachments";

    private final String worker;
    private final String visible;

    private PublicUrls(String worker, String visible) {
        this.worker = worker;
        this.visible = visible;
    }

    /**
     * @param workerUrl where the worker is called; its URLs name the same host and port, with http or https
     * @param publicUrl the origin that clients see; blank leaves all as it is
     */
    public static PublicUrls of(String workerUrl, String publicUrl) {
        return new PublicUrls(authority(workerUrl), publicUrl.strip().replaceAll("/+$", ""));
    }

    /** Whether all comes back as it is. */
    public boolean changeNothing() {
        return visible.isEmpty() || worker.isEmpty();
    }

    /** One URL, as clients are to see it. */
    public String rewrite(String url) {
        if (changeNothing() || !authority(url).equals(worker)) {
            return url;
        }
        int path = url.indexOf('/', url.indexOf("//") + 2);
        return path < 0 ? visible : visible + url.substring(path);
    }

    /** A JSON text with its URLs as clients are to see them. What is no JSON comes back as it is. */
    public byte[] rewrite(byte[] json) {
        if (changeNothing()) {
            return json;
        }
        try (JsonParser parser = Json.factory().createParser(json)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 64);
            int copied = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Optional<String> changed = token == JsonToken.VALUE_STRING && holdsUrl(parser)
                        ? Optional.of(parser.getText())
                                .filter(url -> !rewrite(url).equals(url))
                        : Optional.empty();
                if (changed.isPresent()) {
                    int start = (int) parser.currentTokenLocation().getByteOffset();
                    out.write(json, copied, start - copied);
                    out.write(Json.mapper().writeValueAsBytes(rewrite(changed.get())));
                    parser.finishToken();
                    copied = (int) parser.currentLocation().getByteOffset();
                }
            }
            if (copied == 0) {
                return json;
            }
            out.write(json, copied, json.length - copied);
            return out.toByteArray();
        } catch (JsonProcessingException noJson) {
            return json;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static boolean holdsUrl(JsonParser parser) {
        String name = parser.getParsingContext().getCurrentName();
        if (name == null) {
            return false;
        }
        // {"attachments":[{"url":…}]}: the value's object, its list, and the name of that list.
        var list = parser.getParsingContext().getParent();
        return VOICE.contains(name)
                || name.equals("url")
                        && list != null
                        && list.inArray()
                        && list.getParent() != null
                        && ATTACHMENTS.equals(list.getParent().getCurrentName());
    }

    /** Host and port of an http or https URL, the port only if it is not the usual one; empty for anything else. */
    private static String authority(String url) {
        String lower = url.strip().toLowerCase(Locale.ROOT);
        int start = lower.startsWith("https://") ? 8 : lower.startsWith("http://") ? 7 : -1;
        if (start < 0) {
            return "";
        }
        int end = start;
        while (end < lower.length() && "/?#".indexOf(lower.charAt(end)) < 0) {
            end++;
        }
        return lower.substring(start, end).replaceFirst(start == 8 ? ":443$" : ":80$", "");
    }
}
