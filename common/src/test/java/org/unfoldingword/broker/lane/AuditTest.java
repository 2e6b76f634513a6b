package org.unfoldingword.broker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.message.Conversation;
import org.unfoldingword.broker.message.MessageId;

/** The audit tells a Redis that is in order from one that is not. */
class AuditTest {

    private static final Conversation ANN = Conversation.ofUser("acme", "ann");
    private static final String ROOT = "broker:{p%02d}:".formatted(ANN.partition(16));

    private final LaneFixture lane = new LaneFixture();
    private final Operations operations = new Operations(lane.lanes);

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void holdsWithMessagesInEveryState() {
        lane.dead(ANN, "failed");
        lane.appendWithCallback(ANN, "answered");
        lane.answer(lane.take());
        lane.append(ANN, "delayed " + "x".repeat(20_000));
        lane.retryIn(lane.take(), Duration.ofHours(1));
        lane.append(ANN, "waiting");
        lane.append(Conversation.ofUser("acme", "bob"), "running");
        lane.take();
        operations.pause(new Scope.Org("third"), "ops", "");
        lane.append(Conversation.ofUser("third", "eve"), "paused");

        AuditReport report = operations.audit();

        assertThat(report.findings()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(report.keys()).isEqualTo(lane.keys().size());
        List<AuditReport.Account> accounts = report.accounts().stream()
                .filter(account -> account.lane() == Lane.MESSAGES)
                .toList();
        assertThat(accounts.stream().mapToLong(AuditReport.Account::in).sum()).isEqualTo(6);
        assertThat(accounts.stream().mapToLong(AuditReport.Account::out).sum()).isEqualTo(2);
        assertThat(accounts.stream().mapToLong(AuditReport.Account::running).sum())
                .isEqualTo(1);
        assertThat(accounts.stream().mapToLong(AuditReport.Account::delayed).sum())
                .isEqualTo(1);
        assertThat(accounts.stream().mapToLong(AuditReport.Account::waiting).sum())
                .isEqualTo(2);
    }

    @Test
    void findsALostMessage() {
        MessageId one = lane.append(ANN, "one");
        lane.append(ANN, "two");
        byte[] entry = lane.redis.call(commands -> commands.hget(ROOT + "message:" + one, "entry"));
        lane.redis.call(commands -> commands.xdel(ROOT + "messages:" + ANN.name(), new String(entry, UTF_8)));

        AuditReport report = operations.audit();

        assertThat(report.accounts())
                .filteredOn(account -> !account.holds())
                .singleElement()
                .satisfies(
                        account -> assertThat(account.in() - account.waiting()).isEqualTo(1));
        assertThat(report.findings())
                .contains(new AuditReport.Finding(
                        ROOT + "message:" + one, "a message that has not ended and is in no queue"));
    }

    @Test
    void findsAQueueThatNobodyWillTake() {
        lane.append(ANN, "one");
        lane.redis.call(commands -> commands.zrem(ROOT + "ready:messages:acme", Redis.utf8(ANN.name())));

        assertThat(operations.audit().findings())
                .extracting(AuditReport.Finding::what)
                .contains("user:acme:ann: neither in later nor ready, so nobody will take it");
    }

    @Test
    void findsKeysWithoutAnOwner() {
        lane.append(ANN, "one");
        Map<String, String> strays = Map.of(
                ROOT + "messages:user:acme:nobody",
                "a queue that is not in heads",
                ROOT + "body:" + lane.lanes.newId(ANN) + ":request:0",
                "part of a message that is not there, and never expires",
                ROOT + "seen:user:acme:ann:digest",
                "an idempotency key that never expires",
                ROOT + "doubt:messages:user:acme:ann",
                "a mark that never expires",
                ROOT + "something",
                "a key that the broker does not know",
                "broker:else",
                "a key that the broker does not know",
                "broker:{p99}:totals",
                "a key that the broker does not know");
        strays.keySet().forEach(key -> lane.redis.call(commands -> commands.set(key, new byte[] {'1'})));

        AuditReport report = operations.audit();

        assertThat(report.clean()).isFalse();
        assertThat(report.findings())
                .containsExactlyInAnyOrderElementsOf(strays.entrySet().stream()
                        .map(stray -> new AuditReport.Finding(stray.getKey(), stray.getValue()))
                        .toList());
    }

    @Test
    void findsAWrongCounter() {
        lane.append(ANN, "one");
        lane.redis.call(commands -> commands.hincrby(ROOT + "totals", "completed", 1));
        assertThat(operations.audit().clean()).isFalse();
    }
}
