package org.unfoldingword.broker;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;

/** The console in a browser's page, as a person goes about in it. */
record Console(Page page, int port) {

    String url() {
        return "http://127.0.0.1:" + port + "/console";
    }

    void logIn() {
        page.navigate(url());
        page.getByLabel("Operator key").fill(BrokerProcess.API_KEY);
        page.keyboard().press("Enter");
        assertThat(heading("Overview")).isVisible();
    }

    /** Goes to a view as its address may be typed, unless it is there. A reload would ask for the key again. */
    void open(String view) {
        page.evaluate("view => { if (location.hash.slice(1) !== view) location.hash = view; }", view);
    }

    Locator heading(String words) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(words).setLevel(1));
    }

    Locator button(String words) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(words).setExact(true));
    }

    /** Whether it shows now, in an element of the view, all of these words. */
    boolean shows(String view, String selector, String... words) {
        open(view);
        return page.locator(selector).allInnerTexts().stream()
                .anyMatch(text -> List.of(words).stream().allMatch(text::contains));
    }
}
