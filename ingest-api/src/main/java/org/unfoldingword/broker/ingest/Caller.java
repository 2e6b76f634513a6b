package org.unfoldingword.broker.ingest;

import jakarta.servlet.ServletRequest;
import java.util.Optional;
import java.util.function.Predicate;
import org.unfoldingword.broker.access.Account;
import org.unfoldingword.broker.access.Delivery;
import org.unfoldingword.broker.access.KeyMark;
import org.unfoldingword.broker.access.Names;
import org.unfoldingword.broker.access.Right;
import org.unfoldingword.broker.lane.Found;

/**
 * Who asks: the account of the key that a request showed. What it may not name is refused with 403; what it may not see does not
 * exist for it, 404.
 *
 * @param shown which of the account's keys it was
 * @param defaultOrg the org of a request that names none: the account's own, else the broker's if the account may name it
 */
record Caller(Account account, KeyMark shown, Optional<String> defaultOrg) {

    private static final String ATTRIBUTE = Caller.class.getName();

    static Caller of(Account account, KeyMark shown, Optional<String> brokerDefaultOrg) {
        return new Caller(
                account, shown, account.defaultOrg().or(() -> brokerDefaultOrg.filter(account.orgs()::include)));
    }

    /** Whoever showed the request's key; there is always one behind {@link ApiKeyFilter} but on its open paths. */
    static Caller of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("a request without a caller (expected: one that has passed the key filter)");
    }

    void mark(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** For logs and for the record of an operator's action. */
    String id() {
        return account.id();
    }

    /** How the answer reaches it where the request does not say. */
    Delivery delivery() {
        return account.delivery();
    }

    /** Its id, if its messages' callbacks are signed with secrets of its own. */
    Optional<String> signer() {
        return account.signingSecrets().isEmpty() ? Optional.empty() : Optional.of(account.id());
    }

    boolean may(Right right) {
        return account.may(right);
    }

    /** @throws Problem 403 if it lacks the right */
    void require(Right right) {
        if (!may(right)) {
            throw Problem.of(
                    403,
                    "scope_missing",
                    "the key lacks a scope (expected: a key with the scope " + right.word() + ")");
        }
    }

    /** @throws Problem 403, naming the field, if it may not send for that org or under that client's name */
    void requireNames(String org, String client) {
        if (!account.orgs().include(org)) {
            throw Problem.forbidden("org_forbidden", "org_id", org, "an org that the key may name");
        }
        if (!account.clients().include(client)) {
            throw Problem.forbidden("client_forbidden", "client_id", client, "a client_id that the key may name");
        }
    }

    /** Whether the message exists for it. */
    boolean sees(Found message) {
        return sees(message.envelope().org())
                && account.clients().include(message.envelope().client());
    }

    /** Which messages of an org that it sees exist for it; empty: all. */
    Optional<Predicate<Found>> sight() {
        return account.clients() instanceof Names.All ? Optional.empty() : Optional.of(this::sees);
    }

    /** Whether that org exists for it. */
    boolean sees(String org) {
        return account.orgs().include(org);
    }

    /**
     * The org that a look-up is about.
     *
     * @throws Problem 400 if neither the request nor a default names one, 404 if the org does not exist for it
     */
    String orgOf(Optional<String> given) {
        String org = given.filter(name -> !name.isBlank())
                .or(() -> defaultOrg)
                .orElseThrow(() -> Problem.field("org_id", "missing", "the organisation's name"));
        Submission.name("org_id", org);
        if (!sees(org)) {
            throw Problem.of(404, "org_unknown", "org_id: unknown (expected: an org that the key may see)");
        }
        return org;
    }
}
