package org.unfoldingword.broker.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.unfoldingword.broker.message.Json;

/**
 * The key file: a JSON object whose {@code keys} is a list of accounts.
 *
 * <pre>{@code
 * {"keys": [{
 *   "id": "whatsapp",                         for logs
 *   "key": "brk_…",                           16 to 256 printable characters; a list while rotating
 *   "key_hash": "sha256:<64 hex digits>",     instead of key, or beside it; a list likewise
 *   "scopes": ["submit", "read"],             also gateway, admin, operate, content
 *   "client_ids": ["whatsapp"],               ["*"] is any
 *   "orgs": ["unfoldingWord"],                ["*"] is any
 *   "default_org": "unfoldingWord",           needless with a single org
 *   "default_delivery": "async",              sync if not given
 *   "rate": 50,                               messages a second; if not given, as the setting says
 *   "signing_secret": "whsec_…",              a list while rotating; if not given, as the setting says
 *   "callback_token": "…"                     if not given: the key that came with the message, else the first
 * }]}
 * }</pre>
 *
 * <p>Strict: an unknown member is a fault, as it would be a right or a bound that somebody believes in. Every fault is an
 * {@link IllegalArgumentException} that says where, what and what was expected, and shows no secret.
 */
final class KeyFile {

    static final int ACCOUNTS_MAX = 1000;

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    private static final Pattern SECRET = Pattern.compile("[!-~]{16,256}");
    private static final Pattern SIGNING = Pattern.compile("(whsec_|whsk_)(.*)");
    private static final int NAME_MAX = 256;
    private static final int RATE_MAX = 1_000_000;
    private static final String HIDDEN = "(not shown)";
    private static final List<String> MEMBERS = List.of(
            "id",
            "key",
            "key_hash",
            "scopes",
            "client_ids",
            "orgs",
            "default_org",
            "default_delivery",
            "rate",
            "signing_secret",
            "callback_token");

    private KeyFile() {}

    /** The accounts of a file. */
    static List<Account> parse(byte[] json) {
        JsonNode root = tree(json);
        known("", root, List.of("keys"));
        JsonNode keys = root.path("keys");
        if (!keys.isArray() || keys.isEmpty() || keys.size() > ACCOUNTS_MAX) {
            throw fault("keys", kind(keys), "a list of 1 to " + ACCOUNTS_MAX);
        }
        List<Account> accounts = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            accounts.add(account("keys[" + i + "]", keys.get(i)));
        }
        unique(accounts);
        return accounts;
    }

    /** Says where the fault is, and not what stands there: it may be a key. */
    private static JsonNode tree(byte[] json) {
        try {
            return Json.mapper().readTree(json);
        } catch (JsonProcessingException malformed) {
            String where = Optional.ofNullable(malformed.getLocation())
                    .map(at -> "line " + at.getLineNr() + ", column " + at.getColumnNr())
                    .orElse("its end");
            throw fault("file", "malformed at " + where, "JSON in UTF-8, no member twice");
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes that cannot be read", impossible);
        }
    }

    private static Account account(String at, JsonNode entry) {
        known(at + ".", entry, MEMBERS);
        String id = text(at + ".id", entry.path("id"));
        expect(ID.matcher(id).matches(), at + ".id", id, ID.pattern());
        expect(!id.equals(Account.SINGLE), at + ".id", id, "another; this one is that of BROKER_API_KEY");
        List<String> keys = secrets(at + ".key", entry.path("key"));
        List<KeyDigest> digests =
                new ArrayList<>(keys.stream().map(KeyDigest::of).toList());
        digests.addAll(hashes(at + ".key_hash", entry.path("key_hash")));
        expect(!digests.isEmpty(), at + ".key", "missing", "a key, or its hash as key_hash");
        Set<Right> rights = rights(at + ".scopes", entry.path("scopes"));
        Names orgs = names(at + ".orgs", entry.path("orgs"));
        expect(
                !rights.contains(Right.OPERATE) || orgs instanceof Names.All,
                at + ".orgs",
                "some",
                "[\"*\"] with the scope operate, which shows all orgs");
        expect(
                !rights.contains(Right.CONTENT) || rights.contains(Right.OPERATE),
                at + ".scopes",
                "content",
                "operate beside it");
        List<String> tokens = secrets(at + ".callback_token", entry.path("callback_token"));
        return new Account(
                id,
                digests,
                rights,
                names(at + ".client_ids", entry.path("client_ids")),
                orgs,
                defaultOrg(at + ".default_org", entry.path("default_org"), orgs),
                delivery(at + ".default_delivery", entry.path("default_delivery")),
                rate(at + ".rate", entry.path("rate")),
                signingSecrets(at + ".signing_secret", entry.path("signing_secret")),
                (tokens.isEmpty() ? keys : tokens).stream().map(SecretText::new).toList());
    }

    private static Optional<String> defaultOrg(String at, JsonNode given, Names orgs) {
        if (given.isMissingNode()) {
            return orgs.only();
        }
        String org = name(at, given);
        expect(orgs.include(org), at, org, "one of its orgs");
        return Optional.of(org);
    }

    private static Delivery delivery(String at, JsonNode given) {
        return given.isMissingNode() ? Delivery.SYNC : word(at, given, Delivery.values(), Delivery::word);
    }

    private static Optional<Integer> rate(String at, JsonNode given) {
        if (given.isMissingNode()) {
            return Optional.empty();
        }
        boolean good = given.isIntegralNumber() && given.canConvertToInt() && given.intValue() >= 1;
        expect(good && given.intValue() <= RATE_MAX, at, given.toString(), "whole messages a second, 1 to " + RATE_MAX);
        return Optional.of(given.intValue());
    }

    private static List<SecretText> signingSecrets(String at, JsonNode given) {
        List<String> secrets = oneOrMore(at, given);
        secrets.forEach(secret ->
                expect(signs(secret), at, HIDDEN, "whsec_ and base64 of 24 to 64 bytes, or whsk_ and base64 of 64"));
        return secrets.stream().map(SecretText::new).toList();
    }

    private static boolean signs(String secret) {
        Matcher parts = SIGNING.matcher(secret);
        if (!parts.matches()) {
            return false;
        }
        try {
            int bytes = Base64.getDecoder().decode(parts.group(2)).length;
            return parts.group(1).equals("whsk_") ? bytes == 64 : bytes >= 24 && bytes <= 64;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static Set<Right> rights(String at, JsonNode given) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        List<JsonNode> words = list(at, given);
        for (int i = 0; i < words.size(); i++) {
            rights.add(word(at + "[" + i + "]", words.get(i), Right.values(), Right::word));
        }
        return rights;
    }

    private static Names names(String at, JsonNode given) {
        Set<String> names = new LinkedHashSet<>();
        List<JsonNode> words = list(at, given);
        for (int i = 0; i < words.size(); i++) {
            names.add(name(at + "[" + i + "]", words.get(i)));
        }
        expect(!names.contains("*") || names.size() == 1, at, "* among others", "\"*\" alone, or names");
        return names.contains("*") ? new Names.All() : new Names.Some(names);
    }

    private static List<KeyDigest> hashes(String at, JsonNode given) {
        return oneOrMore(at, given).stream()
                .map(hash -> KeyDigest.parse(hash)
                        .orElseThrow(() -> fault(at, HIDDEN, "sha256: and 64 hexadecimal digits in lower case")))
                .toList();
    }

    private static List<String> secrets(String at, JsonNode given) {
        List<String> secrets = oneOrMore(at, given);
        secrets.forEach(secret ->
                expect(SECRET.matcher(secret).matches(), at, HIDDEN, "16 to 256 printable ASCII characters, no space"));
        return secrets;
    }

    private static List<String> oneOrMore(String at, JsonNode given) {
        if (given.isMissingNode()) {
            return List.of();
        }
        List<JsonNode> values = given.isArray() ? list(at, given) : List.of(given);
        values.forEach(value -> expect(value.isTextual(), at, HIDDEN, "text, or a list of texts"));
        return values.stream().map(JsonNode::textValue).toList();
    }

    private static List<JsonNode> list(String at, JsonNode given) {
        expect(given.isArray() && !given.isEmpty(), at, kind(given), "a list that is not empty");
        List<JsonNode> values = new ArrayList<>();
        given.forEach(values::add);
        return values;
    }

    private static String name(String at, JsonNode given) {
        String name = text(at, given);
        boolean good =
                !name.isBlank() && name.length() <= NAME_MAX && name.chars().noneMatch(Character::isISOControl);
        expect(good, at, name, "1 to " + NAME_MAX + " characters, none of them a control character");
        return name;
    }

    private static String text(String at, JsonNode given) {
        expect(given.isTextual(), at, kind(given), "text");
        return given.textValue();
    }

    private static <E> E word(String at, JsonNode given, E[] values, Function<E, String> word) {
        String text = text(at, given);
        return Arrays.stream(values)
                .filter(value -> word.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> fault(
                        at, text, Arrays.stream(values).map(word).collect(Collectors.joining(", ", "one of ", ""))));
    }

    private static void known(String at, JsonNode object, List<String> members) {
        expect(object.isObject(), at.isEmpty() ? "file" : at.substring(0, at.length() - 1), kind(object), "an object");
        object.fieldNames()
                .forEachRemaining(name ->
                        expect(members.contains(name), at + name, "unknown", "one of " + String.join(", ", members)));
    }

    /** A key opens one account, and an id names one. */
    private static void unique(List<Account> accounts) {
        Set<String> ids = new HashSet<>();
        Map<KeyDigest, String> owners = new HashMap<>();
        for (int i = 0; i < accounts.size(); i++) {
            Account account = accounts.get(i);
            expect(ids.add(account.id()), "keys[" + i + "].id", account.id(), "an id that no other has");
            for (KeyDigest digest : account.digests()) {
                String owner = owners.putIfAbsent(digest, account.id());
                expect(owner == null, "keys[" + i + "].key", "that of " + owner, "a key that no other has");
            }
        }
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode() ? "missing" : node.getNodeType().toString().toLowerCase(Locale.ROOT);
    }

    private static void expect(boolean kept, String at, String value, String expected) {
        if (!kept) {
            throw fault(at, value, expected);
        }
    }

    private static IllegalArgumentException fault(String at, String value, String expected) {
        return new IllegalArgumentException(at + ": " + value + " (expected: " + expected + ")");
    }
}
