package org.unfoldingword.broker;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.unfoldingword.broker.BrokerClient.message;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.RequestOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unfoldingword.broker.http.FreePort;

/** What an operator does in the console, in a real browser. The demo worker does as messages tell it; each test has its users. */
class ConsoleIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Path REPORT = Path.of("target", "console");
    /** More than any view has. */
    private static final int TABS_MAX = 60;
    /** What reaches beyond the window's right edge; what scrolls by itself keeps its own within. */
    private static final String STICKS_OUT = """
            [...document.querySelectorAll('body *')]
              .filter(one => one.getBoundingClientRect().right > innerWidth)
              .map(one => one.outerHTML.slice(0, 120))""";

    @TempDir
    static Path data;

    private static BrokerProcess broker;
    private static BrokerClient client;
    private static Chromium chromium;

    private Page page = chromium.page(ColorScheme.LIGHT, 1360, 900);
    private Console console = new Console(page, broker.port());

    @BeforeAll
    static void start() {
        PlaywrightAssertions.setDefaultAssertionTimeout((double) PATIENCE.toMillis());
        broker = BrokerProcess.Plan.of("start").with("BROKER_DATA_DIR", data).start();
        client = broker.client();
        chromium = Chromium.start();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        broker.close();
    }

    @AfterEach
    void leavesNoTraceAndNoComplaint() {
        assertThat(page.context().cookies()).isEmpty();
        assertThat(page.evaluate("localStorage.length + sessionStorage.length")).isEqualTo(0);
        assertThat(chromium.complaints()).isEmpty();
        page.context().close();
    }

    @Test
    void letsInWhoHasTheKeyAndNobodyElse() {
        page.navigate(console.url());
        page.getByLabel("Operator key").fill("brk_wrong");
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.ALERT)).hasText("The broker does not know this key.");

        page.getByLabel("Operator key").fill(BrokerProcess.API_KEY);
        page.keyboard().press("Enter");
        assertThat(console.heading("Overview")).isVisible();
        assertThat(page.getByText("Live", new Page.GetByTextOptions().setExact(true)))
                .isVisible();

        page.reload();
        assertThat(page.getByLabel("Operator key")).isEmpty();
    }

    /** It was forbidden its own script, and stood there with "Loading…". What a page may not load is a complaint. */
    @Test
    void showsTheApisDescription() {
        page.navigate("http://127.0.0.1:" + broker.port() + "/docs");
        page.getByLabel("Find").fill("redrive");
        assertThat(page.getByText("/api/v1/operator/dead-letters/redrive")).isVisible();
        assertThat(page.getByText("/api/v1/queue/{userId}")).isHidden();
    }

    @Test
    void goesToWhatWasTypedAndFromAFailedMessageToItsDeadLetter() {
        String id = send("o'tool+1@x", "[fail=400] refused");
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("failed"));
        console.logIn();
        Locator find = page.getByPlaceholder("Id, or org/user");
        find.fill(BrokerClient.ORG + "/o'tool+1@x");
        find.press("Enter");
        assertThat(console.heading("o'tool+1@x")).isVisible();
        assertThat(page.locator(".explain")).containsText("Nothing of it waits or runs");

        find.fill(id);
        find.press("Enter");
        page.getByText("Redrive or drop it").click();
        assertThat(page.getByLabel("Choose message " + id)).isVisible();
        assertThat(page.getByRole(AriaRole.ROW)).hasCount(2);
    }

    @Test
    void showsAMessageMove() {
        console.logIn();
        console.open("/conversation/user:" + BrokerClient.ORG + ":mover");
        assertThat(page.locator(".explain")).containsText("Nothing of it waits or runs");

        String id = send("mover", "[delay=2500] move");

        Locator log = page.getByRole(AriaRole.LOG);
        assertThat(log).containsText("runs, attempt 1");
        assertThat(log).containsText("ended");
        assertThat(page.locator(".explain")).containsText("Nothing of it waits or runs");
        console.open("/message/" + id);
        assertThat(page.locator(".heading .badge")).hasText("completed");
        assertThat(page.locator("svg.timeline"))
                .hasAttribute("aria-label", Pattern.compile("Waited: waited .*Ran: attempt 1, completed, .*"));
    }

    @Test
    void findsTheStuckConversationAndSaysWhy() {
        String stuck = send("stuck", "[hang=600000] for ever");
        send("stuck", "and then");
        send("stuck", "and then again");
        console.logIn();
        page.getByRole(AriaRole.NAVIGATION).getByText("Conversations").click();
        page.getByText("Stuck", new Page.GetByTextOptions().setExact(true)).click();
        page.getByLabel("For at least, seconds").fill("2");

        page.getByRole(AriaRole.ROW).getByText("stuck").click();

        assertThat(page.locator(".explain")).containsText("Message " + stuck + " is running: dispatcher-");
        assertThat(page.locator(".explain")).containsText("2 messages wait behind it.");
    }

    @Test
    void redrivesADeadLetterAfterATryOut() {
        String id = send("ruth", "[fail=400x1] the first time");
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("failed"));
        console.logIn();
        console.open("/dead-letters?search=ruth");
        page.getByLabel("Choose message " + id).check();
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Redrive …").setExact(true))
                .click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog.getByRole(AriaRole.STATUS)).hasText("Tried out, nothing changed: 1 brought back.");
        assertThat(statusOf(id)).isEqualTo("failed");

        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Redrive"))
                .click();

        assertThat(page.locator(".toasts")).containsText("Redrive: 1 brought back.");
        assertThat(page.locator(".empty")).isVisible();
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("completed"));
        console.open("/actions");
        assertThat(page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText(id)))
                .containsText("redrive");
    }

    @Test
    void cancelsWhatWaitsAndWhatRuns() {
        String running = send("quitter", "[hang=600000] for ever");
        String waiting = send("quitter", "never mind");
        String last = send("quitter", "at last");
        await().atMost(PATIENCE).until(() -> statusOf(running).equals("processing"));
        console.logIn();
        console.open("/conversation/user:" + BrokerClient.ORG + ":quitter");
        Locator dialog = page.getByRole(AriaRole.DIALOG);

        console.button("Cancel … message 2").click();
        assertThat(dialog).containsText("It will never run.");
        console.button("Back").click();
        assertThat(dialog).isHidden();
        console.button("Cancel … message 2").click();
        assertThat(statusOf(waiting)).isEqualTo("queued");
        console.button("Cancel the message").click();
        assertThat(page.locator(".toasts")).containsText("The message is cancelled.");
        assertThat(statusOf(waiting)).isEqualTo("cancelled");
        assertThat(statusOf(running)).isEqualTo("processing");

        console.open("/message/" + running);
        console.button("Cancel …").click();
        assertThat(dialog).containsText("Its call is broken off");
        console.button("Cancel the message").click();
        assertThat(page.locator(".heading .badge")).hasText("cancelled");
        // Its turn has come; the worker may still be busy with what was broken off.
        await().atMost(PATIENCE).until(() -> !statusOf(last).equals("queued"));
    }

    /** The route answers 202 when the holder did not stop in time; the page said that the message was cancelled all the same. */
    @Test
    void saysThatAMessageStillRunsWhenItsCancelHasToWait() {
        String id = send("stubborn", "[hang=600000] for ever");
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("processing"));
        page.route(
                "**/cancel",
                route -> route.fulfill(
                        json(202, "{\"message_id\":\"" + id + "\",\"dry_run\":false,\"status\":\"processing\"}")));
        console.logIn();
        console.open("/message/" + id);
        console.button("Cancel …").click();
        console.button("Cancel the message").click();

        assertThat(page.locator(".toasts"))
                .hasText("It still runs: it will be cancelled, unless its answer comes first.");
    }

    /** A search looks at so many conversations a page: one without a match is not the end. */
    @Test
    void goesOnOverPagesOnWhichNothingMatches() {
        ObjectNode some = client.get("/api/v1/operator/conversations").body().deepCopy();
        some.putArray("conversations").add(aConversation("far"));
        some.putNull("next_cursor");
        page.route(
                "**/operator/conversations?*search=far*",
                route -> route.fulfill(json(
                        200,
                        route.request().url().contains("cursor=third")
                                ? some.toString()
                                : nothingBut(route.request().url().contains("cursor=second") ? "third" : "second"))));
        console.logIn();
        console.open("/conversations?search=far");

        assertThat(page.getByRole(AriaRole.ROW).getByText("far")).isVisible();
    }

    @Test
    void saysHowFarItLookedWhenNothingMatchesSoFar() {
        page.route("**/operator/conversations?*search=nowhere*", route -> {
            Matcher place = Pattern.compile("cursor=page-(\\d+)")
                    .matcher(route.request().url());
            int next = place.find() ? Integer.parseInt(place.group(1)) + 1 : 1;
            route.fulfill(json(200, nothingBut(next > 10 ? null : "page-" + next)));
        });
        console.logIn();
        console.open("/conversations?search=nowhere");

        assertThat(page.locator(".empty"))
                .hasText("Nothing matches on the 10 pages looked through so far. There are more.");
        console.button("Next page").focus();
        page.keyboard().press("Enter");
        assertThat(page.locator(".empty")).hasText("Nothing more matches.");
        assertThat(console.button("Previous page")).isFocused();
    }

    /** It judged by other bounds than the health, counted what is paused, and called a result late whose message still ran. */
    @Test
    void judgesAsTheHealthDoes() {
        ObjectNode overview = client.get("/api/v1/operator/overview").body().deepCopy();
        overview.withObject("/messages").put("longest_head_seconds", 600);
        overview.withObject("/callbacks").put("longest_head_seconds", 600);
        page.route("**/operator/live", route -> route.fulfill(events("event: overview\ndata: " + overview + "\n\n")));
        page.route("**/health", route -> route.fulfill(json(200, "{\"status\":\"healthy\",\"reasons\":[]}")));
        console.logIn();
        Locator verdict = page.locator(".verdict");
        assertThat(verdict).not().containsText("Looking");
        assertThat(verdict).not().containsText("stood");
        assertThat(verdict).not().containsText("undelivered");

        page.route(
                "**/health",
                route -> route.fulfill(json(
                        200,
                        "{\"status\":\"degraded\",\"reasons\":[\"a conversation has stood still for 16 min\","
                                + "\"something that this page does not know\"]}")));
        assertThat(verdict.getByRole(AriaRole.LINK, byName("A conversation has stood still for 16 min.")))
                .hasAttribute("href", "#/conversations?state=stuck");
        assertThat(verdict).containsText("Something that this page does not know.");
    }

    @Test
    void pausesAndResumesByKeyboardAlone() {
        page.navigate(console.url());
        page.keyboard().type(BrokerProcess.API_KEY);
        page.keyboard().press("Enter");
        assertThat(console.heading("Overview")).isVisible();
        console.open("/conversation/user:" + BrokerClient.ORG + ":keys");
        assertThat(page.locator("h1")).isFocused();

        tabTo(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pause …")));
        page.keyboard().press("Enter");
        assertThat(page.getByLabel("Why? Others will read it.")).isFocused();
        page.keyboard().type("the keyboard says so");
        page.keyboard().press("Tab");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        assertThat(page.locator(".toasts")).containsText("The conversation of keys is paused.");
        // The button that was pressed has another word now; a keyboard goes on from where it was.
        assertThat(console.button("Resume …")).isFocused();

        String id = send("keys", "wait");
        assertThat(page.locator(".explain")).containsText("waits, and is not taken while a pause is in force");
        assertThat(page.locator(".explain")).containsText("the keyboard says so");
        assertThat(statusOf(id)).isEqualTo("queued");

        assertThat(console.button("Resume …")).isFocused();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("completed"));
        assertThat(console.button("Pause …")).isFocused();
    }

    /** A picture comes each second. It took the place of the one before, and a keyboard or a finger was thrown back each time. */
    @Test
    void staysWhereOneIsWhileItLives() {
        page.setViewportSize(390, 844);
        String running = send("still", "[hang=600000] for ever");
        send("still", "next");
        await().atMost(PATIENCE).until(() -> statusOf(running).equals("processing"));
        console.logIn();
        console.open("/conversation/user:" + BrokerClient.ORG + ":still");
        Locator region = page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Queue"));
        Locator linkInRow = region.getByRole(AriaRole.LINK).first();

        linkInRow.focus();
        region.evaluate("element => { element.scrollLeft = 40; }");
        untilTheNextPicture();
        assertThat(linkInRow).isFocused();
        assertThat(region.evaluate("element => element.scrollLeft")).isEqualTo(40);

        region.focus();
        untilTheNextPicture();
        assertThat(region).isFocused();

        // What was pressed is gone afterwards: the keyboard is where it was, not at the page's beginning.
        Locator cancel = console.button("Cancel … message 2");
        cancel.focus();
        page.keyboard().press("Enter");
        console.button("Cancel the message").focus();
        page.keyboard().press("Enter");
        assertThat(cancel).isHidden();
        assertThat(region).isFocused();
    }

    @Test
    void saysThatTheConnectionIsLostAndThatItIsBack() {
        send("lost", "[hang=600000] for ever");
        console.logIn();
        assertThat(page.locator(".tiles")).isVisible();
        Locator lost = page.locator(".lost");

        console.open("/conversation/user:" + BrokerClient.ORG + ":lost");
        assertThat(page.getByText("At its head")).isVisible();
        List<String> violations = new ArrayList<>();

        broker.freeze();
        try {
            assertThat(lost).containsText("Connection lost. What you see is from");
            assertThat(page.locator(".log")).containsText("The connection was lost.");
            for (String theme : List.of("light", "dark")) {
                look("lost-conversation", theme, lost, violations);
                console.open("/overview");
                look("lost", theme, page.locator(".tiles"), violations);
                console.open("/conversation/user:" + BrokerClient.ORG + ":lost");
                console.button(theme.equals("light") ? "Dark" : "Light").click();
            }
        } finally {
            broker.thaw();
        }

        assertThat(lost).isHidden();
        assertThat(violations).isEmpty();
    }

    /** A client in the worker's shape is told how its message goes, so its callback is there before there is a result. */
    @Test
    void tellsAResultFromTheNewsOfAMessageThatRuns() {
        APIResponse accepted = page.request()
                .post(
                        client.url() + "/api/v1/chat/callback",
                        RequestOptions.create()
                                .setHeader("X-API-Key", BrokerProcess.API_KEY)
                                .setHeader("Content-Type", "application/json")
                                .setData(message("worded", "[hang=600000] for ever")
                                        .put("org", BrokerClient.ORG)
                                        .put("message_key", "worded")
                                        .put("progress_callback_url", "http://127.0.0.1:" + FreePort.any())
                                        .toString()
                                        .getBytes(UTF_8)));
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
        console.logIn();
        console.open("/conversation/user:" + BrokerClient.ORG + ":worded");

        assertThat(page.getByText("The message still runs, and the endpoint is told how it goes."))
                .isVisible();
    }

    @Test
    void saysWhyThereIsNoSuchConversation() {
        console.logIn();
        console.open("/conversation/foo");

        assertThat(page.getByRole(AriaRole.ALERT).filter(withText("conversation: foo")))
                .isVisible();
        assertThat(page.getByText("Looking …")).isHidden();
    }

    @Test
    void saysWhyItDoesNotSeeAConversationAndTriesAgain() {
        String stream = "**/operator/live?conversation=*";
        page.route(
                stream,
                route -> route.fulfill(
                        json(503, "{\"code\":\"too_many_watchers\",\"detail\":\"200 look on (expected: fewer)\"}")));
        console.logIn();
        console.open("/conversation/user:" + BrokerClient.ORG + ":crowd");
        Locator notice =
                page.getByRole(AriaRole.ALERT).filter(withText("200 look on (expected: fewer). Trying again …"));
        assertThat(notice).isVisible();

        page.unroute(stream);
        assertThat(page.locator(".explain")).containsText("Nothing of it waits or runs");
        assertThat(notice).isHidden();
    }

    @Test
    void saysThatItIsRefusedRatherThanThatItTriesAgain() {
        page.route(
                "**/operator/live",
                route -> route.fulfill(json(403, "{\"code\":\"forbidden\",\"detail\":\"this key may not do that\"}")));
        console.logIn();

        assertThat(page.locator(".lost")).containsText("This key may not do that.");
        assertThat(page.locator(".lost")).not().containsText("Trying again");
    }

    @Test
    void showsAMessageAgainAfterRedisWasAwayForAMoment() {
        String id = send("blip", "[hang=600000] for ever");
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("processing"));
        String path = "**/operator/messages/" + id;
        console.logIn();
        console.open("/message/" + id);
        Locator life = page.locator("svg.timeline");
        assertThat(life).isVisible();

        page.route(
                path,
                route -> route.fulfill(json(503, "{\"code\":\"redis_unavailable\",\"detail\":\"Redis is away\"}")));
        Locator notice = page.getByRole(AriaRole.ALERT).filter(withText("Redis is away. What you see is from"));
        assertThat(notice).isVisible();
        assertThat(life).isVisible();

        page.unroute(path);
        assertThat(notice).isHidden();
    }

    @Test
    void saysFromWhenAListIsThatCannotBeRead() {
        send("list", "[hang=600000] for ever");
        String path = "**/operator/conversations?*search=list*";
        console.logIn();
        console.open("/conversations?search=list");
        Locator row = page.getByRole(AriaRole.ROW).getByText("list");
        assertThat(row).isVisible();

        page.route(
                path,
                route -> route.fulfill(json(503, "{\"code\":\"redis_unavailable\",\"detail\":\"Redis is away\"}")));
        Locator notice = page.getByRole(AriaRole.ALERT).filter(withText("Redis is away. What you see is from"));
        assertThat(notice).isVisible();
        assertThat(row).isVisible();

        page.unroute(path);
        assertThat(notice).isHidden();
    }

    @Test
    void stopsABulkRedriveWhenOneGoesBack() {
        AtomicInteger done = new AtomicInteger();
        page.route("**/dead-letters/redrive", route -> {
            boolean tryOut = route.request().postData().contains("dry_run");
            route.fulfill(json(
                    200,
                    "{\"outcomes\":{\"redriven\":2},\"next_cursor\":"
                            + (tryOut ? "null" : "\"" + done.incrementAndGet() + "\"") + "}"));
        });
        console.logIn();
        console.open("/dead-letters");
        console.button("Redrive all that match …").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Redrive"))
                .click();
        page.waitForCondition(() -> done.get() > 2);

        page.keyboard().press("Escape");

        Locator toast = page.locator(".toasts");
        assertThat(toast).containsText("Stopped. Redrive: ");
        assertThat(toast).hasText("Stopped. Redrive: " + 2 * done.get() + " brought back.");
    }

    /** All views in a theme: no violation that axe can find, and a picture of each in the report. */
    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void isFitForAllToReadInBothThemes(ColorScheme scheme) {
        String theme = scheme.name().toLowerCase(java.util.Locale.ROOT);
        page.context().close();
        page = chromium.page(scheme, 1360, 900);
        console = new Console(page, broker.port());
        List<String> violations = new ArrayList<>();
        String dead = send("gallery-" + theme, "[fail=400] refused");
        String running = send("gallery-" + theme, "[hang=600000] for long");
        send("gallery-" + theme, "next");
        await().atMost(PATIENCE)
                .until(() ->
                        statusOf(dead).equals("failed") && statusOf(running).equals("processing"));

        page.navigate(console.url());
        look("login", theme, page.getByLabel("Operator key"), violations);
        console.logIn();
        look("overview", theme, page.locator(".chart").first(), violations);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pause everything …"))
                .click();
        look("dialog", theme, page.getByRole(AriaRole.DIALOG), violations);
        page.keyboard().press("Escape");
        console.open("/conversations");
        look("conversations", theme, page.getByRole(AriaRole.TABLE), violations);
        console.open("/conversation/user:" + BrokerClient.ORG + ":gallery-" + theme);
        look("conversation", theme, page.getByText("At its head"), violations);
        console.open("/message/" + dead);
        look("message", theme, page.locator("svg.timeline"), violations);
        console.open("/dead-letters");
        look("dead-letters", theme, page.getByRole(AriaRole.TABLE), violations);
        console.open("/pending");
        look("pending", theme, page.getByRole(AriaRole.TABLE), violations);
        console.open("/actions");
        look("actions", theme, console.heading("Actions"), violations);
        page.setViewportSize(390, 844);
        console.open("/overview");
        lookOnAPhone("overview", theme, page.locator(".chart").first(), violations);
        for (String list : List.of("conversations", "dead-letters", "pending")) {
            console.open("/" + list);
            lookOnAPhone(list, theme, page.getByRole(AriaRole.TABLE), violations);
        }
        String longName = "long".repeat(50);
        send(longName, "[hang=600000] for long");
        console.open("/conversation/user:" + BrokerClient.ORG + ":" + longName);
        lookOnAPhone("long-name", theme, page.getByText("At its head"), violations);
        console.open("/conversation/user:" + BrokerClient.ORG + ":gallery-" + theme);
        lookOnAPhone("conversation", theme, page.getByText("At its head"), violations);
        console.open("/message/" + dead);
        lookOnAPhone("message", theme, page.locator("svg.timeline"), violations);

        Object background = page.evaluate("getComputedStyle(document.body).backgroundColor");
        console.button(scheme == ColorScheme.LIGHT ? "Dark" : "Light").click();
        assertThat(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                .as("in the other theme, by its button")
                .isNotEqualTo(background);

        assertThat(violations).isEmpty();
    }

    private void tabTo(Locator wanted) {
        assertThat(wanted).isVisible();
        for (int i = 0; i < TABS_MAX; i++) {
            page.keyboard().press("Tab");
            if (Boolean.TRUE.equals(wanted.evaluate("element => element === document.activeElement"))) {
                return;
            }
        }
        throw new AssertionError("cannot be reached with Tab: " + wanted);
    }

    private void look(String view, String theme, Locator shown, List<String> violations) {
        assertThat(shown).isVisible();
        for (Rule rule : new AxeBuilder(page).analyze().getViolations()) {
            rule.getNodes()
                    .forEach(node -> violations.add(view + " " + theme + ": " + rule.getHelp() + ": " + node.getHtml()
                            + " " + node.getFailureSummary()));
        }
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(REPORT.resolve(view + "-" + theme + ".png"))
                .setFullPage(true));
    }

    private void lookOnAPhone(String view, String theme, Locator shown, List<String> violations) {
        look(view + "-phone", theme, shown, violations);
        assertThat(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as("pixels that a phone has to scroll sideways: %s, because of %s", view, page.evaluate(STICKS_OUT))
                .isEqualTo(0);
    }

    /** A conversation's picture tells how old its head is. */
    private void untilTheNextPicture() {
        Locator age = page.locator(".facts");
        assertThat(age).not().hasText(age.textContent());
    }

    private static ObjectNode aConversation(String user) {
        String id = send(user, "[hang=600000] for ever");
        await().atMost(PATIENCE).until(() -> statusOf(id).equals("processing"));
        return client.get("/api/v1/operator/conversations/user:" + BrokerClient.ORG + ":" + user)
                .body()
                .path("queue")
                .deepCopy();
    }

    /** A page without a conversation. */
    private static String nothingBut(@Nullable String nextCursor) {
        String next = nextCursor == null ? "null" : "\"" + nextCursor + "\"";
        return "{\"conversations\":[],\"next_cursor\":" + next + "}";
    }

    private static Route.FulfillOptions json(int status, String body) {
        return new Route.FulfillOptions()
                .setStatus(status)
                .setContentType("application/json")
                .setBody(body);
    }

    private static Route.FulfillOptions events(String body) {
        return new Route.FulfillOptions().setContentType("text/event-stream").setBody(body);
    }

    private static Locator.FilterOptions withText(String words) {
        return new Locator.FilterOptions().setHasText(words);
    }

    private static Locator.GetByRoleOptions byName(String name) {
        return new Locator.GetByRoleOptions().setName(name);
    }

    private static String send(String user, String text) {
        BrokerClient.Answer answer = client.post(message(user, text), "Prefer", "respond-async");
        assertThat(answer.status()).isEqualTo(202);
        return answer.messageId();
    }

    private static String statusOf(String id) {
        return client.get("/api/v1/message/" + id).body().path("status").asText();
    }
}
