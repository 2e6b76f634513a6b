package org.unfoldingword.broker.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFileTest {

    private static final String KEY = "brk_0123456789abcdef";
    private static final String SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER = "brk_fedcba9876543210";
    private static final String REST = "\"scopes\":[\"submit\",\"read\"],\"client_ids\":[\"web\"],\"orgs\":[\"acme\"]";

    @Test
    void readsAnAccountWithAllThatItMaySay() {
        Account account = only("{\"id\":\"web-1\",\"key\":\"" + KEY + "\",\"scopes\":[\"submit\"],"
                + "\"client_ids\":[\"web\",\"app\"],\"orgs\":[\"acme\",\"Bible Society\"],\"default_org\":\"acme\","
                + "\"default_delivery\":\"async\",\"rate\":7,\"signing_secret\":[\"" + SIGNING
                + "\"],\"callback_token\":\""
                + OTHER + "\"}");
        assertThat(account.id()).isEqualTo("web-1");
        assertThat(account.rights()).containsExactly(Right.SUBMIT);
        assertThat(account.clients()).isEqualTo(new Names.Some(Set.of("app", "web")));
        assertThat(account.orgs().include("Bible Society")).isTrue();
        assertThat(account.orgs().include("bible society")).isFalse();
        assertThat(account.defaultOrg()).contains("acme");
        assertThat(account.delivery()).isEqualTo(Delivery.ASYNC);
        assertThat(account.rate()).contains(7);
        assertThat(account.signingSecrets()).extracting(SecretText::reveal).containsExactly(SIGNING);
        assertThat(shown(account, KEY)).contains(OTHER);
    }

    @Test
    void takesTheOnlyOrgAsTheDefaultAndTheFirstClearKeyAsTheToken() {
        Account account = only("{\"id\":\"a\",\"key\":[\"" + KEY + "\",\"" + OTHER + "\"]," + REST + "}");
        assertThat(account.defaultOrg()).contains("acme");
        assertThat(account.delivery()).isEqualTo(Delivery.SYNC);
        assertThat(account.callbackToken(Optional.empty()).map(SecretText::reveal))
                .contains(KEY);
        assertThat(account.opensWith(KeyDigest.of(KEY))).isTrue();
        assertThat(account.opensWith(KeyDigest.of(OTHER))).isTrue();
        assertThat(account.opensWith(KeyDigest.of(KEY + "x"))).isFalse();
    }

    /** {@code printf %s brk_0123456789abcdef | sha256sum}. */
    @Test
    void knowsAKeyByItsHashAloneAndThenHasNoToken() {
        Account account = only("{\"id\":\"a\",\"key_hash\":"
                + "\"sha256:026591aa29f5ff80ee521620262ab208e5b337eb23916c2d715fb7c23473089e\"," + REST + "}");
        assertThat(account.callbackToken(Optional.empty())).isEmpty();
        assertThat(account.opensWith(KeyDigest.of(KEY))).isTrue();
    }

    /** The first key was shown, and a gateway that had gone over to the second one refused all its answers. */
    @Test
    void callsBackWithTheKeyThatTheMessageCameWith() {
        Account account = only("{\"id\":\"a\",\"key\":[\"" + KEY + "\",\"" + OTHER + "\"]," + REST + "}");

        assertThat(shown(account, OTHER)).contains(OTHER);
        assertThat(shown(account, KEY)).contains(KEY);
        assertThat(shown(account, "brk_withdrawn-since")).contains(KEY);
        assertThat(KeyMark.of(KEY).text()).isEqualTo("026591aa");
    }

    /** What the callbacks of a message show that came with that key. */
    private static Optional<String> shown(Account account, String key) {
        return account.callbackToken(Optional.of(KeyMark.of(key))).map(SecretText::reveal);
    }

    @Test
    void showsNoSecret() {
        Account account = only("{\"id\":\"a\",\"key\":\"" + KEY + "\",\"signing_secret\":\"" + SIGNING
                + "\",\"callback_token\":\"" + OTHER + "\"," + REST + "}");
        assertThat(account.toString())
                .doesNotContain(KEY, OTHER, SIGNING, "026591aa")
                .contains("acme");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                                     | file: array (expected: an object)
            {}                                                     | keys: missing (expected: a list of 1 to 1000)
            {"keys":[],"keys":[]}                                  | file: malformed at
            {"keys":[{"id":"a"                                     | file: malformed at line 1
            {"keys":[{"id":"a","ip":"x"}]}                         | keys[0].ip: unknown (expected: one of id, key,
            {"keys":[7]}                                           | keys[0]: number (expected: an object)
            {"keys":[{"id":"A b"}]}                                | keys[0].id: A b (expected: [a-z0-9]
            {"keys":[{"id":"default"}]}                            | keys[0].id: default (expected: another
            {"keys":[{"id":"a"}]}                                  | keys[0].key: missing
            {"keys":[{"id":"a","key":"short-s3cret"}]}             | keys[0].key: (not shown) (expected: 16 to 256
            {"keys":[{"id":"a","key":"brk s3cret with spaces"}]}   | keys[0].key: (not shown)
            {"keys":[{"id":"a","key_hash":"sha256:s3cret"}]}       | keys[0].key_hash: (not shown) (expected: sha256:
            {"keys":[{"id":"a","key":"#","scopes":[]}]}            | keys[0].scopes: array (expected: a list that is not
            {"keys":[{"id":"a","key":"#","scopes":["all"]}]}       | keys[0].scopes[0]: all (expected: one of submit, read
            {"keys":[{"id":"a","key":"#","scopes":["read"]}]}      | keys[0].orgs: missing
            {"keys":[{"id":"a","key":"#","scopes":["read"],"orgs":["b"," "]}]}      | keys[0].orgs[1]:   (expected: 1 to 256
            {"keys":[{"id":"a","key":"#","scopes":["read"],"orgs":["b\\u0000"]}]}   | keys[0].orgs[0]: b
            {"keys":[{"id":"a","key":"#","scopes":["read"],"orgs":["*","b"]}]}      | keys[0].orgs: * among others
            {"keys":[{"id":"a","key":"#","scopes":["operate"],"orgs":["b"]}]}       | keys[0].orgs: some (expected: ["*"]
            {"keys":[{"id":"a","key":"#","scopes":["content"],"orgs":["*"]}]}       | keys[0].scopes: content (expected: oper
            {"keys":[{"id":"a","key":"#","scopes":["read"],"orgs":["b"]}]}          | keys[0].client_ids: missing
            {"keys":[{"id":"a","key":"#",^,"default_org":"b"}]}                     | keys[0].default_org: b (expected: one
            {"keys":[{"id":"a","key":"#",^,"default_delivery":"soon"}]}             | keys[0].default_delivery: soon (expec
            {"keys":[{"id":"a","key":"#",^,"rate":0}]}                              | keys[0].rate: 0 (expected: whole
            {"keys":[{"id":"a","key":"#",^,"signing_secret":"whsec_s3cret"}]}       | keys[0].signing_secret: (not shown) (
            {"keys":[{"id":"a","key":"#",^,"signing_secret":["s3cret"]}]}           | keys[0].signing_secret: (not shown) (
            {"keys":[{"id":"a","key":"#",^,"signing_secret":"whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}]} | keys[0].signing_secret: (n
            {"keys":[{"id":"a","key":"#",^},{"id":"a","key":"brk_another_long_one",^}]} | keys[1].id: a (expected: an id th
            {"keys":[{"id":"a","key":"#",^},{"id":"b","key":"#",^}]}                | keys[1].key: that of a (expected: a k
            """)
    void saysWhereTheFaultIsAndShowsNoSecret(String file, String fault) {
        String json = file.replace("#", KEY).replace("^", REST);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyFile.parse(json.getBytes(UTF_8)))
                .withMessageStartingWith(fault)
                .withMessageContaining("(expected: ")
                .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("s3cret", KEY));
    }

    private static Account only(String entry) {
        List<Account> accounts = KeyFile.parse(("{\"keys\":[" + entry + "]}").getBytes(UTF_8));
        assertThat(accounts).hasSize(1);
        return accounts.getFirst();
    }
}
