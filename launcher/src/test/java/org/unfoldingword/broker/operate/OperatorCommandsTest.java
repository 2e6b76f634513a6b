package org.unfoldingword.broker.operate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unfoldingword.broker.http.LoopbackServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What each command asks, prints and ends with; the API is a script of answers. */
class OperatorCommandsTest {

    private static final String ID = "01a21099-9176-800d-ab2b-b849c1d18f60";
    private static final String OPERATOR = "/api/v1/operator";

    /** What one path answers, in turn; the last answer stays. */
    private final Map<String, Deque<Answer>> answers = new HashMap<>();

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final LoopbackServer api = new LoopbackServer().on("/", this::answer);
    private final Map<String, String> environment =
            new HashMap<>(Map.of("BROKER_URL", api.url(), "BROKER_API_KEY", "k"));

    private record Answer(int status, String body) {}

    private record Told(int status, String out, String err) {}

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void tellsHowTheWholeFares() {
        on(
                "GET /health",
                200,
                "{'status':'degraded','dead_letters':1,'reasons':['worker: its circuit is open','everything is paused']}");
        on("GET " + OPERATOR + "/overview", 200, """
                {'messages':{'waiting':3,'running':1,'delayed':2,'completed':10,'failed':1,'dead_letters':1,'longest_head_seconds':200},
                 'callbacks':{'pending':4,'running':1,'delayed':1,'delivered':9,'dead_letters':0,'longest_head_seconds':0.4},
                 'dispatchers':[{'name':'dispatcher-a','state':'circuit-open'}],
                 'pauses':[{'scope':'org','org_id':'acme','since':'2026-01-02T03:04:05Z','by':'ops','reason':'a test'}],
                 'redis':{'used_memory_bytes':2097152,'answered_in_seconds':0.002}}""");
        Told told = run("status");
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.out())
                .contains("degraded", "worker: its circuit is open", "dispatcher-a", "2.0 MB used, answered in 2 ms")
                .contains("everything is paused (./broker resume --all)", "1 dead letter (./broker dead-letters")
                .contains("paused: org acme since 2026-01-02 03:04:05 by ops: a test")
                .containsPattern("messages +3 +1 +2 +11 +1 +3 min")
                .containsPattern("callbacks +2 +1 +1 +9 +0 +0.4 s");
    }

    @Test
    void saysThatABrokerIsUnhealthyWithoutAskingForMore() {
        on("GET /health", 503, "{'status':'unhealthy','reasons':['Redis: away']}");
        assertThat(run("status").out()).contains("unhealthy", "Redis: away");
        assertThat(run("status", "--json").out()).contains("\"status\":\"unhealthy\"");
        assertThat(asked).containsExactly("GET /health", "GET /health");
    }

    @Test
    void pagesThroughAListUntilItIsLongEnough() {
        on("GET " + OPERATOR + "/pending", 200, "{'pending':[" + pending("1-1") + "],'next_cursor':'c1'}");
        on("GET " + OPERATOR + "/pending", 200, "{'pending':[" + pending("2-2") + "],'next_cursor':null}");
        Told told = run("pending", "--idle", "5", "--limit", "10");
        assertThat(told.status()).isZero();
        assertThat(told.out()).contains("1-1", "2-2", "dispatcher-a", "2 h 5 min");
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0)).contains("idle=5", "limit=10").doesNotContain("cursor");
        assertThat(asked.get(1)).contains("limit=9", "cursor=c1");
    }

    @Test
    void saysPlainlyThatAListIsEmpty() {
        on("GET " + OPERATOR + "/pending", 200, "{'pending':[]}");
        on("GET " + OPERATOR + "/dead-letters", 200, "{'dead_letters':[]}");
        on("GET " + OPERATOR + "/conversations", 200, "{'conversations':[]}");
        assertThat(run("pending").out()).isEqualTo("nothing is pending\n");
        assertThat(run("dead-letters").out()).isEqualTo("no such dead letters\n");
        assertThat(run("queue").out()).isEqualTo("no such conversation has messages\n");
    }

    @Test
    void showsOneConversationOrTheListOfThem() {
        on(
                "GET " + OPERATOR + "/conversations",
                200,
                "{'conversations':[{'conversation':'user:acme:ann','state':'running','length':2,'head_for_seconds':12.0,"
                        + "'attempts':1,'pending':{'consumer':'dispatcher-a'},'head_message_id':'" + ID + "'}]}");
        on("GET " + OPERATOR + "/conversations/user%3Aacme%3Aann", 200, conversation("running", ID));
        assertThat(run("queue", "--state", "running").out()).contains("user:acme:ann", "dispatcher-a", "12 s");
        assertThat(run("queue", "acme/ann").out()).contains("It is called by dispatcher-a.", ID, "running");
        assertThat(run("explain", "--org", "acme", "--user", "ann").out())
                .isEqualTo("user:acme:ann: It is called by dispatcher-a.\n");
        assertThat(asked.getFirst()).contains("state=running");
    }

    /** Tables of 130 columns and sentences broken within words were what a window of 80 or 100 showed. */
    @Test
    void keepsWithinTheWindowOfAPerson() {
        String user = "long".repeat(20);
        on(
                "GET " + OPERATOR + "/conversations",
                200,
                "{'conversations':[{'conversation':'user:acme:" + user
                        + "','state':'running','length':2,'head_for_seconds':12.0,'attempts':1,"
                        + "'pending':{'consumer':'dispatcher-of-a-long-name'},'head_message_id':'" + ID + "'}]}");
        on(
                "GET " + OPERATOR + "/conversations/user%3Aacme%3Aann",
                200,
                conversation("running", ID)
                        .replace("It is called by", "It is due at 2026-01-02T03:04:05Z, and is called once more by"));
        on("GET " + OPERATOR + "/messages/" + ID, 200, """
                {'calls':[{'started_at':'2026-01-02T03:04:06Z','took_seconds':2,'outcome':'failed','holder':'dispatcher-of-a-long-name',
                 'detail':'nobody was at home at the address that was given for it'}]}""");

        environment.put("BROKER_COLUMNS", "140");
        assertThat(run("queue").out()).contains("user:acme:longlong", "…", "dispatcher-of-a-long-name", ID);
        environment.put("BROKER_COLUMNS", "100");
        assertThat(run("queue").out()).contains("user:acme:longlong", "…", ID).doesNotContain("dispatcher");
        assertThat(run("queue").out().lines()).allMatch(line -> line.length() <= 100);
        environment.put("BROKER_COLUMNS", "60");
        assertThat(run("explain", "acme/ann").out())
                .isEqualTo(
                        "user:acme:ann: It is due at 2026-01-02 03:04:05, and is\ncalled once more by dispatcher-a.\n");
        assertThat(run("message", ID).out().lines())
                .contains("2026-01-02 03:04:06  2.0 s  failed   nobody was at home at")
                .endsWith(" ".repeat(37) + "the address that was", " ".repeat(37) + "given for it");
    }

    @Test
    void explainsTheConversationOfAMessage() {
        on("GET " + OPERATOR + "/messages/" + ID, 200, "{'conversation':'user:acme:ann','status':'processing'}");
        on("GET " + OPERATOR + "/conversations/user%3Aacme%3Aann", 200, conversation("running", ID));
        assertThat(run("explain", ID).out()).startsWith("user:acme:ann: ");
        assertThat(run("explain").status()).isEqualTo(2);
    }

    @Test
    void tellsAMessagesLife() {
        on("GET " + OPERATOR + "/messages/" + ID, 200, """
                {'message_id':'%s','status':'failed','conversation':'user:acme:ann','accepted_at':'2026-01-02T03:04:05Z',
                 'waited_seconds':1.5,'finished_at':'2026-01-02T03:05:05Z','error':{'code':'worker_failed','message':'no'},
                 'calls':[{'started_at':'2026-01-02T03:04:06Z','took_seconds':2,'outcome':'failed','holder':'dispatcher-a','detail':'500'}],
                 'callback':{'endpoint':'https://x.example','status':'dead','last_error':'410'},
                 'deliveries':[{'started_at':'2026-01-02T03:05:06Z','took_seconds':0.1,'outcome':'dead','holder':'deliverer-a'}]}""".formatted(ID));
        Told told = run("message", ID);
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.out())
                .contains("waited 1.5 s", "worker_failed: no", "dispatcher-a", "callback to https://x.example", "410")
                .contains("2026-01-02 03:05:05");
    }

    @Test
    void redrivesOnlyWhenToldTo() {
        on(
                "POST " + OPERATOR + "/dead-letters/redrive",
                200,
                "{'count':1,'outcomes':{'redriven':1},'items':[{'message_id':'" + ID
                        + "','outcome':'redriven','queue_position':1}],'next_cursor':null}");
        assertThat(run("redrive", "--all").out()).isEqualTo("would be: 1 redriven (nothing done; do it with --yes)\n");
        assertThat(asked.getLast()).contains("\"dry_run\":true", "\"position\":\"head\"");
        assertThat(run("redrive", ID, "--position", "tail").out()).containsPattern(ID + " +redriven +1");
        assertThat(asked.getLast()).contains("\"dry_run\":false", "\"position\":\"tail\"", ID);
        assertThat(run("redrive").status()).isEqualTo(2);
        assertThat(run("redrive", ID, "--all").status()).isEqualTo(2);
    }

    @Test
    void goesThroughAllBatchesAndEndsWith1IfAnyWasRefused() {
        on(
                "POST " + OPERATOR + "/dead-letters/drop",
                200,
                "{'count':1,'outcomes':{'dropped':1},'items':[{'outcome':'dropped'}],'next_cursor':'next'}");
        on(
                "POST " + OPERATOR + "/dead-letters/drop",
                200,
                "{'count':0,'outcomes':{'not_dead':1},'items':[{'outcome':'not_dead'}],'next_cursor':null}");
        environment.put("BROKER_TERMINAL", "1");
        Told told = run("drop", "--all", "--yes", "--org", "acme", "--lane", "callbacks");
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.out()).isEqualTo("1 dropped, 1 not_dead\n");
        assertThat(told.err()).contains("2 looked at, 1 done");
        assertThat(asked.get(0)).contains("\"org_id\":\"acme\"", "\"lane\":\"callbacks\"");
        assertThat(asked.get(1)).contains("\"cursor\":\"next\"");
    }

    @Test
    void pausesAndResumesExactlyOneThing() {
        on("POST " + OPERATOR + "/pause", 200, "{'scope':'org','org_id':'acme','changed':true}");
        on("POST " + OPERATOR + "/resume", 200, "{'scope':'all','changed':false}");
        assertThat(run("pause", "--org", "acme", "--reason", "a test").out()).isEqualTo("org acme is paused\n");
        assertThat(asked.getLast()).contains("\"org_id\":\"acme\"", "\"reason\":\"a test\"");
        assertThat(run("resume", "--all").out()).isEqualTo("everything was not paused\n");
        assertThat(run("pause").status()).isEqualTo(2);
    }

    /** The second began, and then the first had ended. */
    @Test
    void followsAConversationAndTellsAnEndBeforeWhatFollowsIt() {
        String next = "0197f3a0-0000-8000-8000-000000000002";
        String path = "GET " + OPERATOR + "/conversations/user%3Aacme%3Aann";
        on(path, 200, conversation("running", ID));
        on(path, 200, conversation("running", ID));
        on(path, 200, conversation("delayed", next));
        on(path, 200, "{'at':'2026-01-02T03:04:07Z','conversation':'user:acme:ann','queue':null,'messages':[]}");
        on("GET " + OPERATOR + "/messages/" + ID, 200, "{'status':'completed'}");
        on("GET " + OPERATOR + "/messages/" + next, 200, "{'status':'cancelled'}");

        assertThat(run("tail", "acme/ann", "--until-idle", "--every", "50")
                        .out()
                        .lines())
                .containsExactly(
                        "2026-01-02 03:04:05  " + ID + "  running, attempt 1, by dispatcher-a",
                        "2026-01-02 03:04:05  " + ID + "  completed",
                        "2026-01-02 03:04:05  " + next + "  delayed, after 1 attempt",
                        "2026-01-02 03:04:07  " + next + "  cancelled");
    }

    @Test
    void saysWhetherTheAccountsHold() {
        on(
                "GET " + OPERATOR + "/audit",
                200,
                "{'clean':false,'keys':7,'accounts':[{'lane':'messages','in':5,'waiting':1,'running':1,'delayed':0,'out':2,"
                        + "'holds':false,'judged':true}],'findings':[{'where':'broker:{p00}:x','what':'no owner'}]}");
        Told told = run("audit");
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.out())
                .containsPattern("messages +5 +1 +1 +0 +2 +NO")
                .contains("7 keys looked at, 1 finding", "broker:{p00}:x: no owner");
    }

    @Test
    void cancelsAndTellsWhyNot() {
        String path = "POST " + OPERATOR + "/messages/" + ID + "/cancel";
        on(path, 200, "{'dry_run':true,'status':'queued'}");
        on(path, 202, "{'dry_run':false,'status':'processing'}");
        on(path, 200, "{'dry_run':false,'status':'cancelled'}");
        on(path, 409, "{'detail':'it has ended'}");
        assertThat(run("cancel", ID, "--dry-run").out()).isEqualTo(ID + ": queued, would be cancelled\n");
        assertThat(asked.getLast()).contains("\"dry_run\":true");
        assertThat(run("cancel", ID).out())
                .isEqualTo(ID + ": processing, will be cancelled unless its answer comes first\n");
        assertThat(run("cancel", ID).out()).isEqualTo(ID + ": cancelled\n");
        Told told = run("cancel", ID);
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.err()).isEqualTo("it has ended\n");
    }

    @Test
    void anExitStatusSaysWhatKindOfFailureItWas() {
        on("GET " + OPERATOR + "/audit", 403, "{'detail':'not this key'}");
        on("GET " + OPERATOR + "/audit", 503, "{'detail':'Redis is away'}");
        on("GET " + OPERATOR + "/audit", 400, "{'detail':'odd'}");
        on("GET " + OPERATOR + "/audit", 200, "<html>");
        assertThat(run("audit").status()).isEqualTo(4);
        assertThat(run("audit").status()).isEqualTo(3);
        assertThat(run("audit").status()).isEqualTo(2);
        assertThat(run("audit").err()).contains("is it a broker?");
        environment.remove("BROKER_API_KEY");
        assertThat(run("audit").status()).isEqualTo(4);
    }

    /** It waited for ten minutes, as for an audit. */
    @Test
    void givesUpSoonOnABrokerThatDoesNotAnswer() {
        OperatorApi frozen = OperatorApi.at(api.url(), "k");
        CountDownLatch never = new CountDownLatch(1);
        api.on("/health", exchange -> {
            try {
                never.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(frozen.answerMax()).isEqualTo(Duration.ofSeconds(10));
        assertThat(frozen.patient().answerMax()).isEqualTo(Duration.ofMinutes(10));
        assertThatThrownBy(() -> frozen.within(Duration.ofMillis(200)).health())
                .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.status())
                        .isEqualTo(Exit.UNREACHABLE.status()))
                .hasMessageContaining("no answer within");
    }

    @Test
    void paintsOnlyForAPersonAndPrintsTheBrokersJsonForAScript() {
        on("GET " + OPERATOR + "/messages/" + ID, 200, "{'message_id':'" + ID + "','status':'completed'}");
        assertThat(run("message", ID).out()).doesNotContain("\u001b[");
        environment.put("BROKER_COLOURS", "1");
        assertThat(run("message", ID).out()).contains("\u001b[32mcompleted");
        assertThat(run("message", ID, "--json").out())
                .isEqualTo("{\"message_id\":\"" + ID + "\",\"status\":\"completed\"}\n");
    }

    private static String pending(String entry) {
        return "{'entry':'" + entry
                + "','consumer':'dispatcher-a','idle_seconds':7500,'deliveries':1,'state':'running','conversation':'user:acme:ann',"
                + "'message_id':'" + ID + "'}";
    }

    private static String conversation(String state, String id) {
        return "{'at':'2026-01-02T03:04:05Z','conversation':'user:acme:ann','explanation':'It is called by dispatcher-a.','queue':{'state':'"
                + state
                + "','attempts':1,'pending':{'consumer':'dispatcher-a'}},'messages':[{'position':1,'message_id':'" + id
                + "','running':true,'age_seconds':3}],'callbacks':[]}";
    }

    private void on(String request, int status, String json) {
        answers.computeIfAbsent(request, first -> new ArrayDeque<>()).add(new Answer(status, json.replace('\'', '"')));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
        String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery())
                .map(text -> "?" + text)
                .orElse("");
        asked.add(path + query + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        Deque<Answer> known = answers.getOrDefault(path, new ArrayDeque<>());
        Answer next = Optional.ofNullable(known.size() > 1 ? known.removeFirst() : known.peek())
                .orElse(new Answer(404, ""));
        LoopbackServer.answer(
                exchange, next.status(), "application/json", next.body().getBytes(UTF_8));
    }

    @Command(name = "broker")
    private static final class Root {}

    private Told run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new Root());
        OperatorCommands.addTo(line, new Surroundings(Map.copyOf(environment), Optional::empty, ZoneId.of("UTC")));
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(failure.getMessage());
            return failure instanceof CommandFailure known ? known.status() : 70;
        });
        int status = line.execute(arguments);
        return new Told(status, out.toString(), err.toString());
    }
}
