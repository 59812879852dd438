package dev.homing.app.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The buttons that copy: where a browser gives no clipboard, they select the text instead. */
class CopyBrowserIT {
  private static final String SELECTION = "() => String(getSelection())";

  private final Acme acme = Acme.shared();

  @AutoClose private final Tab tab = Tab.of(acme.account());

  /** Plain HTTP has no clipboard, and a frame may not write to the one there is. */
  @ParameterizedTest
  @ValueSource(strings = {"undefined", "{writeText: () => Promise.reject(new Error('refused'))}"})
  void theTextIsSelectedWhereItCannotBeCopied(String clipboard) {
    tab.page()
        .addInitScript(
            "Object.defineProperty(navigator, 'clipboard', {value: %s});".formatted(clipboard));
    tab.visit("/ui/deliveries/" + acme.retrying());
    tab.page().getByText("As a command").click();

    tab.button("Copy as curl").click();

    PlaywrightAssertions.assertThat(tab.page().locator(".copy [role=status]"))
        .containsText("Selected. Press");
    assertThat((String) tab.page().evaluate(SELECTION)).startsWith("curl -i ");
  }

  @Test
  void theyAreHiddenWithoutScripts() {
    try (Tab plain =
        Tab.open(options -> options.setJavaScriptEnabled(false)).signIn(acme.account().key())) {
      plain.visit("/ui/deliveries/" + acme.retrying()).page().getByText("As a command").click();

      plain.shows("#curl", "curl -i");
      PlaywrightAssertions.assertThat(plain.page().locator(".copy")).isHidden();
    }
  }
}
