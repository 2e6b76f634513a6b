package org.unfoldingword.broker.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        Member file = new Member("", tree(json));
        file.expectObjectOf(List.of("keys"));
        Member keys = file.member("keys");
        keys.expect(
                keys.given().isArray()
                        && !keys.given().isEmpty()
                        && keys.given().size() <= ACCOUNTS_MAX,
                keys.kind(),
                "a list of 1 to " + ACCOUNTS_MAX);
        List<Member> entries = keys.list();
        List<Account> accounts = entries.stream().map(KeyFile::account).toList();
        expectUnique(entries, accounts);
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
            throw new IllegalArgumentException(
                    "file: malformed at " + where + " (expected: JSON in UTF-8, no member twice)");
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes that cannot be read", impossible);
        }
    }

    private static Account account(Member entry) {
        entry.expectObjectOf(MEMBERS);
        Member id = entry.member("id");
        id.expect(ID.matcher(id.text()).matches(), id.text(), ID.pattern());
        id.expect(!id.text().equals(Account.SINGLE), id.text(), "another; this one is that of BROKER_API_KEY");
        List<String> keys = secrets(entry.member("key"));
        List<KeyDigest> digests =
                new ArrayList<>(keys.stream().map(KeyDigest::of).toList());
        digests.addAll(hashes(entry.member("key_hash")));
        entry.member("key").expect(!digests.isEmpty(), "missing", "a key, or its hash as key_hash");
        Set<Right> rights = rights(entry.member("scopes"));
        Names orgs = names(entry.member("orgs"));
        entry.member("orgs")
                .expect(
                        !rights.contains(Right.OPERATE) || orgs instanceof Names.All,
                        "some",
                        "[\"*\"] with the scope operate, which shows all orgs");
        entry.member("scopes")
                .expect(
                        !rights.contains(Right.CONTENT) || rights.contains(Right.OPERATE),
                        "content",
                        "operate beside it");
        List<String> tokens = secrets(entry.member("callback_token"));
        return new Account(
                id.text(),
                digests,
                rights,
                names(entry.member("client_ids")),
                orgs,
                defaultOrg(entry.member("default_org"), orgs),
                delivery(entry.member("default_delivery")),
                rate(entry.member("rate")),
                signingSecrets(entry.member("signing_secret")),
                (tokens.isEmpty() ? keys : tokens).stream().map(SecretText::new).toList());
    }

    private static List<String> secrets(Member given) {
        List<String> secrets = given.secrets();
        secrets.forEach(secret -> given.expect(
                SECRET.matcher(secret).matches(), Member.HIDDEN, "16 to 256 printable ASCII characters, no space"));
        return secrets;
    }

    private static List<KeyDigest> hashes(Member given) {
        return given.secrets().stream()
                .map(hash -> KeyDigest.parse(hash)
                        .orElseThrow(
                                () -> given.fault(Member.HIDDEN, "sha256: and 64 hexadecimal digits in lower case")))
                .toList();
    }

    private static Set<Right> rights(Member given) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        given.list().forEach(word -> rights.add(word.word(Right.values(), Right::word)));
        return rights;
    }

    private static Names names(Member given) {
        Set<String> names = new LinkedHashSet<>();
        given.list().forEach(name -> names.add(name(name)));
        given.expect(!names.contains("*") || names.size() == 1, "* among others", "\"*\" alone, or names");
        return names.contains("*") ? new Names.All() : new Names.Some(names);
    }

    private static String name(Member given) {
        String name = given.text();
        boolean good =
                !name.isBlank() && name.length() <= NAME_MAX && name.chars().noneMatch(Character::isISOControl);
        given.expect(good, name, "1 to " + NAME_MAX + " characters, none of them a control character");
        return name;
    }

    private static Optional<String> defaultOrg(Member given, Names orgs) {
        if (given.missing()) {
            return orgs.only();
        }
        String org = name(given);
        given.expect(orgs.include(org), org, "one of its orgs");
        return Optional.of(org);
    }

    private static Delivery delivery(Member given) {
        return given.missing() ? Delivery.SYNC : given.word(Delivery.values(), Delivery::word);
    }

    private static Optional<Integer> rate(Member given) {
        if (given.missing()) {
            return Optional.empty();
        }
        JsonNode rate = given.given();
        boolean good = rate.isIntegralNumber() && rate.canConvertToInt() && rate.intValue() >= 1;
        given.expect(good && rate.intValue() <= RATE_MAX, rate.toString(), "whole messages a second, 1 to " + RATE_MAX);
        return Optional.of(rate.intValue());
    }

    private static List<SecretText> signingSecrets(Member given) {
        List<String> secrets = given.secrets();
        secrets.forEach(secret -> given.expect(
                signs(secret), Member.HIDDEN, "whsec_ and base64 of 24 to 64 bytes, or whsk_ and base64 of 64"));
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

    /** A key opens one account, and an id names one. */
    private static void expectUnique(List<Member> entries, List<Account> accounts) {
        Set<String> ids = new HashSet<>();
        Map<KeyDigest, String> owners = new HashMap<>();
        for (int i = 0; i < accounts.size(); i++) {
            Account account = accounts.get(i);
            entries.get(i).member("id").expect(ids.add(account.id()), account.id(), "an id that no other has");
            for (KeyDigest digest : account.digests()) {
                String owner = owners.putIfAbsent(digest, account.id());
                entries.get(i).member("key").expect(owner == null, "that of " + owner, "a key that no other has");
            }
        }
    }
}
