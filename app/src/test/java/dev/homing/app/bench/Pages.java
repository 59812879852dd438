package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.development.Database;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import dev.homing.app.page.EachPage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;

/**
 * The scenario {@code pages}: how long each page, and each list of the API with each of its
 * filters, takes for a tenant with {@link ManyRows}. One request at a time; that every answer is
 * 200 is all that is asserted.
 */
final class Pages {
  static final String NAME = "pages";

  private static final int WARM_UP = 5;
  private static final int TIMES = 20;

  private final URI homing;
  private final HttpClient http = HttpClient.newHttpClient();

  private Pages(URI homing) {
    this.homing = homing;
  }

  /**
   * The times of one address.
   *
   * @param bytes of the last answer
   */
  private record Times(String address, Histogram micros, int bytes) {
    double longest() {
      return micros.getMaxValue() / 1e3;
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "| `%s` | %.1f | %.1f | %d |",
          address,
          micros.getValueAtPercentile(50) / 1e3,
          longest(),
          bytes);
    }
  }

  /** Fills a database, asks a node for everything, and writes the table. */
  static void measure(Application application, Path folder, Path table) throws IOException {
    try (RealParts parts = RealParts.start(folder)) {
      Service service = new Service("homing", application, folder, parts, Map.of(), List.of());
      Database database = new Database(parts.postgres().port());
      try {
        service.launch();
        service.awaitHealthy();
        service.subscribe("http://127.0.0.1:9/", "bench.pages");
        service.stop();
        ManyRows rows =
            ManyRows.addTo(
                database, database.rows("select id from subscriptions").getFirst().getFirst());
        service.launch();
        service.awaitHealthy();
        String written = new Pages(service.uri()).table(addresses(new Tenant(service.api(), rows)));
        Files.writeString(table, written);
        System.out.println(written);
        service.stop();
      } finally {
        service.discard();
      }
    }
  }

  /** What addresses need to know of the tenant. */
  private record Tenant(Api api, ManyRows rows) {
    String first(String list, String field) {
      JsonNode items = api.get(list).expect(200).json().get("items");
      return Api.text(items.get(0), field);
    }

    EachPage.Things things() {
      String subscription = "sub_" + rows.busiest();
      String deliveries = "/deliveries?subscription_id=" + subscription;
      return new EachPage.Things(
          "default",
          subscription,
          first(deliveries + "&state=retrying", "event_id"),
          first(deliveries + "&state=retrying", "id"),
          first(deliveries + "&state=delivered", "id"),
          Api.id(
              api.post("/keys", Map.of("tenant", "default", "scopes", List.of("read")))
                  .expect(201)),
          Api.id(api.post("/portal-links", Map.of()).expect(201)));
    }

    /** The days from and until then, as parameters. */
    String between(int from, int until) {
      return "since=%s&until=%s"
          .formatted(
              rows.from().plus(Duration.ofDays(from)), rows.from().plus(Duration.ofDays(until)));
    }
  }

  private static List<String> addresses(Tenant tenant) {
    EachPage.Things things = tenant.things();
    return Stream.of(
            EachPage.of(things).values().stream()
                .flatMap(List::stream)
                // In open mode there is nothing to sign in to.
                .filter(address -> !address.startsWith("/ui/sign-in")),
            with(
                "/ui/subscriptions",
                "state=active",
                "state=paused",
                "state=disabled",
                "state=failing",
                "event_type=type-3",
                "text=receiver",
                "text=no-such"),
            with(
                "/subscriptions",
                "limit=250",
                "event_type=type-3",
                "event_type=no.such",
                "enabled=true",
                "enabled=false",
                tenant.between(10, 20)),
            deliveries(tenant, things.subscription(), things.event()),
            with(
                "/events",
                "limit=250",
                "event_type=type-3",
                "event_type=no.such",
                tenant.between(10, 20),
                "order=accepted_at"),
            with(
                "/audit",
                "tenant=default",
                "action=key.created",
                "target=target-7",
                "target=no-such",
                "actor=open_mode",
                tenant.between(10, 20),
                "order=at"),
            with("/keys", "tenant=default", tenant.between(10, 20)),
            with("/portal-links", "tenant=default", tenant.between(10, 20)),
            with("/tenants"),
            statistics(tenant, "/stats", "by=hour", "by=day", "by=event_type", "by=subscription"),
            statistics(
                tenant,
                "/subscriptions/%s/stats".formatted(things.subscription()),
                "by=hour",
                "by=day",
                "by=event_type"))
        .flatMap(each -> each)
        .distinct()
        .toList();
  }

  private static Stream<String> deliveries(Tenant tenant, String subscription, String event) {
    String another = tenant.first("/deliveries?limit=1&" + tenant.between(5, 6), "subscription_id");
    return with(
        "/deliveries",
        "limit=250",
        "state=pending",
        "state=retrying",
        "state=held",
        "state=delivered",
        "state=failed",
        "state=cancelled",
        "subscription_id=" + subscription,
        "subscription_id=" + another,
        "event_id=" + event,
        "event_type=type-3",
        "event_type=no.such",
        "outcome=delivered",
        "outcome=refused",
        "outcome=timed_out",
        tenant.between(10, 20),
        "order=updated_at",
        "state=failed&event_type=no.such",
        "state=delivered&event_type=no.such",
        "subscription_id=%s&outcome=timed_out".formatted(subscription));
  }

  /** Of the last day, and of as long as there may be. */
  private static Stream<String> statistics(Tenant tenant, String address, String... groupings) {
    return Stream.of(groupings)
        .flatMap(
            by ->
                Stream.of(
                    by,
                    by + "&" + tenant.between(by.equals("by=subscription") ? 22 : 0, 29),
                    by.equals("by=event_type") ? by : by + "&event_type=type-3"))
        .map(query -> address + "?" + query);
  }

  private static Stream<String> with(String list, String... filters) {
    return Stream.concat(Stream.of(list), Stream.of(filters).map(filter -> list + "?" + filter));
  }

  private String table(List<String> addresses) {
    for (int round = 0; round < WARM_UP; round++) {
      addresses.forEach(this::get);
    }
    return addresses.stream()
        .map(this::time)
        .sorted(Comparator.comparingDouble(Times::longest).reversed())
        .map(Times::line)
        .collect(
            Collectors.joining(
                "\n", "| address | p50 ms | longest ms | bytes |\n|---|---|---|---|\n", "\n"));
  }

  private Times time(String address) {
    Histogram micros = new Histogram(3);
    List<Integer> bytes =
        IntStream.range(0, TIMES)
            .map(
                _ -> {
                  long start = System.nanoTime();
                  int length = get(address);
                  micros.recordValue((System.nanoTime() - start) / 1_000);
                  return length;
                })
            .boxed()
            .toList();
    return new Times(address, micros, bytes.getLast());
  }

  /** The number of bytes of the answer, which must be 200. */
  private int get(String address) {
    try {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(homing + address))
                  .timeout(Duration.ofMinutes(1))
                  .build(),
              BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).as(address).isEqualTo(200);
      return answer.body().length;
    } catch (IOException failed) {
      throw new IllegalStateException(address, failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
